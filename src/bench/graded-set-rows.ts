/** Proofs that people graded, as rows to be graded once more: what a judge is measured by. */
import type { GradedProof } from '../problems/graded/graded-proof.ts';
import type { ProofRow } from './proof-rows.ts';

/** In the set's order. A label of right or wrong is no number of points, and leaves a row without a reference. */
export async function* gradedSetRows(proofs: readonly GradedProof[]): AsyncGenerator<ProofRow> {
  for (const [index, { id, problem, proof, grade, author }] of proofs.entries()) {
    yield {
      line: index + 1,
      problem,
      proof: proof.trim() === '' ? undefined : proof,
      reference: grade.kind === 'points' ? grade.points : undefined,
      fields: {
        ...{ id, problem_id: problem.id, problem, proof },
        ...(author === undefined ? {} : { author }),
        ...(grade.kind === 'points' ? { points: grade.points } : { correct: grade.isCorrect }),
      },
    };
  }
}

/**
 * Lab proofs with exact grades, in the place of people's: a set on which a judge of known error can be calibrated, and any
 * judge can be tried on a world whose truth is known. Proofs are of the worth that the noisy grader was fitted to: 60 %
 * nothing, 25 % full marks, the rest between, as far as problems allow.
 */
import { canonicalHash } from '../journal/canonical-json.ts';
import type { GradedProof, GradedSet } from '../problems/graded/graded-proof.ts';
import { Random } from '../stats/random.ts';
import { candidateProof } from './candidate-proof.ts';
import { gradeExactly } from './exact-grader.ts';
import { generateProblem, LAB_PROFILES } from './generator.ts';
import { toProblem } from './problem.ts';
import { renderCandidate } from './prompts.ts';
import { STUDENTS } from './student.ts';
import type { LabProblem } from './world.ts';

export interface LabSetOptions {
  readonly problems: number;
  /** Candidates of each problem. */
  readonly proofs: number;
  readonly seed: number;
}

const worths = [
  { isWanted: (points: number) => points === 0, weight: 0.6 },
  { isWanted: (points: number) => points > 0 && points < 7, weight: 0.15 },
  { isWanted: (points: number) => points === 7, weight: 0.25 },
] as const;

/** How often a proof is drawn again for the worth that is wanted. */
const draws = 40;

export function labGradedSet({ problems, proofs, seed }: LabSetOptions): GradedSet {
  const random = new Random(seed, 'lab-graded-set');
  const graded = Array.from({ length: problems }, (_, p): GradedProof[] => {
    const lab = generateProblem(LAB_PROFILES.main, random);
    const id = `lab-${String(p).padStart(4, '0')}`;
    const problem = toProblem(lab, id);
    return Array.from({ length: proofs }, (_, i) => {
      const { proof, points } = proofOf(lab, random);
      return {
        ...{ id: `${id}/${i + 1}`, problem, proof, author: 'lab', grader: 'exact', tags: {} },
        grade: { kind: 'points', points, ratings: [points], maximum: 7 },
      };
    });
  }).flat();
  const digest = canonicalHash(
    graded.map(({ id, problem, proof, grade }) => ({
      id,
      statement: problem.statement,
      proof,
      grade: { ...grade },
    })),
  ).toString('hex');
  return {
    ...{
      name: 'lab',
      version: `seed-${seed}`,
      proofs: graded,
      ungraded: 0,
      faults: [],
      warnings: [],
      digest,
    },
    source: { spec: 'lab', files: [], licence: 'Apache-2.0', attribution: 'generated', checked: 'recorded' },
  };
}

function proofOf(lab: LabProblem, random: Random): { readonly proof: string; readonly points: number } {
  const worth = worths[random.weighted(worths.map(({ weight }) => weight))];
  for (let drawn = 1; ; drawn += 1) {
    const proof = renderCandidate(candidateProof(lab, random, STUDENTS.main));
    const { points } = gradeExactly(lab, proof);
    if (drawn === draws || worth?.isWanted(points) === true) return { proof, points };
  }
}

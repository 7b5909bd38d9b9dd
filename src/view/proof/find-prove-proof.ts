/** A finished proof of a run of `qed prove`. */
import { type Problem, problemSchema } from '../../problems/problem.ts';
import { NotFoundError } from '../not-found-error.ts';
import type { FindProof } from './found-proof.ts';
import { systemOfFile } from './identity-file.ts';
import { type FinishedRow, finishOfRow } from './prove-listing.ts';
import { provenProblems } from './proven-problems.ts';

export const findProveProof: FindProof = async (workplace, { id, directory }, unit) => {
  const [, number, attempt] = /^prove\/(\d+)\/(\d+)$/.exec(unit) ?? [];
  const row = await workplace.journal(id, (journal) => journal.find('prove/finished', unit)?.value);
  if (row === undefined || number === undefined)
    throw new NotFoundError(`${unit} is no finished attempt of this run`);
  const { proof, why } = row as unknown as FinishedRow;
  const problem = (await provenProblems(directory)).get(Number(number));
  const lost = 'The statement is not in the run directory: it was begun by a version that did not keep it.';
  return {
    ...{ kind: 'prove', system: systemOfFile(directory, 'prove.json').name, attempt: Number(attempt) },
    problem: problem ?? unknownProblem(Number(number)),
    proof: proof ?? undefined,
    remarks: [`Chosen: ${why}.`, ...(problem === undefined ? [lost] : [])],
    ...{ finish: finishOfRow(row as unknown as FinishedRow), grades: [], reasoning: null, tokens: null },
    ...{ hasTrace: true, group: null },
  };
};

function unknownProblem(number: number): Problem {
  return { ...problemSchema.parse({ id: `problem ${number + 1}`, statement: '?' }), statement: '' };
}

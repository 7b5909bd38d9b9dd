/** The attempts of a run of `qed prove`. Runs of before problems were kept in the directory have those of their Markdown, or them by number. */
import { DamagedRecordError } from '../../journal/errors.ts';
import type { Problem } from '../../problems/problem.ts';
import { readFinished } from '../../prove/finished-record.ts';
import { provenProblems } from '../proof/proven-problems.ts';
import { readIdentityFile, repetitionOf } from './run-identity-file.ts';
import type { AttemptGroup, ReadAttempts } from './trace-attempts.ts';

export const proveAttempts: ReadAttempts = async ({ directory }, journal) => {
  const identity = readIdentityFile(directory, 'prove.json');
  const problems = await provenProblems(directory);
  // What cannot be read says nothing of how attempts ended; their calls are there by themselves.
  const finished = await readFinished(journal).catch((error: unknown) => {
    if (error instanceof DamagedRecordError) return undefined;
    throw error;
  });
  const group: AttemptGroup = {
    id: 'attempts',
    title: 'attempts',
    scaffold: identity.scaffold,
    prefix: 'prove/',
  };
  const common = repetitionOf(identity);
  const unitOf = (problem: number, attempt: number): string => `${group.prefix}${problem}/${attempt}`;
  return {
    groups: [group],
    problemName: (problem) => problems.get(problem)?.id ?? `problem ${problem + 1}`,
    facts: (_, problem, attempt) => {
      const end = finished?.get(unitOf(problem, attempt));
      return {
        tokens: null,
        points: null,
        state: finished === undefined ? null : end === undefined ? 'unfinished' : 'finished',
        why: end?.why ?? null,
      };
    },
    repetition: async (_, problem, attempt) => ({
      ...common,
      problem: problems.get(problem) ?? unknownProblem(problem),
      isKnown: problems.has(problem),
      finished: finished?.get(unitOf(problem, attempt)),
    }),
  };
};

/** In place of a problem that the directory does not hold. */
export function unknownProblem(problem: number): Problem {
  const id = `problem ${problem + 1}` as Problem['id'];
  return { id, statement: '', solutions: [], source: '', tags: {} };
}

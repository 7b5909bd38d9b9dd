/** The attempts of a benchmark run, with the grades of its last judge. */
import { readSystem } from '../../bench/read-system.ts';
import { readProof } from '../../bench/records.ts';
import { statementOnly } from '../../problems/problem.ts';
import type { FinishedAttempt } from '../../prove/finished-record.ts';
import { benchRunRecords } from '../bench-run-records.ts';
import { unknownProblem } from './prove-attempts.ts';
import { readIdentityFile, repetitionOf } from './run-identity-file.ts';
import type { AttemptGroup, ReadAttempts } from './trace-attempts.ts';

export const benchAttempts: ReadAttempts = async ({ id, directory }, _, workplace) => {
  const identity = readIdentityFile(directory, 'bench.json');
  const records = await benchRunRecords(workplace, id);
  const { problems, attempts_P_R, points_P_R } = await readSystem(directory, undefined, { records });
  const group: AttemptGroup = {
    id: 'attempts',
    title: 'attempts',
    scaffold: identity.scaffold,
    prefix: 'bench/',
  };
  const common = repetitionOf(identity);
  return {
    groups: [group],
    problemName: (problem) => problems[problem]?.id ?? `problem ${problem + 1}`,
    facts: (_, problem, run) => {
      const row = attempts_P_R[problem]?.[run];
      return {
        tokens: row?.completionTokens ?? null,
        points: points_P_R[problem]?.[run] ?? null,
        state: row?.status ?? 'unfinished',
        why: null,
      };
    },
    repetition: async (_, problem, run, reader) => {
      const task = problems[problem];
      const row = attempts_P_R[problem]?.[run];
      let finished: FinishedAttempt | undefined;
      if (row?.status === 'finished') {
        const proof = await readProof({ find: async (stream, key) => reader.find(stream, key) }, row);
        const why = proof === undefined ? 'no call gave a proof' : "the scaffold's choice";
        finished = { proof, why, writer: undefined };
      }
      return {
        ...common,
        problem: task === undefined ? unknownProblem(problem) : statementOnly(task),
        isKnown: task !== undefined,
        finished,
      };
    },
  };
};

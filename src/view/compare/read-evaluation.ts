/**
 * An evaluation of a recipe run as a system: a checkpoint with a scaffold on the run's test problems, the attempts as they stood
 * after the last turn. Calls, prompts and grading are not in its record, so they are unknown and not 0.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { System } from '../../bench/read-system.ts';
import type { AttemptRow } from '../../bench/records.ts';
import { UngradedCount } from '../../grade/ungraded-rate.ts';
import { JournalReader } from '../../journal/journal-reader.ts';
import { type Problem, problemSchema } from '../../problems/problem.ts';
import { readProblems } from '../../problems/problem-file.ts';
import type { EvaluationRecord } from '../../recipe/stages/evaluate.ts';
import type { EvaluationSource } from './find-systems.ts';

/** Throws an Error where the record is not there or cannot be read. */
export async function readEvaluation(source: EvaluationSource): Promise<System> {
  const { directory, path: shown, suite, model, scaffold } = source;
  const record = readRecord(source);
  const problems = await problemsOf(directory, record);
  const runs = Math.max(0, ...record.turns.map((attempts) => attempts.length));
  const ungraded = new UngradedCount();
  let [missing, pending] = [0, 0];
  const last_P_R = record.turns.map((attempts) =>
    Array.from({ length: runs }, (_, run) => attempts[run]?.at(-1)),
  );
  for (const last of last_P_R.flat()) {
    if (last === undefined) missing += 1;
    else if (last[0] === null) pending += 1;
    else ungraded.addGraded();
  }
  return {
    ...{ directory: shown, model, scaffold, problems, otherJudges: [] },
    suite: { name: suite, version: '', kind: 'proof', scale: 'points' },
    judge: 'the recipe’s grader',
    isSummary: true,
    points_P_R: last_P_R.map((row) => row.map((last) => (last?.[0] == null ? null : 7 * last[0]))),
    attempts_P_R: last_P_R.map((row, p) => row.map((last, run) => last && attemptRow(record, p, run, last))),
    grades_P_R: last_P_R.map((row) => row.map(() => undefined)),
    counts: { wanted: record.problems.length * runs, missing, pending, ungraded },
  };
}

function readRecord({ directory, checkpoint, evaluated }: EvaluationSource): EvaluationRecord {
  const journal = new JournalReader(directory);
  try {
    const payload = journal.find('evaluation', `${checkpoint}/${evaluated}`)?.payload;
    if (payload === undefined)
      throw new Error(
        `${directory}: the evaluation ${checkpoint}/${evaluated} has no record of its attempts`,
      );
    return JSON.parse(new TextDecoder().decode(payload)) as EvaluationRecord;
  } finally {
    journal.close();
  }
}

/** As the run has them, with their tags; what is not in its file has the id alone. */
async function problemsOf(directory: string, { problems }: EvaluationRecord): Promise<Problem[]> {
  const file = path.join(directory, 'data', 'test.jsonl');
  const known = new Map<string, Problem>();
  if (existsSync(file)) for (const problem of await readProblems(file)) known.set(problem.id, problem);
  return problems.map(
    ({ id, steps }) =>
      known.get(id) ?? problemSchema.parse({ id, statement: id, tags: steps === null ? {} : { steps } }),
  );
}

function attemptRow(
  { problems, turns }: EvaluationRecord,
  p: number,
  run: number,
  [, tokens, overflowed]: readonly [number | null, number, boolean],
): AttemptRow {
  return {
    ...{ problem: problems[p]?.id ?? '', run, status: 'finished', digest: null },
    ...{ calls: 0, promptTokens: 0, completionTokens: tokens, dollars: null, seconds: 0 },
    wasCut: (turns[p]?.[run] ?? []).some(([, , wasCut]) => wasCut),
    isCut: overflowed,
  };
}

/**
 * A benchmark run as tables and tests see it: scores by problem and run, and what they took. Reads the live journal of
 * the run directory without disturbing its writer; rows only, so a hundred thousand attempts open in a second or two.
 * NULL-NOT-ZERO: an attempt without a grade is null, and why is counted.
 */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { gradingDigest } from '../grade/judge-material.ts';
import { UngradedCount } from '../grade/ungraded-rate.ts';
import { JournalReader } from '../journal/journal-reader.ts';
import type { Problem } from '../problems/problem.ts';
import { type AttemptRow, BenchRecords, type GradeRow } from './records.ts';
import { readRunProblems } from './run-files.ts';

/** A model with a scaffold on a suite, graded by one judge. */
export interface System {
  /** The run directory as it was given. */
  readonly directory: string;
  readonly model: string;
  readonly scaffold: string;
  readonly suite: {
    readonly name: string;
    readonly version: string;
    readonly kind: string;
    readonly scale: string;
  };
  /** Undefined where nothing has been graded. */
  readonly judge: string | undefined;
  /** Other judges of this run. */
  readonly otherJudges: readonly string[];
  readonly problems: readonly Problem[];
  /** 0 to 7 (0 or 7 for answers), or null where there is no grade. */
  readonly points_P_R: readonly (readonly (number | null)[])[];
  readonly attempts_P_R: readonly (readonly (AttemptRow | undefined)[])[];
  readonly grades_P_R: readonly (readonly (GradeRow | undefined)[])[];
  /** Of the attempts only scores, reply tokens and cuts are on record: neither calls, prompts nor what grading took. */
  readonly isSummary?: boolean;
  /** Attempts in all, those not made, those whose grading was not tried yet, and those that it failed on. */
  readonly counts: {
    readonly wanted: number;
    readonly missing: number;
    readonly pending: number;
    readonly ungraded: UngradedCount;
  };
}

/** A directory that is no benchmark run, or not what was asked of it. */
export class SystemError extends Error {
  override readonly name = 'SystemError';
}

const identitySchema = z.looseObject({
  suite: z.object({ name: z.string(), version: z.string(), kind: z.string(), scale: z.string() }),
  models: z.record(z.string(), z.string()),
  scaffold: z.string(),
});

/**
 * `judge`: a name, or the beginning of one, where several have graded the run; the last one else. A judge that has graded
 * nothing is an error, unless it `mayBeNew`. `records` are those of the run, where they have been read already.
 */
export async function readSystem(
  directory: string,
  judge?: string,
  {
    mayBeNew = false,
    records: known,
  }: { readonly mayBeNew?: boolean; readonly records?: BenchRecords | undefined } = {},
): Promise<System> {
  const identity = readIdentity(directory);
  const problems = await readRunProblems(directory);
  const records = known ?? (await readRecords(directory));
  const judges = records.judges();
  const chosen = judge === undefined ? judges.at(-1) : judges.find((name) => name.startsWith(judge));
  if (judge !== undefined && chosen === undefined && !mayBeNew) {
    throw new SystemError(
      `${directory}: no judge ${judge} has graded it; ${judges.length === 0 ? 'nobody has' : `there are ${judges.join(', ')}`}`,
    );
  }
  return systemOf(directory, identity, problems, records, chosen);
}

async function readRecords(directory: string): Promise<BenchRecords> {
  const reader = new JournalReader(directory);
  try {
    return await BenchRecords.read(reader);
  } finally {
    reader.close();
  }
}

/** What the directory is a run of, without its attempts. Throws a SystemError. */
export function readIdentity(directory: string): z.infer<typeof identitySchema> {
  const file = path.join(directory, 'bench.json');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new SystemError(`${directory}: it is no run of qed bench (there is no bench.json in it)`);
  }
  const parsed = identitySchema.safeParse(safeJson(text));
  if (parsed.success) return parsed.data;
  throw new SystemError(`${file} is damaged; restore it from a copy`);
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function systemOf(
  directory: string,
  { suite, models, scaffold }: z.infer<typeof identitySchema>,
  problems: readonly Problem[],
  records: BenchRecords,
  judge: string | undefined,
): System {
  const ids = new Set<string>(problems.map(({ id }) => id));
  let runs = 0;
  for (const { problem, run } of records.attempts()) if (ids.has(problem)) runs = Math.max(runs, run + 1);
  const attempts_P_R = problems.map(({ id }) =>
    Array.from({ length: runs }, (_, run) => records.attempt(id, run)),
  );
  const grades_P_R = problems.map((problem, p) => {
    const material = gradingDigest(problem);
    return (attempts_P_R[p] ?? []).map((row) =>
      row === undefined || judge === undefined ? undefined : records.grade(judge, { ...row, material }),
    );
  });
  const ungraded = new UngradedCount();
  let [missing, pending] = [0, 0];
  attempts_P_R.forEach((row_R, p) => {
    row_R.forEach((row, run) => {
      const grade = grades_P_R[p]?.[run];
      if (row === undefined) missing += 1;
      else if (grade === undefined) pending += 1;
      else if (grade.cause === null) ungraded.addGraded();
      else ungraded.addUngraded(grade.cause);
    });
  });
  const { main = '', ...others } = models;
  const model = [main, ...Object.entries(others).map(([role, name]) => `${role}: ${name}`)].join(', ');
  return {
    ...{ directory, model, scaffold, suite, judge, problems, attempts_P_R, grades_P_R },
    otherJudges: records.judges().filter((name) => name !== judge),
    points_P_R: grades_P_R.map((row) => row.map((grade) => grade?.points ?? null)),
    counts: { wanted: problems.length * runs, missing, pending, ungraded },
  };
}

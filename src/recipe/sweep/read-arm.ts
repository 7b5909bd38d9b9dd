/**
 * What one run of a sweep came to, read from its journal: all that its report is made from, the held-out score of every
 * problem, and groups that were dropped. Problems go by their data's digest and their id, so that those of another seed are
 * taken for others where they are.
 */
import path from 'node:path';
import type { Json } from '../../journal/journal.ts';
import { JournalReader } from '../../journal/journal-reader.ts';
import type { Evaluation, ReportInput } from '../report/report-input.ts';
import { type PolicyStage, policyStages } from '../schema.ts';
import { gatherReport } from '../stages/report.ts';
import type { Arm } from './arms.ts';

/** Shares of full marks by problem: one an attempt, null where it has no grade. */
export type ScoresByProblem = ReadonlyMap<string, readonly (number | null)[]>;

export interface ArmResult {
  readonly arm: Arm;
  readonly input: ReportInput;
  /** After the last step that was measured. */
  readonly heldOut: ReadonlyMap<PolicyStage, ScoresByProblem>;
  /** Groups that were dropped because all their attempts got the same reward, and those of them that got nothing. */
  readonly droppedAlike: ReadonlyMap<PolicyStage, { readonly all: number; readonly zero: number }>;
  /** Digest of the problems that checkpoints are evaluated on. */
  readonly testDigest: string;
  /** Digest of the problems that are held out while a policy trains. */
  readonly validationDigest: string;
}

/** `sweep` is the directory of the arms. The arm must have its data. */
export async function readArm(sweep: string, arm: Arm): Promise<ArmResult> {
  const runDirectory = path.join(sweep, arm.name);
  const reader = new JournalReader(runDirectory);
  try {
    const journal = {
      find: async (stream: string, key: string) => reader.find(stream, key),
      events: (stream: string) => reader.events(stream),
    };
    const input = await gatherReport({ recipe: arm.loaded.recipe, runDirectory, journal });
    const files = reader.find('stage', 'data')?.value as
      | { readonly files?: Record<string, string> }
      | undefined;
    const digestOf = (name: string): string => files?.files?.[name]?.slice(0, 12) ?? arm.name;
    const heldOut = new Map<PolicyStage, ScoresByProblem>();
    const droppedAlike = new Map<PolicyStage, { all: number; zero: number }>();
    for (const stage of policyStages) {
      const scores = await heldOutScores(reader, stage, digestOf('validation.jsonl'));
      if (scores !== undefined) heldOut.set(stage, scores);
      droppedAlike.set(stage, await dropped(reader, stage));
    }
    return {
      ...{ arm, input, heldOut, droppedAlike },
      testDigest: digestOf('test.jsonl'),
      validationDigest: digestOf('validation.jsonl'),
    };
  } finally {
    reader.close();
  }
}

/** Scores of an evaluation by problem. */
export function evaluatedScores(
  { testDigest }: ArmResult,
  { problems_P, attempts_P_A }: Evaluation,
): ScoresByProblem {
  return new Map(
    problems_P.map(({ id }, p) => [`${testDigest}/${id}`, (attempts_P_A[p] ?? []).map(({ score }) => score)]),
  );
}

async function heldOutScores(
  reader: JournalReader,
  stage: PolicyStage,
  digest: string,
): Promise<ScoresByProblem | undefined> {
  let step: string | undefined = reader.find(`${stage}/held-out`, '0')?.key;
  for await (const { key, value } of reader.values(`${stage}/step`))
    if ((value as { readonly heldOut?: Json }).heldOut !== undefined) step = key;
  if (step === undefined) return undefined;
  const prefix = `${stage}/held-out/${step}/`;
  const scores = new Map<string, (number | null)[]>();
  const placeOf = (unit: string) => /^(\d+)\/(\d+)$/.exec(unit.slice(prefix.length));
  const put = (unit: string, score: number | null): void => {
    const [, problem, attempt = '0'] = placeOf(unit) ?? [];
    if (problem === undefined) return;
    const attempts = scores.get(`${digest}/${problem}`) ?? [];
    attempts[Number(attempt)] = score;
    scores.set(`${digest}/${problem}`, attempts);
  };
  const isOwn = (unit: string): boolean => unit.startsWith(prefix);
  const graded = new Map<string, number>();
  for await (const { unit, label, value } of reader.effects(undefined, isOwn)) {
    // A reply without a proof is a real 0, which no grader is asked for.
    if (label === 'attempt') put(unit, 0);
    if (label === 'grade') graded.set(unit, (value as { readonly points: number }).points / 7);
  }
  // Who was asked and could not tell has left a failure, and no grade.
  for await (const { unit, label } of reader.failures())
    if (isOwn(unit) && label === 'grade' && !graded.has(unit)) put(unit, null);
  for (const [unit, score] of graded) put(unit, score);
  return scores;
}

async function dropped(reader: JournalReader, stage: PolicyStage): Promise<{ all: number; zero: number }> {
  let all = 0;
  let zero = 0;
  for await (const { value } of reader.values(`${stage}/step`)) {
    const counts = (value as { readonly dropped?: Readonly<Record<string, number>> }).dropped ?? {};
    const of = (reason: string): number => counts[reason] ?? 0;
    zero += of('all-zero');
    all += of('all-zero') + of('all-full') + of('all-equal');
  }
  return { all, zero };
}

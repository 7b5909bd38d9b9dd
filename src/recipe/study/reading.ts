/**
 * What a claim of a study speaks of, in one line: `ARM/CHECKPOINT/WHERE`. WHERE is a scaffold (`single`, `majority`,
 * `best-of-n`, `deepseek-math`, `rsa`), the Reasoning Cache after a turn (`cache@3`, the last `cache`), what it gains from
 * one turn to another, attempt by attempt (`cache@1-5`), or the way of the training: `held-out`, every measurement of it,
 * and `forgotten`, what was scored at one measurement and not at the next.
 */
import { z } from 'zod';
import { append, type Values } from '../report/measured-effect.ts';
import {
  type CheckpointName,
  checkpointNames,
  type EvaluatedAttempt,
  type Evaluation,
  searchNames,
} from '../report/report-input.ts';
import type { ArmResult } from '../sweep/read-arm.ts';

const scaffolds = ['single', ...searchNames] as const;

export type Where =
  | { readonly kind: 'scaffold'; readonly scaffold: (typeof scaffolds)[number] }
  /** Without a turn the last one that was evaluated. */
  | { readonly kind: 'cache'; readonly turn: number | undefined }
  | { readonly kind: 'cache-gain'; readonly from: number; readonly to: number }
  | { readonly kind: 'held-out' }
  | { readonly kind: 'forgotten' };

export interface Reading {
  readonly arm: string;
  readonly checkpoint: CheckpointName;
  readonly where: Where;
}

const form = 'ARM/CHECKPOINT/WHERE, for example main/rl/single, main/rc/cache@3 or main/rc/cache@1-5';

/** A reading as it stands in a file. */
export const readingSchema = z.string().transform((text, context): Reading => {
  const [arm = '', name, place, ...more] = text.split('/');
  const checkpoint = checkpointNames.find((one) => one === name);
  const where = place === undefined ? undefined : whereOf(place);
  if (checkpoint !== undefined && where !== undefined && more.length === 0) return { arm, checkpoint, where };
  context.addIssue({ code: 'custom', message: `${JSON.stringify(text)}: ${form} is expected` });
  return z.NEVER;
});

function whereOf(text: string): Where | undefined {
  const scaffold = scaffolds.find((one) => one === text);
  if (scaffold !== undefined) return { kind: 'scaffold', scaffold };
  if (text === 'held-out' || text === 'forgotten') return { kind: text };
  const gain = /^cache@([1-9]\d*)-([1-9]\d*)$/.exec(text);
  if (gain !== null) return { kind: 'cache-gain', from: Number(gain[1]), to: Number(gain[2]) };
  const turn = /^cache(?:@([1-9]\d*))?$/.exec(text);
  return turn === null
    ? undefined
    : { kind: 'cache', turn: turn[1] === undefined ? undefined : Number(turn[1]) };
}

export const measureNames = ['score', 'length', 'overflow', 'tokens'] as const;
export type MeasureName = (typeof measureNames)[number];

const measures: Readonly<Record<MeasureName, (attempt: EvaluatedAttempt) => number | null>> = {
  score: ({ score }) => (score === null ? null : 100 * score),
  length: ({ length }) => length,
  overflow: ({ overflowed }) => (overflowed ? 100 : 0),
  tokens: ({ tokens }) => tokens,
};

/**
 * What was measured, by problem; those of seeds with problems of their own are told apart. Empty where the runs have
 * nothing of the kind. `runs` are of the reading's arm.
 */
export function valuesOf(runs: readonly ArmResult[], reading: Reading, measure: MeasureName): Values {
  const values = new Map<string, number[]>();
  for (const run of runs) {
    for (const [problem, found] of runValues(run, reading, measures[measure])) append(values, problem, found);
  }
  return values;
}

type Found = Iterable<readonly [problem: string, values: readonly (number | null)[]]>;

function runValues(
  run: ArmResult,
  { checkpoint, where }: Reading,
  measure: (attempt: EvaluatedAttempt) => number | null,
): Found {
  const evaluated = (turn?: number): Evaluation | undefined =>
    run.input.evaluations
      .filter((one) => one.checkpoint === checkpoint)
      .filter((one) => one.scaffold === (where.kind === 'scaffold' ? where.scaffold : 'reasoning-cache'))
      .filter((one) => turn === undefined || one.turn === turn)
      .toSorted((a, b) => (a.turn ?? 0) - (b.turn ?? 0))
      .at(-1);
  switch (where.kind) {
    case 'scaffold':
      return attemptsOf(run, evaluated(), measure);
    case 'cache':
      return attemptsOf(run, evaluated(where.turn), measure);
    case 'cache-gain': {
      const before = new Map(attemptsOf(run, evaluated(where.from), measure));
      return attemptsOf(run, evaluated(where.to), measure).map(([problem, later]) => {
        const earlier = before.get(problem) ?? [];
        return [problem, later.map((value, a) => difference(value, earlier[a] ?? null))] as const;
      });
    }
    case 'held-out':
      return [...heldOut(run, checkpoint, measure)];
    case 'forgotten':
      return [...heldOut(run, checkpoint, measure)].map(
        ([problem, course]) => [problem, course.slice(1).map((value, i) => lost(course[i], value))] as const,
      );
  }
}

function difference(later: number | null, earlier: number | null): number | null {
  return later === null || earlier === null ? null : later - earlier;
}

function lost(before: number | null | undefined, after: number | null): number | null {
  return before == null || after === null ? null : Math.max(0, before - after);
}

function attemptsOf(
  { testDigest }: ArmResult,
  evaluation: Evaluation | undefined,
  measure: (attempt: EvaluatedAttempt) => number | null,
): (readonly [string, readonly (number | null)[]])[] {
  return (evaluation?.problems_P ?? []).map(({ id }, p) => [
    `${testDigest}/${id}`,
    (evaluation?.attempts_P_A[p] ?? []).map(measure),
  ]);
}

/** By problem, the measurements after the first step in their order. */
function heldOut(
  { input, validationDigest }: ArmResult,
  checkpoint: CheckpointName,
  measure: (attempt: EvaluatedAttempt) => number | null,
): Map<string, (number | null)[]> {
  const courses = new Map<string, (number | null)[]>();
  const curve = input.rl.find((one) => one.checkpoint === checkpoint);
  for (const { step, attempts_P } of curve?.heldOut ?? []) {
    if (step === 0) continue;
    attempts_P.forEach((attempt, p) => {
      const problem = `${validationDigest}/${p}`;
      const course = courses.get(problem) ?? [];
      course.push(measure({ ...attempt, tokens: attempt.length }));
      courses.set(problem, course);
    });
  }
  return courses;
}

/** A judge as it is measured: by its spec, which `--judge` and `rl.grader` take, and how its rows are called. */
import type { BenchJudge } from '../../bench/grade-once.ts';
import type { Problem } from '../../problems/problem.ts';

export interface Arm {
  /** To the letter what opens this judge elsewhere. */
  readonly spec: string;
  /** What its gradings are found by. */
  readonly name: string;
  /** For tables; the judge as it was asked for, without what the other fields say. */
  readonly judge: string;
  readonly style: string | undefined;
  readonly effort: string | undefined;
  /** Whether it sees the reference solution; undefined where the judge was taken as it is. */
  readonly reference: boolean | undefined;
  /** What a problem lacks for it. */
  missing(problem: Problem): string | undefined;
}

export interface OpenArm {
  readonly arm: Arm;
  readonly judge: BenchJudge;
}

/** `rl · gimo · high · with reference`, as far as it was asked for. */
export function armLabel({ judge, style, effort, reference }: Arm): string {
  const parts = [
    judge,
    style,
    effort === undefined ? undefined : `effort ${effort}`,
    reference === undefined ? undefined : reference ? 'with reference' : 'without reference',
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}

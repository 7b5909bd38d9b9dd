/**
 * A proof among others, and how scaffolds get one: a solver, which is itself a scaffold, within its own name. Its
 * drafts are offered too, so that a budget that ends inside it does not lose them.
 */
import type { Problem } from '../problems/problem.ts';
import type { Attendance } from './attendance.ts';
import type { Offer } from './best-so-far.ts';
import { deriveContext } from './derive-context.ts';
import type { Scaffold, ScaffoldContext } from './scaffold.ts';

export interface Candidate {
  /** The call, or the solver within the scaffold, that wrote it. */
  readonly label: string;
  readonly proof: string;
  /** It was cut at the token limit, as far as is known. */
  readonly isCut: boolean;
}

/** First number of a rank: how far a proof has come. What a scaffold does further with it begins at `REWORKED`. */
export const DRAFTED = 0;
export const WRITTEN = 1;
export const REWORKED = 2;

/** The `number`-th candidate, within `solve-<number>`. Undefined, and noted, when the model fails or gives no proof. */
export async function solveOne(
  number: number,
  solver: Scaffold,
  problem: Problem,
  context: ScaffoldContext,
  tools: { readonly attendance: Attendance; readonly offer: Offer },
): Promise<Candidate | undefined> {
  const label = `solve-${number}`;
  const own = context.within(label);
  let drafts = 0;
  const inner = deriveContext(own, {
    keep: (proof, why) => {
      own.keep(proof, why);
      drafts += 1;
      tools.offer(proof, [DRAFTED, number, drafts], `a draft of ${label}: ${why}`);
    },
  });
  const result = await tools.attendance.attempt('solve', label, () => solver(problem, inner));
  const proof = result?.proof ?? '';
  if (proof.trim() === '') {
    if (result !== undefined) context.note(label, { missing: 'no proof' });
    return undefined;
  }
  const isCut = result?.isCut === true;
  tools.offer(
    proof,
    [WRITTEN, isCut ? 0 : 1, number],
    `${label}, ${isCut ? 'which was cut' : 'not yet compared with others'}`,
  );
  return { label, proof, isCut };
}

/** 1, 2, …, n. */
export function numbers(n: number): number[] {
  return Array.from({ length: n }, (_, index) => index + 1);
}

export function present<T>(values: readonly (T | undefined)[]): T[] {
  return values.filter((value) => value !== undefined);
}

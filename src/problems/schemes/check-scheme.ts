/**
 * What is wrong with a grading scheme, in sentences that can be said to whoever wrote it. Every chain of checkpoints comes
 * to exactly 7 whole points; deductions are of 1 or 2 points; limits lie below full marks. Where kinds are asked for, main
 * results earn at least 4 points and routine work at most 3 (paper, section 2.2).
 */
import type { Checkpoint, GradingScheme } from '../problem.ts';

const leastMain = 4;
/** A checkpoint that needs more than this is no item of a scheme but a solution. */
const longestText = 3000;

export function schemeFaults(
  scheme: GradingScheme,
  { wantsKinds }: { readonly wantsKinds: boolean },
): readonly string[] {
  const { checkpoints, chain, alternatives = [], zeroCredit, deductions, limits = [] } = scheme;
  const chains =
    alternatives.length === 0
      ? [{ name: undefined, checkpoints }]
      : [{ name: chain ?? '1', checkpoints }, ...alternatives];
  return [
    ...chains.flatMap(({ name, checkpoints: own }) =>
      chainFaults(
        name === undefined ? 'the checkpoints' : `the checkpoints of chain "${name}"`,
        own,
        wantsKinds,
      ),
    ),
    ...textFaults('checkpoint', [
      ...chains.flatMap((one) => one.checkpoints.map(({ description }) => description)),
    ]),
    ...textFaults('zero-credit item', zeroCredit),
    ...textFaults(
      'deduction',
      deductions.map(({ description }) => description),
    ),
    ...textFaults(
      'limit',
      limits.map(({ description }) => description),
    ),
    ...deductions
      .filter(({ points }) => points !== 1 && points !== 2)
      .map(({ points }) => `a deduction is of 1 or 2 points, and one takes ${points}`),
    ...limits
      .filter(({ points }) => !Number.isInteger(points) || points > 6)
      .map(({ points }) => `a limit is a whole number from 0 to 6, and one is ${points}`),
  ];
}

function chainFaults(what: string, checkpoints: readonly Checkpoint[], wantsKinds: boolean): string[] {
  const faults: string[] = [];
  const total = sum(checkpoints);
  if (checkpoints.some(({ points }) => !Number.isInteger(points)))
    faults.push(`the points of a checkpoint are a whole number, and ${what} have others`);
  if (Math.abs(total - 7) > 1e-9) faults.push(`${what} come to ${shown(total)} points instead of 7`);
  if (!wantsKinds) return faults;
  if (checkpoints.some(({ kind }) => kind === undefined))
    return [...faults, `each checkpoint says whether it is main or routine, and of ${what} some do not`];
  const main = sum(checkpoints.filter(({ kind }) => kind === 'main'));
  if (main < leastMain)
    faults.push(`main results earn at least ${leastMain} points, and among ${what} they earn ${shown(main)}`);
  return faults;
}

/** Texts that say nothing, say the same twice, or never end. */
function textFaults(what: string, texts: readonly string[]): string[] {
  const seen = new Set<string>();
  const faults = new Set<string>();
  for (const text of texts) {
    const plain = text.toLowerCase().replaceAll(/\s+/g, ' ').trim();
    if (!/\p{Letter}.*\p{Letter}/u.test(plain)) faults.add(`a ${what} says nothing: ${JSON.stringify(text)}`);
    else if (seen.has(plain)) faults.add(`two ${what}s say the same: ${JSON.stringify(text.slice(0, 60))}`);
    if (text.length > longestText) faults.add(`a ${what} has more than ${longestText} characters`);
    seen.add(plain);
  }
  return [...faults];
}

function sum(checkpoints: readonly Checkpoint[]): number {
  return checkpoints.reduce((total, { points }) => total + points, 0);
}

function shown(points: number): string {
  return `${Number(points.toFixed(2))}`;
}

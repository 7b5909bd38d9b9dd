/** What a suite is called beside others: one that was graded on two scales is two suites, and says on which. */
import type { ComparedSuite } from '../../../../src/view/api/compare.ts';

export function suiteName(suites: readonly ComparedSuite[], index: number): string {
  const own = suites[index];
  if (own === undefined) return '';
  const isAlone = suites.every((other) => other === own || other.name !== own.name);
  return isAlone ? own.name : `${own.name}, ${own.scale}`;
}

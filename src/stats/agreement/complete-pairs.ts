/**
 * Two lists of ratings of the same items, reduced to the items that both rated. NULL-NOT-ZERO: a missing rating takes
 * its item out, and is counted.
 */

export interface CompletePairs {
  readonly first: readonly number[];
  readonly second: readonly number[];
  /** Items that only one rated, or neither. */
  readonly missing: number;
}

/** Throws when the lists differ in length. */
export function completePairs(
  first: readonly (number | null)[],
  second: readonly (number | null)[],
): CompletePairs {
  checkSameLength(first, second);
  const pairs = { first: [] as number[], second: [] as number[], missing: 0 };
  first.forEach((one, i) => {
    const other = second[i] ?? null;
    if (one === null || other === null) {
      pairs.missing += 1;
    } else {
      pairs.first.push(one);
      pairs.second.push(other);
    }
  });
  return pairs;
}

/** Throws when two lists that go together item by item differ in length. */
export function checkSameLength(first: readonly unknown[], second: readonly unknown[]): void {
  if (first.length !== second.length) {
    throw new RangeError(
      `agreement: ${first.length} ratings against ${second.length}; they must be of the same items`,
    );
  }
}

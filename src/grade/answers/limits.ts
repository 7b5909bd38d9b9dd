/**
 * Bounds on what a comparison may cost, counted in work and not in seconds, so that a verdict does not depend on how
 * busy the machine is. What passes a bound throws a LimitError, which becomes the verdict `unknown`.
 */

/** An answer is too long, too deep or too large to be compared. */
export class LimitError extends Error {
  override name = 'LimitError';
}

export const limits = {
  /** Characters of an answer. */
  characters: 4000,
  /** Brackets within brackets. */
  depth: 60,
  /** Bits of an exact number: 2^{2024} and 2025^{101} are far below, 9^{9^9} is above. */
  bits: 60_000,
  /** Bits after the point, at which intervals stop being refined. */
  precision: 16_384,
  /** Terms of a polynomial. */
  terms: 1500,
  /** Products of terms in one comparison. */
  products: 400_000,
  /** Items of a list that are compared with one another. */
  items: 400,
} as const;

/** Bits of an exact number would pass the bound. */
export function refuseBits(bits: number): void {
  if (!(bits <= limits.bits)) throw new LimitError(`a number of more than ${limits.bits} bits`);
}

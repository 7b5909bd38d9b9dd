/**
 * Whether a real constant is 0: no, when an enclosure excludes it; yes, when it is rational, or when the enclosure is
 * narrower than an algebraic number other than 0 can be. Otherwise nothing is said.
 */
import { evaluate } from './evaluate.ts';
import type { Expression } from './expression.ts';
import { Intervals, signOf } from './intervals.ts';
import { limits } from './limits.ts';
import { bitLength, isZero } from './rational.ts';
import { decisiveBits } from './zero-bound.ts';

export interface ZeroDecision {
  readonly isZero: boolean;
  readonly by: 'exact' | 'enclosure' | 'zero-bound';
}

const noLetters = new Map();

/** Undefined where it cannot be told within `most` bits. */
export function decideZero(constant: Expression, most: number = limits.precision): ZeroDecision | undefined {
  let bound: number | undefined;
  for (let bits = 64; ; bits *= 2) {
    const value = evaluate(constant, new Intervals(bits), noLetters);
    if (value.kind === 'exact') return { isZero: isZero(value.value), by: 'exact' };
    if (value.kind === 'undefined-there') return undefined;
    if (value.kind === 'enclosed') {
      const { low, high } = value.interval;
      const sign = signOf(value.interval);
      if (sign !== undefined && sign !== 0) return { isZero: false, by: 'enclosure' };
      bound ??= decisiveBits(constant) ?? Number.POSITIVE_INFINITY;
      // The width is below 2^-bound: a number this near to 0 is 0.
      if (bitLength(high - low) < bits - bound) return { isZero: true, by: 'zero-bound' };
      if (bound > most) most = Math.min(most, 512);
    }
    if (bits >= most) return undefined;
  }
}

/** The sign of a real constant. */
export function decideSign(constant: Expression, most = 512): -1 | 0 | 1 | undefined {
  for (let bits = 64; bits <= most; bits *= 2) {
    const value = evaluate(constant, new Intervals(bits), noLetters);
    if (value.kind === 'exact')
      return (Number(value.value.numerator > 0n) - Number(value.value.numerator < 0n)) as -1 | 0 | 1;
    if (value.kind === 'undefined-there') return undefined;
    const sign = value.kind === 'enclosed' ? signOf(value.interval) : undefined;
    if (sign !== undefined) return sign;
  }
  return decideZero(constant)?.isZero === true ? 0 : undefined;
}

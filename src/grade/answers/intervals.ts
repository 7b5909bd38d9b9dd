/**
 * Real numbers enclosed between two binary fractions with a fixed number of bits after the point. Every operation
 * rounds outwards: the true value is always within. Disjoint intervals therefore prove that two numbers differ;
 * overlapping ones prove nothing.
 */
import { floorDivide, integerRoot, type Rational } from './rational.ts';

/** [low, high] / 2^bits. */
export interface Interval {
  readonly low: bigint;
  readonly high: bigint;
}

export class Intervals {
  readonly bits: number;
  readonly one: bigint;
  readonly #shift: bigint;

  constructor(bits: number) {
    this.bits = bits;
    this.#shift = BigInt(bits);
    this.one = 1n << this.#shift;
  }

  of({ numerator, denominator }: Rational): Interval {
    const scaled = numerator << this.#shift;
    const low = floorDivide(scaled, denominator);
    return { low, high: low * denominator === scaled ? low : low + 1n };
  }

  add(a: Interval, b: Interval): Interval {
    return { low: a.low + b.low, high: a.high + b.high };
  }

  negate(a: Interval): Interval {
    return { low: -a.high, high: -a.low };
  }

  multiply(a: Interval, b: Interval): Interval {
    const products = [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high];
    return { low: this.#down(least(products)), high: this.#up(greatest(products)) };
  }

  /** Undefined where the divisor may be 0. */
  divide(a: Interval, b: Interval): Interval | undefined {
    if (b.low <= 0n && b.high >= 0n) return undefined;
    const [top, bottom] = b.high < 0n ? [this.negate(a), this.negate(b)] : [a, b];
    const [low, high] = [top.low << this.#shift, top.high << this.#shift];
    return {
      low: floorDivide(low, low < 0n ? bottom.low : bottom.high),
      high: -floorDivide(-high, high < 0n ? bottom.high : bottom.low),
    };
  }

  /** The root of what is not negative; a lower end below 0 counts as 0. */
  root(a: Interval, index: number): Interval {
    const scale = this.#shift * BigInt(index - 1);
    const low = a.low <= 0n ? 0n : integerRoot(a.low << scale, index);
    return { low, high: a.high <= 0n ? 0n : integerRoot(a.high << scale, index) + 1n };
  }

  absolute(a: Interval): Interval {
    if (a.low >= 0n) return a;
    if (a.high <= 0n) return this.negate(a);
    return { low: 0n, high: -a.low > a.high ? -a.low : a.high };
  }

  #down(product: bigint): bigint {
    return product >> this.#shift;
  }

  #up(product: bigint): bigint {
    return -(-product >> this.#shift);
  }
}

/** −1 or 1 where all of `a` lies below or above all of `b`; 0 where they overlap. */
export function order(a: Interval, b: Interval): -1 | 0 | 1 {
  return a.high < b.low ? -1 : a.low > b.high ? 1 : 0;
}

/** The sign, or undefined where the interval does not tell. */
export function signOf(a: Interval): -1 | 0 | 1 | undefined {
  if (a.low > 0n) return 1;
  if (a.high < 0n) return -1;
  return a.low === 0n && a.high === 0n ? 0 : undefined;
}

function least(values: readonly bigint[]): bigint {
  return values.reduce((a, b) => (b < a ? b : a));
}

function greatest(values: readonly bigint[]): bigint {
  return values.reduce((a, b) => (b > a ? b : a));
}

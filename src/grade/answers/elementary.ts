/**
 * π, exponential, logarithm, sine, cosine and arctangent of enclosed numbers. Series are summed with 40 more bits than
 * are asked for; what is left of a series and what rounding can add up to stays below 2^-8 of the last bit asked for,
 * and results are widened by 2 of those.
 */
import { type Interval, Intervals } from './intervals.ts';
import { LimitError } from './limits.ts';
import { bitLength } from './rational.ts';

const guard = 40;
const widening = 2n;
const cache = new Map<string, bigint>();

/** π to `bits` bits after the point, within 1 of the last. */
function piAt(bits: number): bigint {
  // Machin: π = 16 arctan(1/5) − 4 arctan(1/239).
  return constant(`π${bits}`, () => {
    const work = bits + guard;
    const machin = 16n * inverseArctangent(5n, work) - 4n * inverseArctangent(239n, work);
    return machin >> BigInt(guard);
  });
}

/** ln 2 to `bits` bits after the point, within 1 of the last. */
function ln2At(bits: number): bigint {
  // ln 2 = 2 artanh(1/3).
  return constant(`2${bits}`, () => {
    const work = bits + guard;
    let power = (1n << BigInt(work)) / 3n;
    let sum = 0n;
    for (let k = 1n; power > 0n; k += 2n) {
      sum += power / k;
      power /= 9n;
    }
    return (2n * sum) >> BigInt(guard);
  });
}

function constant(key: string, make: () => bigint): bigint {
  let value = cache.get(key);
  if (value === undefined) {
    value = make();
    cache.set(key, value);
  }
  return value;
}

function inverseArctangent(x: bigint, bits: number): bigint {
  let power = (1n << BigInt(bits)) / x;
  let sum = power;
  for (let k = 3n, sign = -1n; power > 0n; k += 2n, sign = -sign) {
    power /= x * x;
    sum += (sign * power) / k;
  }
  return sum;
}

export function pi(intervals: Intervals): Interval {
  return widened(piAt(intervals.bits));
}

/** Throws a LimitError for an exponent beyond ±40,000. */
export function exponential(intervals: Intervals, x: Interval): Interval {
  const largest = 40_000n * intervals.one;
  if (x.high > largest || x.low < -largest) throw new LimitError('an exponential that is too large');
  return { low: exponentialOf(x.low, intervals.bits, -1n), high: exponentialOf(x.high, intervals.bits, 1n) };
}

function exponentialOf(x: bigint, bits: number, direction: -1n | 1n): bigint {
  // e^x = 2^k e^r; a large k needs as many more bits.
  const k = x / ln2At(bits);
  const extra = guard + Number(k < 0n ? 0n : k) + bitLength(k);
  const work = bits + extra;
  const r = (x << BigInt(extra)) - k * ln2At(work);
  let term = 1n << BigInt(work);
  let sum = term;
  for (let n = 1n; term !== 0n && term !== -1n; n += 1n) {
    term = (term * r) >> BigInt(work);
    term /= n;
    sum += term;
  }
  const shift = BigInt(extra) - k;
  const value = shift >= 0n ? sum >> shift : sum << -shift;
  const result = value + direction * widening;
  return result < 0n ? 0n : result;
}

/** Of a positive number. */
export function logarithm(intervals: Intervals, x: Interval): Interval {
  const { bits } = intervals;
  return { low: logarithmOf(x.low, bits) - widening, high: logarithmOf(x.high, bits) + widening };
}

function logarithmOf(x: bigint, bits: number): bigint {
  const work = bits + guard;
  // x = m 2^k with m in [1, 2); ln m = 2 artanh((m − 1) / (m + 1)).
  const k = bitLength(x) - 1 - bits;
  const one = 1n << BigInt(work);
  const m = guard >= k ? x << BigInt(guard - k) : x >> BigInt(k - guard);
  const z = ((m - one) << BigInt(work)) / (m + one);
  const square = (z * z) >> BigInt(work);
  let power = z;
  let sum = 0n;
  for (let n = 1n; power > 0n; n += 2n) {
    sum += power / n;
    power = (power * square) >> BigInt(work);
  }
  return (2n * sum + BigInt(k) * ln2At(work)) >> BigInt(guard);
}

/** Sine and cosine change no faster than their argument, so half the width of the argument is their error. */
export function sine(intervals: Intervals, x: Interval): Interval {
  const halfPi = pi(intervals).low >> 1n;
  return cosine(intervals, { low: x.low - halfPi - widening, high: x.high - halfPi + widening });
}

export function cosine(intervals: Intervals, x: Interval): Interval {
  const { bits, one } = intervals;
  const middle = (x.low + x.high) >> 1n;
  const radius = x.high - middle + widening;
  if (radius > one) return { low: -one, high: one };
  const value = cosineOf(middle, bits);
  const [low, high] = [value - radius, value + radius];
  return { low: low < -one ? -one : low, high: high > one ? one : high };
}

function cosineOf(x: bigint, bits: number): bigint {
  const extra = guard + bitLength(x >> BigInt(bits));
  const work = bits + extra;
  const turn = 2n * piAt(work);
  let r = (x << BigInt(extra)) % turn;
  if (r < 0n) r += turn;
  if (2n * r > turn) r = turn - r;
  const square = (r * r) >> BigInt(work);
  let term = 1n << BigInt(work);
  let sum = term;
  for (let n = 1n; term > 0n; n += 2n) {
    term = ((term * square) >> BigInt(work)) / (n * (n + 1n));
    sum += n % 4n === 1n ? -term : term;
  }
  return sum >> BigInt(extra);
}

export function arctangent(intervals: Intervals, x: Interval): Interval {
  const { bits } = intervals;
  return { low: arctangentOf(x.low, bits) - widening, high: arctangentOf(x.high, bits) + widening };
}

function arctangentOf(x: bigint, bits: number): bigint {
  if (x < 0n) return -arctangentOf(-x, bits);
  const work = new Intervals(bits + guard);
  let t: Interval = { low: x << BigInt(guard), high: x << BigInt(guard) };
  // arctan t = 2 arctan(t / (1 + √(1 + t²))), until t is small.
  const halvings = 4;
  for (let i = 0; i < halvings; i += 1) {
    const root = work.root(addOne(work, work.multiply(t, t)), 2);
    t = work.divide(t, addOne(work, root)) ?? t;
  }
  const small = t.low;
  const square = (small * small) >> BigInt(work.bits);
  let power = small;
  let sum = 0n;
  for (let n = 1n; power > 0n; n += 2n) {
    sum += n % 4n === 1n ? power / n : -(power / n);
    power = (power * square) >> BigInt(work.bits);
  }
  return (sum << BigInt(halvings)) >> BigInt(guard);
}

function addOne(intervals: Intervals, a: Interval): Interval {
  return { low: a.low + intervals.one, high: a.high + intervals.one };
}

function widened(value: bigint): Interval {
  return { low: value - widening, high: value + widening };
}

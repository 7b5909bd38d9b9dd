/**
 * Sets of integers that answers describe in words: odd numbers, primes, powers of 2, numbers of the form 4k + 3. Which
 * integers are meant at all is the problem's to say ("all odd n" may mean positive ones), so a domain is `open` unless
 * it is written, and two sets differ only if they differ at several positive integers.
 */
import { type Comparison, different, equal, unknown } from './comparison.ts';

export type IntegerPart =
  | { readonly kind: 'class'; readonly modulus: bigint; readonly residue: bigint; readonly domain: Domain }
  | { readonly kind: 'primes'; readonly odd: boolean }
  | { readonly kind: 'composites' }
  | { readonly kind: 'powers'; readonly base: bigint; readonly from: Domain }
  | { readonly kind: 'nth-powers'; readonly exponent: bigint }
  /** 1, 2, …, 1235. */
  | { readonly kind: 'range'; readonly from: bigint; readonly to: bigint; readonly step: bigint }
  | { readonly kind: 'point'; readonly value: bigint };

/** Which integers: not said, all, or those from a number on. */
export type Domain = 'open' | 'all' | bigint;

export interface IntegerSet {
  readonly parts: readonly IntegerPart[];
  readonly excluded: readonly bigint[];
}

export function residueClass(modulus: bigint, residue: bigint, domain: Domain = 'open'): IntegerPart {
  const size = modulus < 0n ? -modulus : modulus;
  return { kind: 'class', modulus: size, residue: ((residue % size) + size) % size, domain };
}

/** Positive integers at which two sets must differ before they are called different. */
const leastWitnesses = 4;
const tested = 240;

export function compareIntegerSets(a: IntegerSet, b: IntegerSet): Comparison {
  if (keyOf(a) === keyOf(b)) return equal('parts', 'the same set of integers');
  let witnesses = 0;
  for (let n = 1n; n <= BigInt(tested); n += 1n) {
    if (isIn(a, n) !== isIn(b, n)) witnesses += 1;
    if (witnesses >= leastWitnesses) return different('parts', `one has ${n}, the other not`);
  }
  if (hasEnd(a) && hasEnd(b) && (witnesses > 0 || endsOf(a) !== endsOf(b)))
    return different('parts', 'finite sets with different elements');
  return unknown('sets of integers that differ little or not at all where they were compared');
}

function endsOf({ parts }: IntegerSet): string {
  const ends = parts.flatMap((part) =>
    part.kind === 'point' ? [part.value] : part.kind === 'range' ? [part.from, part.to] : [],
  );
  const sorted = ends.sort((x, y) => (x < y ? -1 : 1));
  return `${sorted[0]} to ${sorted.at(-1)}`;
}

function hasEnd(set: IntegerSet): boolean {
  return set.parts.every(({ kind }) => kind === 'point' || kind === 'range');
}

export function isIn({ parts, excluded }: IntegerSet, n: bigint): boolean {
  return !excluded.includes(n) && parts.some((part) => isInPart(part, n));
}

function isInPart(part: IntegerPart, n: bigint): boolean {
  switch (part.kind) {
    case 'class':
      if (typeof part.domain === 'bigint' && n < part.domain) return false;
      return (n - part.residue) % part.modulus === 0n;
    case 'primes':
      return isPrime(n) && !(part.odd && n === 2n);
    case 'composites':
      return n > 3n && !isPrime(n);
    case 'powers': {
      let power = 1n;
      for (let k = 0n; power <= n; k += 1n, power *= part.base)
        if (power === n) return typeof part.from !== 'bigint' || k >= part.from;
      return false;
    }
    case 'nth-powers': {
      for (let root = 0n; root ** part.exponent <= n; root += 1n)
        if (root ** part.exponent === n) return true;
      return false;
    }
    case 'range':
      return n >= part.from && n <= part.to && (n - part.from) % part.step === 0n;
    case 'point':
      return part.value === n;
  }
}

function isPrime(n: bigint): boolean {
  if (n < 2n) return false;
  for (let p = 2n; p * p <= n; p += 1n) if (n % p === 0n) return false;
  return true;
}

/** A text that only equal sets share. Points that another part has, and exclusions that none has, do not count. */
function keyOf({ parts, excluded }: IntegerSet): string {
  const points = parts.flatMap((part) => (part.kind === 'point' ? [part.value] : []));
  const others = parts.filter(({ kind }) => kind !== 'point');
  const loose = points.filter((value) => !others.some((part) => isSurelyIn(part, value)));
  const holes = excluded.filter((value) =>
    others.some((part) => part.kind !== 'class' || isInPart(part, value)),
  );
  const texts = [...others.map(partKey), ...loose.map((value) => `${value}`)];
  return `${[...new Set(texts)].sort().join(' ')} without ${[...new Set(holes)].sort().join(' ')}`;
}

function isSurelyIn(part: IntegerPart, value: bigint): boolean {
  return value > 1n && isInPart(part, value);
}

function partKey(part: IntegerPart): string {
  switch (part.kind) {
    case 'class':
      return `${part.residue} mod ${part.modulus}, ${part.domain}`;
    case 'primes':
      return part.odd ? 'odd primes' : 'primes';
    case 'composites':
      return 'composites';
    case 'powers':
      return `powers of ${part.base}, ${part.from}`;
    case 'nth-powers':
      return `powers to the ${part.exponent}`;
    case 'range':
      return `${part.from} to ${part.to} by ${part.step}`;
    case 'point':
      return `${part.value}`;
  }
}

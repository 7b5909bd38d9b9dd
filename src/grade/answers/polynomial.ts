/**
 * Sums of terms, each a rational coefficient and powers of generators. A generator is anything that is not taken
 * apart: a letter, a prime under a root, π, a floor. Exponents are rational, so that 2^(1/2) is a power of 2. What
 * generators mean, and which relations hold between them, is algebra.ts's to know.
 */
import { LimitError, limits } from './limits.ts';
import {
  add,
  compare,
  greatestCommonDivisor,
  isZero,
  multiply,
  type Rational,
  rationalText,
} from './rational.ts';

/** Generators with their exponents, sorted by generator, without exponents of 0. */
export type Powers = readonly (readonly [generator: string, exponent: Rational])[];

export interface Term {
  readonly coefficient: Rational;
  readonly powers: Powers;
}

/** Terms by the key of their powers; none has the coefficient 0. */
export type Polynomial = ReadonlyMap<string, Term>;

export const NO_TERMS: Polynomial = new Map();

export function powersKey(powers: Powers): string {
  return powers.map(([generator, exponent]) => `${generator}^${rationalText(exponent)}`).join('*');
}

export function polynomialOf(coefficient: Rational, powers: Powers = []): Polynomial {
  if (isZero(coefficient)) return NO_TERMS;
  return new Map([[powersKey(powers), { coefficient, powers }]]);
}

/** Powers in the order that keys need. */
export function sortedPowers(powers: Iterable<readonly [string, Rational]>): Powers {
  return [...powers]
    .filter(([, exponent]) => !isZero(exponent))
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

export function sumOf(polynomials: readonly Polynomial[]): Polynomial {
  const [first = NO_TERMS, ...others] = polynomials;
  if (others.length === 0) return first;
  const terms = new Map(first);
  for (const polynomial of others) for (const [key, term] of polynomial) addTerm(terms, key, term);
  if (terms.size > limits.terms) throw new LimitError('an expression of too many terms');
  return terms;
}

export function addTerm(terms: Map<string, Term>, key: string, term: Term): void {
  const present = terms.get(key);
  if (present === undefined) {
    terms.set(key, term);
    return;
  }
  const coefficient = add(present.coefficient, term.coefficient);
  if (isZero(coefficient)) terms.delete(key);
  else terms.set(key, { coefficient, powers: term.powers });
}

export function scaled(polynomial: Polynomial, factor: Rational): Polynomial {
  if (isZero(factor)) return NO_TERMS;
  const terms = new Map<string, Term>();
  for (const [key, { coefficient, powers }] of polynomial)
    terms.set(key, { coefficient: multiply(coefficient, factor), powers });
  return terms;
}

/** The only term, where there is one. */
export function onlyTerm(polynomial: Polynomial): Term | undefined {
  return polynomial.size === 1 ? polynomial.values().next().value : undefined;
}

/** The number that it is, where it has no generators. */
export function constantOf(polynomial: Polynomial): Rational | undefined {
  if (polynomial.size === 0) return { numerator: 0n, denominator: 1n };
  const term = onlyTerm(polynomial);
  return term?.powers.length === 0 ? term.coefficient : undefined;
}

/** A text that only equal sums share. */
export function polynomialKey(polynomial: Polynomial): string {
  return [...polynomial]
    .map(([key, { coefficient }]) => `${rationalText(coefficient)}*${key}`)
    .sort()
    .join('+');
}

export function generatorsOf(polynomial: Polynomial): Set<string> {
  return new Set([...polynomial.values()].flatMap(({ powers }) => powers.map(([generator]) => generator)));
}

/** The greatest positive rational that leaves whole coefficients without a common divisor. */
export function contentOf(polynomial: Polynomial): Rational {
  let [numerator, denominator] = [0n, 1n];
  for (const { coefficient } of polynomial.values()) {
    numerator = greatestCommonDivisor(numerator, coefficient.numerator);
    denominator =
      (denominator / greatestCommonDivisor(denominator, coefficient.denominator)) * coefficient.denominator;
  }
  return { numerator: numerator === 0n ? 1n : numerator, denominator };
}

/** The least exponent of each generator over all terms, 0 where a term is without it. */
export function commonPowers(polynomial: Polynomial): Powers {
  const least = new Map<string, Rational>();
  const zero: Rational = { numerator: 0n, denominator: 1n };
  for (const generator of generatorsOf(polynomial)) {
    let exponent: Rational | undefined;
    for (const { powers } of polynomial.values()) {
      const own = powers.find(([name]) => name === generator)?.[1] ?? zero;
      if (exponent === undefined || compare(own, exponent) < 0) exponent = own;
    }
    if (exponent !== undefined) least.set(generator, exponent);
  }
  return sortedPowers(least);
}

/** The term that comes first in a fixed order: its sign stands for the sign of the whole. */
export function leadingTerm(polynomial: Polynomial): Term | undefined {
  let best: [string, Term] | undefined;
  for (const entry of polynomial) if (best === undefined || entry[0] > best[0]) best = entry;
  return best?.[1];
}

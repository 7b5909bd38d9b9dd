/**
 * What a comparison of two answers comes to. It is three-valued: `equal` and `different` are claimed only where the
 * step that is named supports them, and everything else is `unknown`.
 */

/** What decided, from the cheapest on. */
export type Step =
  /** The same text, but for how it is written. */
  | 'text'
  /** Rational numbers. */
  | 'rational'
  /** An enclosure narrower than a number other than 0 of this kind can be. */
  | 'zero-bound'
  /** Disjoint enclosures of two constants. */
  | 'enclosure'
  /** Normal forms of expressions. */
  | 'normal-form'
  /** Disjoint values at points. */
  | 'points'
  /** The parts of lists, tuples, sets, regions and functions. */
  | 'parts'
  /** One has an answer where the other has none, or they are of kinds that cannot be the same. */
  | 'kind'
  /** Nothing decided. */
  | 'undecided'
  /** The comparison would have taken too much work, or too long. */
  | 'limit'
  /** A fault in the comparison itself. */
  | 'fault';

export interface Comparison {
  readonly verdict: 'equal' | 'different' | 'unknown';
  readonly by: Step;
  /** For a person: what was compared and what came of it. */
  readonly why: string;
}

export function equal(by: Step, why: string): Comparison {
  return { verdict: 'equal', by, why };
}

export function different(by: Step, why: string): Comparison {
  return { verdict: 'different', by, why };
}

export function unknown(why: string, by: Step = 'undecided'): Comparison {
  return { verdict: 'unknown', by, why };
}

/** Ambiguous notation, read in every way: only what all readings say is said. */
export function unanimous(comparisons: readonly Comparison[]): Comparison {
  const [first, ...others] = comparisons;
  if (first === undefined) return unknown('there is nothing to compare');
  const dissent = others.find(({ verdict }) => verdict !== first.verdict);
  if (dissent === undefined) return first;
  const open = [first, ...others].find(({ verdict }) => verdict === 'unknown');
  return open ?? unknown('the notation can be read in two ways, and they disagree');
}

/**
 * A final answer as a structure: a value, a tuple, a list or set, a region of real numbers, a set of integers, with a
 * name or under conditions; or words.
 */
import type { Expression } from './expression.ts';
import type { IntegerSet } from './integer-sets.ts';

export type Answer =
  | {
      readonly kind: 'value';
      readonly value: Expression;
      readonly unit?: string;
      readonly approximate?: true;
    }
  /** Round brackets around two items may also be an open interval; square ones around two are an interval or a list. */
  | { readonly kind: 'tuple'; readonly items: readonly Answer[]; readonly square: boolean }
  /** A set, or a list without brackets; in neither the order counts. */
  | { readonly kind: 'collection'; readonly items: readonly Answer[]; readonly braces: boolean }
  | { readonly kind: 'region'; readonly pieces: readonly Piece[] }
  | { readonly kind: 'integers'; readonly set: IntegerSet }
  | { readonly kind: 'named'; readonly name: Name; readonly answer: Answer }
  | { readonly kind: 'equation'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'guarded'; readonly answer: Answer; readonly conditions: readonly Condition[] }
  | { readonly kind: 'words'; readonly text: string };

/** An interval or, closed at both ends with the same end, a point. No end means infinity. */
export interface Piece {
  readonly low: Expression | undefined;
  readonly lowClosed: boolean;
  readonly high: Expression | undefined;
  readonly highClosed: boolean;
}

export type Name =
  | { readonly kind: 'letter'; readonly letter: string }
  | { readonly kind: 'function'; readonly letter: string; readonly arguments: readonly string[] }
  | { readonly kind: 'tuple'; readonly letters: readonly string[] }
  /** Something that needs no name: words, an angle, the value of a function at a number. */
  | { readonly kind: 'label'; readonly text: string };

/** What an answer says about its letters. */
export interface Condition {
  /** Letters that it introduces. */
  readonly letters: readonly string[];
  /** `integer`, `positive`; empty where any number will do. Other text where it was not understood. */
  readonly domain: string;
  readonly relation?: Relation;
}

export interface Relation {
  readonly operator: '<' | '<=' | '!=' | '=';
  readonly left: Expression;
  readonly right: Expression;
}

/** No number at all: also what the empty set is. */
export const NONE: Answer = { kind: 'words', text: 'none' };

/** A part of an answer that is not understood as mathematics. */
export class NotUnderstood extends Error {
  override name = 'NotUnderstood';
}

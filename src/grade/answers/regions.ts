/** Sets of real numbers made of intervals and points, with ends that are constants. */
import type { Piece } from './answer.ts';
import { orderConstants, rationalValue } from './compare-expressions.ts';
import { type Comparison, different, equal, unknown } from './comparison.ts';
import type { Expression } from './expression.ts';
import { ceil, floor, isInteger, type Rational } from './rational.ts';

export const EVERYTHING: Piece = { low: undefined, lowClosed: false, high: undefined, highClosed: false };

export function point(value: Expression): Piece {
  return { low: value, lowClosed: true, high: value, highClosed: true };
}

/** All but some points, which are in rising order. */
export function complementOfPoints(points: readonly Expression[]): Piece[] {
  const ends = [undefined, ...points, undefined];
  return ends
    .slice(1)
    .map((high, index) => ({ low: ends[index], lowClosed: false, high, highClosed: false }));
}

/** Pieces in order, with those that touch joined; undefined where ends could not be compared. */
export function joined(pieces: readonly Piece[]): Piece[] | undefined {
  const solid: Piece[] = [];
  for (const piece of pieces) {
    const order = orderEnds(piece.low, piece.high);
    if (order === undefined) return undefined;
    const isEmpty = order > 0 || (order === 0 && !(piece.lowClosed && piece.highClosed));
    if (!isEmpty) solid.push(piece);
  }
  const sorted = insertionSorted(solid);
  if (sorted === undefined) return undefined;
  const result: Piece[] = [];
  for (const piece of sorted) {
    const last = result.at(-1);
    if (last === undefined) {
      result.push(piece);
      continue;
    }
    const gap = orderEnds(piece.low, last.high);
    if (gap === undefined) return undefined;
    const touches = gap < 0 || (gap === 0 && (piece.lowClosed || last.highClosed));
    if (!touches) {
      result.push(piece);
      continue;
    }
    const further = orderHighs(last, piece);
    if (further === undefined) return undefined;
    const lowClosed = last.lowClosed || (piece.lowClosed && orderLows(last, piece) === 0);
    const farther = further < 0 ? piece : last;
    const highClosed = further === 0 ? last.highClosed || piece.highClosed : farther.highClosed;
    result[result.length - 1] = { low: last.low, lowClosed, high: farther.high, highClosed };
  }
  return result;
}

/** What two regions have in common; undefined where ends could not be compared. */
export function intersection(a: readonly Piece[], b: readonly Piece[]): Piece[] | undefined {
  const pieces: Piece[] = [];
  for (const left of a) {
    for (const right of b) {
      const [lows, highs] = [orderLows(left, right), orderHighs(left, right)];
      if (lows === undefined || highs === undefined) return undefined;
      const lower = lows >= 0 ? left : right;
      const upper = highs <= 0 ? left : right;
      pieces.push({
        low: lower.low,
        lowClosed: lows === 0 ? left.lowClosed && right.lowClosed : lower.lowClosed,
        high: upper.high,
        highClosed: highs === 0 ? left.highClosed && right.highClosed : upper.highClosed,
      });
    }
  }
  return joined(pieces);
}

/**
 * Two regions are equal if their pieces are. Where they differ only between the same integers they may be meant as sets
 * of integers, of which n > 1 and n ≥ 2 are the same; unless no integer is in them, or one has a point that is no
 * integer, or they differ in whether they have an end that is none, which nobody would say of integers.
 */
export function compareRegions(a: readonly Piece[], b: readonly Piece[]): Comparison {
  const [left, right] = [joined(a), joined(b)];
  if (left === undefined || right === undefined)
    return unknown('ends of intervals that could not be compared');
  if (left.length === right.length && left.every((piece, index) => isSamePiece(piece, right[index])))
    return equal('parts', 'the same intervals');
  if (isUnbounded(left, 'low') !== isUnbounded(right, 'low')) return differentIntervals;
  if (isUnbounded(left, 'high') !== isUnbounded(right, 'high')) return differentIntervals;
  const difference = firstDifference(left, right);
  if (difference === undefined) return unknown('ends of intervals that could not be compared');
  const ends = [...left, ...right].flatMap(({ low, high }) =>
    [low, high].flatMap((end) => (end === undefined ? [] : [rationalValue(end)])),
  );
  if (ends.some((end) => end === undefined)) return differentIntervals;
  const rationals = ends.filter((end) => end !== undefined);
  const near = integersNear(rationals);
  if (near.some((n) => isInside(left, n) !== isInside(right, n))) return differentIntervals;
  const meansReals =
    difference === 'closed at no integer' ||
    [...left, ...right].some(isFractionalPoint) ||
    !near.some((n) => isInside(left, n));
  return meansReals ? differentIntervals : unknown('intervals with the same integers');
}

/** {1/2}: nobody means integers by it. */
function isFractionalPoint({ low, high }: Piece): boolean {
  if (low === undefined || high === undefined || orderConstants(low, high) !== 0) return false;
  const value = rationalValue(low);
  return value !== undefined && !isInteger(value);
}

const differentIntervals = different('parts', 'different intervals');

/** How two joined regions differ first; undefined where that could not be told. */
function firstDifference(
  a: readonly Piece[],
  b: readonly Piece[],
): 'elsewhere' | 'closed at no integer' | undefined {
  if (a.length !== b.length) return 'elsewhere';
  for (const [index, left] of a.entries()) {
    const right = b[index];
    if (right === undefined) return undefined;
    const ends = [
      [orderLows(left, right), left.low, left.lowClosed === right.lowClosed],
      [orderHighs(left, right), left.high, left.highClosed === right.highClosed],
    ] as const;
    for (const [order, end, sameKind] of ends) {
      if (order === undefined) return undefined;
      if (order !== 0) return 'elsewhere';
      if (sameKind || end === undefined) continue;
      const value = rationalValue(end);
      return value !== undefined && isInteger(value) ? 'elsewhere' : 'closed at no integer';
    }
  }
  return undefined;
}

function integersNear(ends: readonly Rational[]): bigint[] {
  const near = ends.flatMap((end) => [floor(end) - 1n, floor(end), ceil(end), ceil(end) + 1n]);
  return [...new Set(near)];
}

function isInside(pieces: readonly Piece[], n: bigint): boolean {
  const value: Expression = { kind: 'number', value: { numerator: n, denominator: 1n } };
  return pieces.some(({ low, lowClosed, high, highClosed }) => {
    const fromLow = low === undefined ? 1 : orderConstants(value, low);
    const fromHigh = high === undefined ? -1 : orderConstants(value, high);
    if (fromLow === undefined || fromHigh === undefined) return false;
    return (fromLow > 0 || (fromLow === 0 && lowClosed)) && (fromHigh < 0 || (fromHigh === 0 && highClosed));
  });
}

/** The integers in a region, if it is known that there are no more than `most`. */
export function integersInside(pieces: readonly Piece[], most: number): Expression[] | undefined {
  const found: Expression[] = [];
  for (const piece of pieces) {
    const [low, high] = [piece.low, piece.high].map((end) =>
      end === undefined ? undefined : rationalValue(end),
    );
    if (low === undefined || high === undefined) return undefined;
    if (floor(high) - floor(low) > BigInt(most + 1)) return undefined;
    for (let n = floor(low); n <= ceil(high); n += 1n)
      if (isInside([piece], n)) found.push({ kind: 'number', value: { numerator: n, denominator: 1n } });
  }
  return found.length > most ? undefined : found;
}

function isUnbounded(pieces: readonly Piece[], end: 'low' | 'high'): boolean {
  return pieces.some((piece) => piece[end] === undefined);
}

function isSamePiece(a: Piece, b: Piece | undefined): boolean {
  return (
    b !== undefined &&
    orderLows(a, b) === 0 &&
    orderHighs(a, b) === 0 &&
    a.lowClosed === b.lowClosed &&
    a.highClosed === b.highClosed
  );
}

/** A low end and a high end; no end is infinite on its side. */
function orderEnds(low: Expression | undefined, high: Expression | undefined): -1 | 0 | 1 | undefined {
  return low === undefined || high === undefined ? -1 : orderConstants(low, high);
}

function orderLows({ low: a }: Piece, { low: b }: Piece): -1 | 0 | 1 | undefined {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  return orderConstants(a, b);
}

function orderHighs({ high: a }: Piece, { high: b }: Piece): -1 | 0 | 1 | undefined {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? 1 : -1;
  return orderConstants(a, b);
}

function insertionSorted(pieces: readonly Piece[]): Piece[] | undefined {
  const sorted: Piece[] = [];
  for (const piece of pieces) {
    let at = sorted.length;
    while (at > 0) {
      const before = sorted[at - 1];
      const order = before === undefined ? -1 : orderLows(before, piece);
      if (order === undefined) return undefined;
      if (order < 0 || (order === 0 && before?.lowClosed)) break;
      at -= 1;
    }
    sorted.splice(at, 0, piece);
  }
  return sorted;
}

/** Pearson's correlation coefficient r. */
import { mean } from '../moments.ts';
import { checkSameLength } from './complete-pairs.ts';

/** Absent with fewer than two items, and where one list is constant: then there is nothing to vary together. */
export function pearson(first: readonly number[], second: readonly number[]): number | undefined {
  checkSameLength(first, second);
  if (first.length < 2) return undefined;
  const [centre, otherCentre] = [mean(first), mean(second)];
  let [squares, otherSquares, products] = [0, 0, 0];
  first.forEach((value, i) => {
    const [x, y] = [value - centre, (second[i] ?? 0) - otherCentre];
    squares += x * x;
    otherSquares += y * y;
    products += x * y;
  });
  const scale = Math.sqrt(squares) * Math.sqrt(otherSquares);
  // A constant list whose mean is rounded leaves squares of rounding errors.
  if (!(scale > 0) || isConstant(first) || isConstant(second)) return undefined;
  return Math.max(-1, Math.min(1, products / scale));
}

function isConstant(values: readonly number[]): boolean {
  return values.every((value) => value === values[0]);
}

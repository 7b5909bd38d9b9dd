/**
 * Mean, sample variance and standard error of a list of numbers. An empty list has no mean: these throw rather
 * than hand a NaN on to a table.
 */

/** Arithmetic mean. Throws on an empty list. */
export function mean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('mean: the list is empty');
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** Unbiased sample variance (divides by n − 1), two passes. Throws on fewer than two values. */
export function variance(values: readonly number[]): number {
  if (values.length < 2) throw new RangeError(`variance: needs two values or more, got ${values.length}`);
  const centre = mean(values);
  let squares = 0;
  for (const value of values) squares += (value - centre) ** 2;
  return squares / (values.length - 1);
}

/** Standard error of the mean of independent values: √(variance / n). Throws on fewer than two values. */
export function standardError(values: readonly number[]): number {
  return Math.sqrt(variance(values) / values.length);
}

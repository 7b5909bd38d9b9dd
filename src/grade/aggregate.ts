/** One grade from those of several judges. */
export const aggregateNames = ['median', 'mean', 'min', 'max', 'majority'] as const;
export type Aggregate = (typeof aggregateNames)[number];

/**
 * Of at least one number. The median of an even count is the mean of the middle two, so median and mean may fall between
 * the steps of a scale. `majority` is the most frequent value; of equally frequent ones the one nearest to the median, and
 * of two equally near ones the lower: in doubt a proof has not been accepted.
 */
export function aggregated(points: readonly number[], how: Aggregate): number {
  const sorted = [...points].sort((a, b) => a - b);
  const [lowest, highest] = [sorted[0], sorted.at(-1)];
  if (lowest === undefined || highest === undefined) throw new RangeError('there is nothing to aggregate');
  switch (how) {
    case 'min':
      return lowest;
    case 'max':
      return highest;
    case 'mean':
      return sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
    case 'median':
      return median(sorted);
    case 'majority': {
      const counts = new Map<number, number>();
      for (const value of sorted) counts.set(value, (counts.get(value) ?? 0) + 1);
      const most = Math.max(...counts.values());
      const middle = median(sorted);
      // Rising order, and a later one must be strictly nearer.
      return [...counts]
        .flatMap(([value, count]) => (count === most ? [value] : []))
        .reduce((best, value) => (Math.abs(value - middle) < Math.abs(best - middle) ? value : best));
    }
  }
}

function median(sorted: readonly number[]): number {
  const half = sorted.length / 2;
  const [below, above] = [sorted[Math.ceil(half) - 1] ?? 0, sorted[Math.floor(half)] ?? 0];
  return (below + above) / 2;
}

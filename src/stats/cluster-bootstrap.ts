/**
 * 95 % interval of any statistic of clustered data, for example of grades in which those of one problem belong together:
 * whole clusters are drawn with replacement, and the statistic is computed anew from the drawn ones (Davison and Hinkley
 * 1997, section 3.8), percentiles with tails for few clusters (`expanded-tail.ts`). A cluster that is drawn twice is two
 * clusters.
 */

import type { BootstrapOptions } from './contrast-interval.ts';
import { expandedTail } from './expanded-tail.ts';
import type { Interval } from './interval.ts';
import { percentileInterval } from './percentile-interval.ts';

export interface ClusterEstimate {
  /** Of the data as they are. */
  readonly estimate: number;
  /** Absent with fewer than two clusters, and where more than 5 % of the resamples have no value. */
  readonly interval: Interval | undefined;
}

/** Named statistics, each absent where it cannot be computed. */
export type NamedStatistics<Name extends string> = Readonly<Record<Name, number | undefined>>;

/**
 * Interval of one statistic; absent where it cannot be computed of the data as they are.
 *
 * @example clusterBootstrap(grades_P, (sample_P) => advantageError(sample_P), { random: new Random('judge') })
 */
export function clusterBootstrap<Cluster>(
  clusters: readonly Cluster[],
  statistic: (sample: readonly Cluster[]) => number | undefined,
  options: BootstrapOptions,
): ClusterEstimate | undefined {
  return clusterBootstrapAll(clusters, (sample) => ({ only: statistic(sample) }), options).only;
}

/** Intervals of several statistics from the same draws; the statistics of a sample are computed together. */
export function clusterBootstrapAll<Cluster, Name extends string>(
  clusters: readonly Cluster[],
  statistics: (sample: readonly Cluster[]) => NamedStatistics<Name>,
  { random, resamples = 2000 }: BootstrapOptions,
): Readonly<Record<Name, ClusterEstimate | undefined>> {
  const estimates = statistics(clusters);
  const names = Object.keys(estimates) as Name[];
  const resampled = new Map(names.map((name) => [name, new Float64Array(resamples)]));
  const computed = new Map(names.map((name) => [name, 0]));
  // One array is refilled for every resample; a statistic must not keep it.
  const sample = [...clusters];
  if (clusters.length > 1) {
    for (let r = 0; r < resamples; r += 1) {
      for (let i = 0; i < sample.length; i += 1) {
        const drawn = clusters[random.below(clusters.length)];
        if (drawn !== undefined) sample[i] = drawn;
      }
      const values = statistics(sample);
      for (const name of names) {
        const value = values[name];
        if (value === undefined) continue;
        const count = computed.get(name) ?? 0;
        const row = resampled.get(name);
        if (row !== undefined) row[count] = value;
        computed.set(name, count + 1);
      }
    }
  }
  const tail = expandedTail(clusters.length, Math.sqrt(clusters.length / (clusters.length - 1)));
  const results = names.map((name): [Name, ClusterEstimate | undefined] => {
    const estimate = estimates[name];
    if (estimate === undefined) return [name, undefined];
    const values = (resampled.get(name) ?? new Float64Array()).subarray(0, computed.get(name));
    const enough = clusters.length > 1 && values.length >= 0.95 * resamples;
    return [
      name,
      { estimate, interval: enough ? percentileInterval(estimate, values.sort(), tail) : undefined },
    ];
  });
  return Object.fromEntries(results) as Record<Name, ClusterEstimate | undefined>;
}

/**
 * A figure of a benchmark: the median over repeats, their spread, and a goal where there is one. A figure that could
 * not be measured undisturbed says so wherever it goes.
 */
import { quantile } from '../../src/stats/quantile.ts';
import type { Measurement } from './quiet.ts';

export type Goal = { readonly atLeast: number } | { readonly atMost: number };

export interface Figure {
  readonly name: string;
  /** Median over the repeats. */
  readonly value: number;
  readonly unit: string;
  /** Least and greatest over the repeats; absent for a figure that is counted, not measured. */
  readonly lowest?: number;
  readonly highest?: number;
  readonly repeats?: number;
  readonly quality?: Measurement['quality'];
  readonly goal?: Goal;
  /** Not said of a disturbed figure. */
  readonly met?: boolean;
}

/** A figure that follows from the seconds of one run. */
export function measured(
  name: string,
  unit: string,
  measurement: Measurement,
  convert: (seconds: number) => number,
  goal?: Goal,
): Figure {
  return figure(name, unit, measurement.seconds.map(convert), measurement.quality, goal);
}

/** A figure that follows from two works measured in turn: the median over pairs of repeats. */
export function compared(
  name: string,
  unit: string,
  [a, b]: readonly [Measurement, Measurement],
  convert: (secondsA: number, secondsB: number) => number,
  goal?: Goal,
): Figure {
  const pairs = Math.min(a.seconds.length, b.seconds.length);
  const values = Array.from({ length: pairs }, (_, i) => convert(a.seconds[i] ?? 0, b.seconds[i] ?? 0));
  const quality = a.quality === 'disturbed' ? a.quality : b.quality;
  return figure(name, unit, values, quality, goal);
}

/** A figure of repeats; without `quality` nobody has watched whether others disturbed them. */
export function repeated(
  name: string,
  unit: string,
  values: readonly number[],
  { goal, quality }: Pick<Figure, 'goal' | 'quality'> = {},
): Figure {
  return figure(name, unit, values, quality, goal);
}

/** A figure that is exact. */
export function counted(name: string, unit: string, value: number, goal?: Goal): Figure {
  return { name, value, unit, ...(goal === undefined ? {} : { goal, met: isMet(value, goal) }) };
}

function figure(
  name: string,
  unit: string,
  values: readonly number[],
  quality: Measurement['quality'] | undefined,
  goal: Goal | undefined,
): Figure {
  const value = quantile(values, 0.5);
  const spread = { lowest: Math.min(...values), highest: Math.max(...values), repeats: values.length };
  const judged = goal === undefined || quality === 'disturbed' ? {} : { met: isMet(value, goal) };
  return {
    ...{ name, value, unit, ...spread },
    ...(quality === undefined ? {} : { quality }),
    ...(goal === undefined ? {} : { goal, ...judged }),
  };
}

function isMet(value: number, goal: Goal): boolean {
  return 'atLeast' in goal ? value >= goal.atLeast : value <= goal.atMost;
}

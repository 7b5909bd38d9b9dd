/**
 * Lines of a chart from the columns of one run or two: what they are drawn over, smoothed, and brought onto one horizontal
 * axis.
 */
import type { ChartLine } from '../../parts/chart-line.ts';

export type Column = readonly (number | null)[];
export type Columns = Readonly<Record<string, Column>>;

/** What a curve is drawn over. */
export type Axis = 'step' | 'trained' | 'sampled' | 'hours';

export const axes: readonly { readonly value: Axis; readonly text: string; readonly label: string }[] = [
  { value: 'step', text: 'optimiser steps', label: 'optimiser step' },
  { value: 'trained', text: 'tokens trained on', label: 'tokens trained on' },
  { value: 'sampled', text: 'tokens sampled', label: 'tokens sampled' },
  { value: 'hours', text: 'hours of steps', label: 'hours' },
];

/** Places on the axis, one a step. */
export function axisOf(columns: Columns, axis: Axis): number[] {
  const steps = (columns.step ?? []).map((step) => step ?? 0);
  if (axis === 'step') return steps;
  const [name, unit] = sums[axis];
  let sum = 0;
  return steps.map((_, place) => {
    sum += (columns[name]?.[place] ?? 0) / unit;
    return sum;
  });
}

const sums: Readonly<Record<Exclude<Axis, 'step'>, readonly [name: string, unit: number]>> = {
  trained: ['processedTokens', 1],
  sampled: ['sampledTokens', 1],
  hours: ['cost/seconds', 3600],
};

/** Centred mean over `window` steps of the values that there are; a step without a value stays without. */
export function smoothed(values: Column, window: number): Column {
  if (window <= 1) return values;
  const half = Math.floor(window / 2);
  return values.map((value, place) => {
    if (value === null) return null;
    let [sum, n] = [0, 0];
    for (let at = Math.max(0, place - half); at <= Math.min(values.length - 1, place + half); at += 1) {
      const near = values[at];
      if (near === null || near === undefined) continue;
      sum += near;
      n += 1;
    }
    return sum / n;
  });
}

/** A line with its own places on the axis. */
export interface Curve extends Omit<ChartLine, 'values' | 'band'> {
  readonly at: readonly number[];
  readonly values: Column;
  readonly low?: Column;
  readonly high?: Column;
}

/** Curves over one axis that has the places of all of them. */
export function onOneAxis(curves: readonly Curve[]): { readonly x: number[]; readonly lines: ChartLine[] } {
  const [first] = curves;
  if (first !== undefined && curves.every(({ at }) => at === first.at)) {
    return { x: [...first.at], lines: curves.map((curve) => lineOf(curve, (values) => values)) };
  }
  const x = [...new Set(curves.flatMap(({ at }) => at))].sort((a, b) => a - b);
  const places = new Map(x.map((value, place) => [value, place]));
  return {
    x,
    lines: curves.map((curve) =>
      lineOf(curve, (values) => {
        const spread: (number | null)[] = x.map(() => null);
        curve.at.forEach((value, place) => {
          spread[places.get(value) ?? 0] = values[place] ?? null;
        });
        return spread;
      }),
    ),
  };
}

function lineOf({ at: _, low, high, values, ...line }: Curve, spread: (values: Column) => Column): ChartLine {
  const band =
    low === undefined || high === undefined ? {} : { band: { low: spread(low), high: spread(high) } };
  return { ...line, values: spread(values), ...band };
}

/** The columns of both, one after the other; a column that one of them lacks is empty there. */
export function joined(pages: readonly Columns[]): Columns {
  const names = new Set(pages.flatMap((page) => Object.keys(page)));
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      pages.flatMap((page) => page[name] ?? (page.step ?? []).map(() => null)),
    ]),
  );
}

/** Mean of the first or last `count` values that there are; null where there are none. */
export function meanAt(values: Column | undefined, end: 'first' | 'last', count: number): number | null {
  const known = (values ?? []).filter((value) => value !== null);
  const part = end === 'first' ? known.slice(0, count) : known.slice(-count);
  return part.length === 0 ? null : part.reduce((sum, value) => sum + value, 0) / part.length;
}

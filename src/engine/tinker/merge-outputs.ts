/**
 * Results of the parts of a training request as the result of the whole: outputs one after another, metrics by the rule that
 * their name ends with. Metrics without a known rule are dropped, as the official client does.
 */
import type { ForwardBackwardOutput } from './wire/forward-backward-output.ts';

export function mergeOutputs(parts: readonly ForwardBackwardOutput[]): ForwardBackwardOutput {
  const [first, ...others] = parts;
  if (first !== undefined && others.length === 0) return first;
  const counts = parts.map(({ outputs_D }) => outputs_D.length);
  const metrics = new Map<string, number>();
  for (const name of new Set(parts.flatMap((part) => [...part.metrics.keys()]))) {
    const found = parts.flatMap((part, index) => {
      const value = part.metrics.get(name);
      return value === undefined ? [] : [{ value, count: counts[index] ?? 0 }];
    });
    const rule = rules[name.slice(name.lastIndexOf(':') + 1)];
    if (rule !== undefined) metrics.set(name, rule(found));
  }
  return {
    lossFnOutputType: first?.lossFnOutputType ?? '',
    outputs_D: parts.flatMap(({ outputs_D }) => outputs_D),
    metrics,
  };
}

type Found = readonly { readonly value: number; readonly count: number }[];

const rules: Readonly<Record<string, (found: Found) => number>> = {
  sum: (found) => found.reduce((total, { value }) => total + value, 0),
  mean: (found) => {
    const count = found.reduce((total, part) => total + part.count, 0);
    return found.reduce((total, part) => total + part.value * part.count, 0) / Math.max(1, count);
  },
  min: (found) => found.reduce((least, { value }) => Math.min(least, value), Number.POSITIVE_INFINITY),
  max: (found) => found.reduce((most, { value }) => Math.max(most, value), Number.NEGATIVE_INFINITY),
  // How far the fullest part was from the others.
  slack: (found) => {
    const most = found.reduce((so, { value }) => Math.max(so, value), Number.NEGATIVE_INFINITY);
    return most - found.reduce((total, { value }) => total + value, 0) / Math.max(1, found.length);
  },
  unique: (found) => found[0]?.value ?? 0,
};

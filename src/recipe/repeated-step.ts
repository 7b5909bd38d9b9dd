/**
 * A step that is applied again after a kill, on an engine whose arithmetic does not repeat to the bit: a server's, on other
 * kernels, GPUs or batches. What follows from the record must be the same as it was; what the model computed may differ in
 * its last digits, and the figures that were recorded first stay.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../journal/journal.ts';

type Figures = { readonly [key: string]: Json };

/** Computed by the model; all others follow from what is on record. */
const computed = new Set([
  ...['loss', 'validationLoss', 'entropy', 'mismatchKl', 'maxRatio', 'gradientNorm', 'referenceKl'],
  ...['effectiveSampleSize', 'clipFraction'],
]);

/** Of them, those whose size says something; beyond these differences it is not the same arithmetic. */
const told = new Set(['loss', 'validationLoss', 'entropy', 'gradientNorm']);
const usualShare = 0.05;
const usualDifference = 0.01;

export interface RepeatedStep {
  /** Figures that follow from the record and are not what they were: the step is another one. */
  readonly altered: readonly string[];
  /** Computed figures that are far from what they were, for people. */
  readonly apart: readonly string[];
}

export function compareRepeated(recorded: Figures, now: Figures): RepeatedStep {
  const names = [...new Set([...Object.keys(recorded), ...Object.keys(now)])];
  const differing = names.filter((name) => !isDeepStrictEqual(recorded[name], now[name]));
  return {
    altered: differing.filter((name) => !computed.has(name)),
    apart: differing
      .filter((name) => told.has(name) && isFar(recorded[name], now[name]))
      .map((name) => `${name} is ${JSON.stringify(now[name])} and was ${JSON.stringify(recorded[name])}`),
  };
}

function isFar(before: Json | undefined, now: Json | undefined): boolean {
  if (typeof before !== 'number' || typeof now !== 'number') return true;
  const most = Math.max(usualDifference, usualShare * Math.max(Math.abs(before), Math.abs(now)));
  return Math.abs(now - before) > most;
}

/** What a simulated run comes to, once the first steps, in which everything begins at the same time, have passed. */
import { mean } from '../stats/moments.ts';
import { quantile } from '../stats/quantile.ts';
import type { SimulatedRun, SimulatedStep } from './simulation.ts';

export interface SimulationSummary {
  /** Of one optimiser step, in seconds. */
  readonly stepMean: number;
  readonly stepMedian: number;
  readonly step95: number;
  readonly stepMost: number;
  /** Tokens trained a second, without prompts. */
  readonly tokensPerSecond: number;
  /** Tokens sampled a second, whatever became of them. */
  readonly sampledPerSecond: number;
  /** Share of the time: engines with at least one sequence, places with one, trainer. */
  readonly samplingShare: number;
  readonly placesShare: number;
  readonly trainingShare: number;
  /** Gradings at work, on average. */
  readonly gradings: number;
  readonly waitedMean: number;
  readonly stragglersMean: number;
  /** Optimiser steps between the weights that sampled a token and those it trains: mean over tokens, and most. */
  readonly lagMean: number;
  readonly lagMost: number;
  readonly overflowShare: number;
  /** Groups dropped, by reason, in the steps that are counted. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Sampled tokens of attempts that were given up or begun again, of all sampled. */
  readonly lostShare: number;
  /** From the beginning to the end of the last step. */
  readonly totalSeconds: number;
}

/** `from`: the first step that counts; totals of time are of the whole run. */
export function summarise({ steps }: SimulatedRun, from = 1): SimulationSummary {
  const counted = steps.filter(({ step }) => step >= from);
  if (counted.length === 0) throw new RangeError(`of ${steps.length} steps none is step ${from} or later`);
  const of = (value: (step: SimulatedStep) => number): number[] => counted.map(value);
  const total = (value: (step: SimulatedStep) => number): number => of(value).reduce((a, b) => a + b, 0);
  const seconds = of((step) => step.seconds);
  const duration = total((step) => step.seconds);
  /** A mean over time, not over steps. */
  const overTime = (value: (step: SimulatedStep) => number): number =>
    total((step) => step.seconds * value(step)) / duration;
  const tokens = total((step) => tokensIn(step));
  const lags = counted.flatMap(({ tokensByLag }) => [...tokensByLag]);
  const dropped: Record<string, number> = {};
  for (const { reason } of counted.flatMap((step) => step.dropped))
    dropped[reason] = (dropped[reason] ?? 0) + 1;
  return {
    stepMean: duration / counted.length,
    stepMedian: quantile(seconds, 0.5),
    step95: quantile(seconds, 0.95),
    stepMost: Math.max(...seconds),
    tokensPerSecond: tokens / duration,
    sampledPerSecond: total((step) => step.sampledTokens) / duration,
    samplingShare: overTime((step) => step.samplingShare),
    placesShare: overTime((step) => step.placesShare),
    trainingShare: overTime((step) => step.trainingShare),
    gradings: overTime((step) => step.gradings),
    waitedMean: mean(of((step) => step.waitedSeconds)),
    stragglersMean: mean(of((step) => step.stragglerSeconds)),
    lagMean: lags.reduce((sum, [lag, count]) => sum + lag * count, 0) / tokens,
    lagMost: Math.max(...lags.map(([lag]) => lag)),
    overflowShare: mean(of((step) => step.overflowShare)),
    dropped,
    lostShare: total((step) => step.lostTokens) / total((step) => step.sampledTokens),
    totalSeconds: steps.reduce((sum, step) => sum + step.seconds, 0),
  };
}

function tokensIn({ tokensByLag }: SimulatedStep): number {
  return [...tokensByLag.values()].reduce((a, b) => a + b, 0);
}

/**
 * The benchmark of `qed simulate`: two real runs of stage rl from the same checkpoint, synchronous and with a bound on lag, each
 * simulated with speeds fitted to itself and to the other; and how long a simulation at the paper's scale takes.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { compareRun, type RunComparison } from '../../src/simulate/compare-run.ts';
import { loadCluster } from '../../src/simulate/load-cluster.ts';
import { paperSettings } from '../../src/simulate/paper-settings.ts';
import { readRecordedRun } from '../../src/simulate/recorded-run.ts';
import { simulate } from '../../src/simulate/simulation.ts';
import { quantile } from '../../src/stats/quantile.ts';
import type { FigureGroup } from './engine.ts';
import type { Figure, Goal } from './figure.ts';
import { makeBase, runArm } from './pipeline/rl-arm.ts';

export interface SimulateBenchOptions {
  readonly repeats: number;
  /** Optimiser steps of a run. */
  readonly steps: number;
  /** Bound of the asynchronous run. */
  readonly maxLag: number;
  /** Run directory that has, or gets, the checkpoint to begin from; default: one that is removed afterwards. */
  readonly base: string | undefined;
}

export const fullSimulate = { steps: 30, maxLag: 2 } as const;

const within: Goal = { atMost: 15 };

export async function* benchSimulate(options: SimulateBenchOptions): AsyncGenerator<FigureGroup> {
  yield { title: "the paper's scale: 50 steps of 64 × 16 attempts, bound 5", figures: [await paperScale()] };
  const directory = mkdtempSync(path.join(tmpdir(), 'qed-simulate-'));
  try {
    const base = options.base ?? path.join(directory, 'base');
    await makeBase(base);
    const bounds = [0, options.maxLag];
    const arm = async (maxLag: number): Promise<RunComparison> => {
      const run = path.join(directory, 'arm');
      await runArm(base, run, [`rl.steps=${options.steps}`, `rl.pipeline.maxLag=${maxLag}`]);
      return await compareRun(await readRecordedRun(run), bounds);
    };
    const pairs: (readonly [RunComparison, RunComparison])[] = [];
    for (let repeat = 0; repeat < options.repeats; repeat += 1)
      pairs.push([await arm(0), await arm(options.maxLag)]);
    yield { title: 'real runs and their simulation', figures: figuresOf(pairs, options.maxLag) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function paperScale(): Promise<Figure> {
  const began = performance.now();
  await simulate({ cluster: loadCluster('paper'), recipe: paperSettings(), steps: 50, seed: 1 });
  return ranged('simulating it', 's', [(performance.now() - began) / 1000]);
}

function figuresOf(pairs: readonly (readonly [RunComparison, RunComparison])[], maxLag: number): Figure[] {
  const step = (from: 0 | 1): number[] => pairs.map((pair) => pair[from].recorded.seconds);
  /** Percent by which the step of run `of` is missed by the simulation that knows run `from`. */
  const missed = (from: 0 | 1, of: 0 | 1): number[] =>
    pairs.map((pair) => {
      const predicted = pair[from].predicted.find((one) => one.maxLag === (of === 0 ? 0 : maxLag));
      return 100 * Math.abs((predicted?.times.seconds ?? Number.NaN) / pair[of].recorded.seconds - 1);
    });
  const bound = `bound ${maxLag}`;
  return [
    ranged('a step, synchronous', 's', step(0)),
    ranged(`a step, ${bound}`, 's', step(1)),
    ranged('missed: synchronous, fitted to itself', '%', missed(0, 0), within),
    ranged(`missed: ${bound}, fitted to itself`, '%', missed(1, 1), within),
    ranged(`missed: ${bound}, fitted to the synchronous run`, '%', missed(0, 1), within),
    ranged(`missed: synchronous, fitted to the run with ${bound}`, '%', missed(1, 0), within),
  ];
}

function ranged(name: string, unit: string, values: readonly number[], goal?: Goal): Figure {
  const value = quantile(values, 0.5);
  const spread = { lowest: Math.min(...values), highest: Math.max(...values), repeats: values.length };
  const met = goal !== undefined && 'atMost' in goal ? value <= goal.atMost : undefined;
  return {
    name,
    value,
    unit,
    ...spread,
    ...(goal === undefined ? {} : { goal }),
    ...(met === undefined ? {} : { met }),
  };
}

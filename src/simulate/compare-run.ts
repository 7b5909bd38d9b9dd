/** A recorded run beside its simulation, and what other bounds on staleness would do on the same machine. */
import { mean } from '../stats/moments.ts';
import type { Cluster } from './cluster.ts';
import { fitRun, likeOptions, plainSteps } from './fit-run.ts';
import type { RecordedRun } from './recorded-run.ts';
import { simulate } from './simulation.ts';

/** Means over the same steps: without the first, and without those around held-out scores. */
export interface StepTimes {
  readonly seconds: number;
  readonly trainingSeconds: number;
  readonly waitedSeconds: number;
  /** Of all steps together, with what the plain ones leave out. */
  readonly totalSeconds: number;
}

export interface RunComparison {
  readonly maxLag: number;
  readonly cluster: Cluster;
  readonly recorded: StepTimes;
  readonly predicted: readonly { readonly maxLag: number; readonly times: StepTimes }[];
}

export async function compareRun(
  run: RecordedRun,
  bounds: readonly number[],
  sharedSpeed?: number,
): Promise<RunComparison> {
  const cluster = await fitRun(run, sharedSpeed);
  const plain = new Set(plainSteps(run).map(({ step }) => step));
  const predicted: { maxLag: number; times: StepTimes }[] = [];
  for (const maxLag of bounds) {
    const { steps } = await simulate(likeOptions(run, cluster, maxLag));
    predicted.push({ maxLag, times: timesOf(steps, ({ step }) => plain.has(step)) });
  }
  return { maxLag: run.rl.pipeline.maxLag, cluster, recorded: recordedTimes(run), predicted };
}

/** What a run took by its own record. */
export function recordedTimes(run: RecordedRun): StepTimes {
  const plain = new Set(plainSteps(run).map(({ step }) => step));
  const steps = run.steps.map(({ step, cost }) => ({
    ...{ step, seconds: cost.seconds, trainingSeconds: cost.trainingSeconds },
    waitedSeconds: cost.waitedSeconds ?? 0,
  }));
  return timesOf(steps, ({ step }) => plain.has(step));
}

interface Timed {
  readonly step: number;
  readonly seconds: number;
  readonly trainingSeconds: number;
  readonly waitedSeconds: number;
}

function timesOf(steps: readonly Timed[], isPlain: (step: Timed) => boolean): StepTimes {
  const plain = steps.filter(isPlain);
  return {
    seconds: mean(plain.map(({ seconds }) => seconds)),
    trainingSeconds: mean(plain.map(({ trainingSeconds }) => trainingSeconds)),
    waitedSeconds: mean(plain.map(({ waitedSeconds }) => waitedSeconds)),
    totalSeconds: steps.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

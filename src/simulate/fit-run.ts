/**
 * The machines of a real run, from what its stage rl recorded: so the simulation can be held against it, and other settings
 * be tried on the same machine. The embedded engine is meant, whose trainer and samplers share the processors. First each
 * cost is fitted as if they did not; then all are scaled until the simulation of the run's own settings takes as long for
 * training and for a sampled token as it did. What a step waits and how long it is are the simulation's.
 */
import { availableParallelism } from 'node:os';
import { mean } from '../stats/moments.ts';
import { quantile } from '../stats/quantile.ts';
import type { Cluster } from './cluster.ts';
import { linearCost } from './linear-cost.ts';
import { type RecordedRun, RecordedRunError, type RecordedStep } from './recorded-run.ts';
import { type SimulationOptions, simulate } from './simulation.ts';
import { summarise } from './summary.ts';

/** Sequences that the embedded engine decodes at a time, all its workers together (engine/ort/sampler.ts). */
const embeddedSequences = 256;

/** Speed of sampling and of training while both are at work; half: each has the processors half of the time. */
export const usualSharedSpeed = 0.5;

const rounds = 6;

export async function fitRun(run: RecordedRun, sharedSpeed = usualSharedSpeed): Promise<Cluster> {
  const { engine } = run.recipe;
  if (engine.kind !== 'ort')
    throw new RecordedRunError(
      `the run of ${run.recipe.name} was made by the engine at ${engine.url}, and its speeds are fitted for the embedded engine only; put measured ones into a cluster file`,
    );
  const { threads } = engine;
  const workers = threads === 'auto' ? availableParallelism() : threads;
  const steps = plainSteps(run);
  let cluster = firstFit(run, steps, { workers, sharedSpeed });
  const measured = {
    training: mean(steps.map(({ cost }) => cost.trainingSeconds)),
    sampling: samplingPerToken(steps),
  };
  for (let round = 0; round < rounds; round += 1) {
    const simulated = await simulate(likeOptions(run, cluster));
    const summary = summarise(simulated, steps[0]?.step ?? 1);
    const training = mean(simulated.steps.map(({ trainingSeconds }) => trainingSeconds));
    const sampling = summary.samplingShare / summary.sampledPerSecond;
    cluster = scaled(cluster, {
      training: measured.training / training,
      sampling: measured.sampling / sampling,
    });
  }
  return cluster;
}

/** The run itself, to be simulated; `maxLag` another bound. */
export function likeOptions(
  { rl, steps, heldOutAttempts }: RecordedRun,
  cluster: Cluster,
  maxLag = rl.pipeline.maxLag,
): SimulationOptions {
  return {
    cluster,
    recipe: { ...rl, pipeline: { ...rl.pipeline, maxLag } },
    steps: steps.at(-1)?.step ?? 0,
    seed: 1,
    ends: true,
    heldOut: {
      every: rl.evaluateEvery === 'never' ? Number.POSITIVE_INFINITY : rl.evaluateEvery,
      attempts: heldOutAttempts,
    },
  };
}

/** Without the first, which waits for the first groups of all, and those that measured a held-out score. */
export function plainSteps({ steps }: RecordedRun): RecordedStep[] {
  return steps.filter(({ step, isHeldOut }, index) => {
    const isAfterOne = steps[index - 1]?.isHeldOut ?? true;
    return step > 1 && !isHeldOut && !isAfterOne;
  });
}

function firstFit(
  run: RecordedRun,
  steps: readonly RecordedStep[],
  { workers, sharedSpeed }: { workers: number; sharedSpeed: number },
): Cluster {
  const decode = linearCost(
    steps.map(({ groups, cost }) => {
      const lengths = groups.flatMap((group) => run.lengths.get(group) ?? []);
      const tokens = lengths.reduce((sum, length) => sum + length, 0);
      return {
        x: Math.max(...lengths),
        y: tokens / workers,
        seconds: (cost.samplingShare ?? 0) * cost.seconds,
      };
    }),
  );
  const training = linearCost(
    steps.map(({ processedTokens, cost }) => ({
      x: 1,
      y: processedTokens,
      seconds: cost.trainingSeconds,
    })),
  );
  const total = (of: (step: RecordedStep) => number): number =>
    run.steps.reduce((sum, step) => sum + of(step), 0);
  const taught = total(({ taughtGroups }) => taughtGroups);
  const prompts = total(({ processedTokens, trainedTokens }) => processedTokens - trainedTokens);
  const rests = steps.map(({ cost }) => cost.seconds - cost.trainingSeconds - (cost.waitedSeconds ?? 0));
  return {
    name: 'like the run',
    sampling: {
      ...{ nodes: 1, enginesPerNode: workers, sequencesPerEngine: Math.ceil(embeddedSequences / workers) },
      contextTokens: Number.MAX_SAFE_INTEGER,
      // The engine reads the prompt of a group once; that is in the cost of decoding.
      prefillTokensPerSecond: Number.MAX_SAFE_INTEGER,
      decode: { stepSeconds: decode.a, secondsPerSequence: decode.b, secondsPerContextToken: 0 },
      publishSeconds: 0,
    },
    training: {
      nodes: 1,
      stepSeconds: training.a,
      tokensPerSecondPerNode: training.b > 0 ? 1 / training.b : Number.MAX_SAFE_INTEGER,
      recordSeconds: Math.max(0, quantile(rests, 0.5)),
    },
    judge: { medianSeconds: 0, spread: 0 },
    promptTokens: taught === 0 ? 0 : Math.round(prompts / (taught * run.rl.groupSize)),
    lengths: { kind: 'recorded', groups: [...run.lengths.values()].map((lengths) => [...lengths]) },
    sameRewardShare: 1 - taught / total(({ groups }) => groups.length),
    stragglers: { share: 0, factor: 1 },
    losses: [],
    sharedSpeed,
  };
}

/** Seconds of the busiest worker for a token. */
function samplingPerToken(steps: readonly RecordedStep[]): number {
  const busy = steps.map(({ cost }) => (cost.samplingShare ?? 0) * cost.seconds);
  const tokens = steps.map(({ cost }) => (cost.sampledTokensPerSecond ?? 0) * cost.seconds);
  return mean(busy) / mean(tokens);
}

function scaled(cluster: Cluster, by: { training: number; sampling: number }): Cluster {
  const { sampling, training } = cluster;
  return {
    ...cluster,
    sampling: {
      ...sampling,
      decode: {
        ...sampling.decode,
        stepSeconds: sampling.decode.stepSeconds * by.sampling,
        secondsPerSequence: sampling.decode.secondsPerSequence * by.sampling,
      },
    },
    training: {
      ...training,
      stepSeconds: training.stepSeconds * by.training,
      tokensPerSecondPerNode: training.tokensPerSecondPerNode / by.training,
    },
  };
}

/**
 * Records the steps of reinforcement learning: their figures, the held-out score where one is due, and what they cost. Sampling goes on
 * while a step trains, so a step's seconds are those since the step before it, and each part of the machinery tells how
 * much of them it was at work.
 */
import type { SamplerUsage } from '../../engine/engine.ts';
import { ConflictError } from '../../journal/errors.ts';
import type { StepWatch } from '../../train/step-alarms.ts';
import { recordStep } from '../run-context.ts';
import { stepCost } from '../step-cost.ts';
import { watchedStep } from './rl-alarms.ts';
import type { RlRun } from './rl-attempts.ts';
import { figuresOf, type RlStep, shownFigures } from './rl-figures.ts';
import { type HeldOut, heldOutScore, isHeldOutDue } from './rl-held-out.ts';
import { recordLogRatios } from './rl-log-ratios.ts';

export class StepRecorder {
  readonly #run: RlRun;
  readonly #watch: StepWatch;
  #since = performance.now();
  #sampled: SamplerUsage | undefined;
  #gradingSeconds = 0;
  #ownSeconds = threadSeconds();

  /** `watch`: has seen the steps before. */
  constructor(run: RlRun, watch: StepWatch) {
    this.#run = run;
    this.#watch = watch;
  }

  /** Returns the newest held-out score, of this step or `known`. */
  async record(
    trained: Omit<RlStep, 'heldOut'> & {
      readonly trainingSeconds: number;
      readonly canaryMismatch: number | undefined;
    },
    known: HeldOut | undefined,
  ): Promise<HeldOut | undefined> {
    const { context, stage, settings, sampler, grading, source } = this.#run;
    const { step, trainingSeconds, gathered, canaryMismatch } = trained;
    const heldOut = isHeldOutDue(settings, step) ? await heldOutScore(this.#run, step) : undefined;
    const figures = await figuresOf(this.#run, { ...trained, heldOut });

    const now = performance.now();
    const own = threadSeconds();
    const seconds = (now - this.#since) / 1000;
    const usage = await sampler.usage();
    const { busySeconds } = grading.use();
    const shareOf = (part: number): number => Math.min(1, part / seconds);
    const cost = {
      ...stepCost(seconds, trainingSeconds),
      ...(canaryMismatch === undefined ? {} : { canaryMismatch }),
      // A step that is applied again after a kill waits for nothing, and samples nothing.
      ...(gathered.isReplayed
        ? {}
        : {
            waitedSeconds: gathered.waitedSeconds,
            stragglerSeconds: gathered.stragglerSeconds,
            samplingShare: shareOf(usage.busySeconds - (this.#sampled?.busySeconds ?? 0)),
            gradingShare: shareOf(busySeconds - this.#gradingSeconds),
            trainingShare: shareOf(trainingSeconds),
            sampledTokensPerSecond: (usage.sampledTokens - (this.#sampled?.sampledTokens ?? 0)) / seconds,
            ...(own === undefined || this.#ownSeconds === undefined
              ? {}
              : { orchestratorSeconds: own - this.#ownSeconds }),
            ...source.use(),
          }),
    };
    this.#since = now;
    this.#sampled = usage;
    this.#gradingSeconds = busySeconds;
    this.#ownSeconds = own;
    await recordStep(context, stage, step, figures, cost);
    if (settings.recordLogRatios)
      await recordLogRatios(context.journal, stage, step, trained.result).catch((error: unknown) => {
        // A server does not repeat to the bit; those of the first time stay.
        if (!(error instanceof ConflictError) || context.recipe.engine.kind === 'ort') throw error;
      });
    for (const { text } of this.#watch.add(watchedStep(step, figures)))
      context.progress.remark(`${stage}: step ${step}: ${text}`);
    const score = heldOut ?? known;
    context.progress.step(stage, {
      step,
      steps: settings.steps,
      figures: shownFigures(figures, score, cost, gathered.isReplayed),
    });
    return score;
  }
}

/** CPU seconds of this thread; undefined where Node cannot tell (before 23.9). */
function threadSeconds(): number | undefined {
  const read: (() => NodeJS.CpuUsage) | undefined = process.threadCpuUsage;
  if (read === undefined) return undefined;
  const { user, system } = read.call(process);
  return (user + system) / 1e6;
}

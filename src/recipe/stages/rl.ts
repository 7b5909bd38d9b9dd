/**
 * The stage rl: GRPO on rubric rewards. Sample, grade, advantage and step are apart; each step waits for the one
 * before (lag 0). The attempts of a step and its batch are durable before the optimiser steps, so a killed run
 * applies them again from its last checkpoint without sampling or grading anew, and applies no step twice.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Datum, PolicyVersion, Sampler, TrainableModel } from '../../engine/engine.ts';
import { type Grader, type Ungraded, ungradedSchema } from '../../grade/grade.ts';
import type { JournalEvent } from '../../journal/journal.ts';
import { runTogether } from '../../journal/run-together.ts';
import { exactGrader } from '../../lab/exact-grader.ts';
import { noisyGrader } from '../../lab/noisy-grader.ts';
import { provePrompt } from '../../lab/prompts.ts';
import type { Problem } from '../../problems/problem.ts';
import { readProblems } from '../../problems/problem-file.ts';
import { meanInterval } from '../../stats/mean-interval.ts';
import { mean } from '../../stats/moments.ts';
import { Random, seedFrom } from '../../stats/random.ts';
import type { ChatFormat } from '../../tokenizer/tokenizer.ts';
import { collectGroup, type RolloutGroup } from '../../train/collect.ts';
import { type GrpoBatch, type GrpoSettings, grpoBatch, grpoStep } from '../../train/grpo.ts';
import { warmupConstant } from '../../train/schedule.ts';
import { pruneFinished, saveCheckpoint } from '../checkpoints.ts';
import { loadFormat, stageModel } from '../model-setup.ts';
import { optimiserStep } from '../optimiser.ts';
import {
  dataPath,
  lastStep,
  type RunContext,
  recordStep,
  StageClock,
  throwIfStopped,
  untilStopped,
} from '../run-context.ts';
import type { RlSettings } from '../schema.ts';

interface RlRun {
  readonly context: RunContext;
  readonly settings: RlSettings;
  readonly format: ChatFormat;
  readonly model: TrainableModel;
  readonly sampler: Sampler;
  readonly grader: Grader;
  readonly problems: readonly Problem[];
  readonly validation: readonly Problem[];
  readonly grpo: GrpoSettings;
}

export async function runRl(context: RunContext, settings: RlSettings): Promise<string> {
  const clock = new StageClock(context.journal, 'rl');
  const format = await loadFormat(context);
  const from = settings.from === 'base' && context.recipe.pretrain === undefined ? undefined : settings.from;
  const { model, step: done } = await stageModel(context, { own: 'rl', from, format });
  const sampler = await model.liveSampler();
  try {
    const run: RlRun = {
      context,
      settings,
      format,
      model,
      sampler,
      grader: settings.grader === 'exact' ? exactGrader : noisyGrader(exactGrader),
      problems: await readProblems(dataPath(context, 'train.jsonl')),
      validation: await readProblems(dataPath(context, 'validation.jsonl')),
      grpo: {
        loss: {
          kind: settings.loss.kind,
          temperature: settings.temperature,
          epsilonLow: settings.loss.epsilonLow,
          epsilonHigh: settings.loss.epsilonHigh,
          entropyCoefficient: settings.loss.entropyCoefficient,
        },
        normaliser: settings.loss.normaliser,
        zeroVarianceGroups: settings.zeroVarianceGroups,
        minimumGraded: settings.minimumGraded,
      },
    };
    // Whole steps: trained and recorded.
    let step = done;
    let saved = done;
    // Groups whose rewards differed, in this sitting.
    let taught = 0;
    const save = async (): Promise<void> => {
      if (step === saved) return;
      await saveCheckpoint(context, 'rl', step, model, format);
      saved = step;
    };
    const train = async (): Promise<string> => {
      if (done > 0) context.progress.remark(`rl: going on after step ${done} of ${settings.steps}`);
      let heldOut = done === 0 ? await heldOutBefore(run) : await recordedHeldOut(run, done);
      while (step < settings.steps) {
        throwIfStopped(context);
        // Stopping cuts off the attempts that are under way; a step that trains is finished.
        const gathered = await gather(run, step + 1);
        heldOut = (await apply(run, step + 1, gathered, heldOut)) ?? heldOut;
        taught += gathered.batch.outcomes.trained;
        step += 1;
        if (step === settings.steps || step % settings.checkpointEvery === 0) {
          await save();
          await clock.lap();
        }
        await clock.lapWhenDue();
      }
      await pruneFinished(context, 'rl');
      if (done === 0 && taught === 0) {
        context.progress.remark('rl: no group taught anything, for the attempts of each got the same reward');
      }
      return heldOut === undefined ? '' : `held-out score ${(100 * heldOut.score).toFixed(1)} %`;
    };
    return await untilStopped(context, clock, train, save);
  } finally {
    await sampler.close();
    await model.close();
  }
}

interface HeldOut {
  readonly score: number;
  readonly ci: readonly [number, number];
}

/** The attempts of one step and the batch they make. */
interface Gathered {
  readonly groups: readonly RolloutGroup[];
  readonly batch: GrpoBatch;
  /** Nothing was sampled or graded: an earlier sitting had done it. */
  readonly isReplayed: boolean;
  readonly seconds: number;
}

/** What was committed with the batch of a step. */
const committedBatchSchema = z.object({
  /** [group, attempt, outcome] of the attempts that had no grade when the batch was made. */
  ungraded: z.array(z.tuple([z.int(), z.int(), ungradedSchema])).default([]),
});

/**
 * Samples and grades the attempts of a step and commits its batch. A batch that was committed before a kill is made
 * again from the record: an attempt that had no grade then has none now, though its grader might answer by now.
 */
async function gather(run: RlRun, step: number): Promise<Gathered> {
  const { context, settings, model } = run;
  const { journal, signal } = context;
  const began = performance.now();
  const { made } = journal.counts();
  await model.publishWeights();
  const committed = await journal.find('rl/batch', String(step));
  const before = committed === undefined ? undefined : committedBatchSchema.parse(committed.value).ungraded;
  const groups = await collect(run, `rl/${step}`, problemsOfStep(run, step), {
    attempts: settings.groupSize,
    version: step - 1,
    truncation: settings.truncation,
    grader: run.grader,
    signal,
    ...(before === undefined ? {} : { ungraded: before }),
  });
  const isReplayed = journal.counts().made === made;
  const batch = grpoBatch(groups, run.grpo);
  const ungraded = groups.flatMap(({ rollouts_G }, group) =>
    rollouts_G.flatMap(({ grade }, attempt) =>
      grade.kind === 'ungraded' ? [[group, attempt, { ...grade }] as const] : [],
    ),
  );
  await journal.append('rl/batch', String(step), {
    value: {
      groups: groups.map((group) => group.problem.id),
      outcomes: { ...batch.outcomes },
      sha256: digest(batch.data),
      ...(ungraded.length === 0 ? {} : { ungraded }),
    },
  });
  return { groups, batch, isReplayed, seconds: (performance.now() - began) / 1000 };
}

/** Takes the optimiser step and records its figures; returns the held-out score where one is due. */
async function apply(
  run: RlRun,
  step: number,
  { groups, batch, isReplayed, seconds: sampling }: Gathered,
  known: HeldOut | undefined,
): Promise<HeldOut | undefined> {
  const { context, settings, model } = run;
  const began = performance.now();
  const factor = warmupConstant(step - 1, settings.warmupSteps);
  const optimiser = optimiserStep(settings.optimiser, factor);
  const result = await grpoStep(model, batch, run.grpo, optimiser);
  const training = (performance.now() - began) / 1000;
  const isMeasured = step === settings.steps || step % settings.evaluateEvery === 0;
  const heldOut = isMeasured ? await heldOutScore(run, step) : undefined;

  const rollouts = groups.flatMap((group) => group.rollouts_G);
  const rewards = rollouts.map((rollout) => rollout.reward).filter((reward) => reward !== undefined);
  const sampledTokens = rollouts.reduce((sum, rollout) => sum + rollout.sample.tokens_T.length, 0);
  const exactReward = settings.grader === 'noisy' ? await exactMean(run, step, groups) : undefined;
  const figures = {
    ...(rewards.length === 0 ? {} : { reward: mean(rewards) }),
    ...(exactReward === undefined ? {} : { exactReward }),
    ...(heldOut === undefined ? {} : { heldOut: { score: heldOut.score, ci: heldOut.ci } }),
    lengthMean: sampledTokens / rollouts.length,
    overflowShare: mean(rollouts.map((rollout) => (rollout.overflowed ? 1 : 0))),
    // Where nothing was trained, nothing was measured.
    ...(result.trainedTokens === 0
      ? {}
      : { entropy: result.entropy, mismatchKl: result.kl, maxRatio: result.maxRatio, loss: result.loss }),
    gradientNorm: result.gradientNorm,
    learningRate: optimiser.learningRate,
    groups: { ...batch.outcomes },
    ungradedAttempts: rollouts.filter((rollout) => rollout.grade.kind === 'ungraded').length,
    sampledTokens,
    trainedTokens: result.trainedTokens,
    processedTokens: result.processedTokens,
  };
  await recordStep(context, 'rl', step, figures, sampling + training);
  const score = heldOut ?? known;
  context.progress.step('rl', {
    step,
    steps: settings.steps,
    figures: {
      reward: rewards.length === 0 ? 'none' : mean(rewards).toFixed(3),
      ...(score === undefined ? {} : { 'held-out': `${(100 * score.score).toFixed(1)} %` }),
      length: figures.lengthMean.toFixed(1),
      overflow: `${(100 * figures.overflowShare).toFixed(0)} %`,
      entropy: result.entropy.toFixed(3),
      ...(isReplayed ? {} : { 'sampled tok/s': (sampledTokens / sampling).toFixed(0) }),
      'trained tok/s': (result.processedTokens / training).toFixed(0),
    },
  });
  return heldOut;
}

/** Problems in a shuffled order without repeats until all have been used, then in another order. */
function problemsOfStep(run: RlRun, step: number): Problem[] {
  const { problems, settings, context } = run;
  const first = (step - 1) * settings.problemsPerStep;
  const indices = problems.map((_, index) => index);
  const orders = new Map<number, readonly number[]>();
  return Array.from({ length: settings.problemsPerStep }, (_, index) => {
    const position = first + index;
    const epoch = Math.floor(position / problems.length);
    const order = orders.get(epoch) ?? new Random('rl-order', context.recipe.seed, epoch).shuffled(indices);
    orders.set(epoch, order);
    return problems[order[position % problems.length] ?? 0] as Problem;
  });
}

async function collect(
  run: RlRun,
  unit: string,
  problems: readonly Problem[],
  options: {
    readonly attempts: number;
    readonly version: number;
    readonly truncation: RlSettings['truncation'];
    readonly grader: Grader;
    /** Cuts attempts off; without it they are waited for. */
    readonly signal?: AbortSignal;
    readonly ungraded?: readonly (readonly [group: number, attempt: number, grade: Ungraded])[];
  },
): Promise<RolloutGroup[]> {
  const { context, settings, sampler, format } = run;
  const { journal } = context;
  const { grader, ungraded, signal: stop = new AbortController().signal } = options;
  return await runTogether(problems, stop, (problem, index, signal) =>
    collectGroup(
      { journal, sampler, format, grader, signal },
      {
        unit: `${unit}/${index}`,
        problem,
        messages: [{ role: 'user', content: provePrompt(problem.statement) }],
        attempts: options.attempts,
        maxTokens: settings.maxTokens,
        temperature: settings.temperature,
        truncation: options.truncation,
        version: options.version as PolicyVersion,
        seed: seedFrom(context.recipe.seed, 'rl'),
        ...(ungraded === undefined
          ? {}
          : {
              ungraded: new Map(
                ungraded.flatMap(([group, attempt, grade]) => (group === index ? [[attempt, grade]] : [])),
              ),
            }),
      },
    ),
  );
}

/** The last held-out score up to a step, as an earlier sitting recorded it. */
async function recordedHeldOut(run: RlRun, step: number): Promise<HeldOut | undefined> {
  const scoreOf = ({ value }: JournalEvent) => (value as { readonly heldOut?: HeldOut }).heldOut;
  const event = await lastStep(
    run.context.journal,
    'rl',
    (candidate) => Number(candidate.key) <= step && scoreOf(candidate) !== undefined,
  );
  return event === undefined ? undefined : scoreOf(event);
}

/**
 * One attempt at every validation problem, graded exactly: what the policy can do after `step` steps. Before the
 * first step it can be stopped; later it belongs to its step, which is finished.
 */
async function heldOutScore(run: RlRun, step: number): Promise<HeldOut> {
  await run.model.publishWeights();
  const groups = await collect(run, `rl/held-out/${step}`, run.validation, {
    attempts: 1,
    version: step,
    truncation: 'grade-what-exists',
    grader: exactGrader,
    ...(step === 0 ? { signal: run.context.signal } : {}),
  });
  const scores_P_A = groups
    .map((group) => group.rollouts_G.flatMap((rollout) => rollout.reward ?? []))
    .filter((scores_A) => scores_A.length > 0);
  const random = new Random('held-out', run.context.recipe.seed, step);
  const { estimate, low, high } = meanInterval(scores_P_A, { random });
  return { score: estimate, ci: [low, high] };
}

/** The held-out score of the checkpoint that the stage begins from, recorded for the report. */
async function heldOutBefore(run: RlRun): Promise<HeldOut> {
  const { score, ci } = await heldOutScore(run, 0);
  await run.context.journal.append('rl/held-out', '0', { value: { score, ci } });
  return { score, ci };
}

/** What the exact grader would have given the attempts that a noisy one rewarded: the gap is reward hacking. */
async function exactMean(
  run: RlRun,
  step: number,
  groups: readonly RolloutGroup[],
): Promise<number | undefined> {
  const seed = seedFrom(run.context.recipe.seed, 'exact', step);
  const points = await Promise.all(
    groups.flatMap((group) =>
      // Attempts without a reward, ungraded or masked, are left out of both means.
      group.rollouts_G
        .filter(({ reward }) => reward !== undefined)
        .map(async ({ reply, overflowed }) => {
          if (reply.answer === undefined || (overflowed && run.settings.truncation !== 'grade-what-exists'))
            return 0;
          const grade = await exactGrader.grade(group.problem, reply.answer, { seed });
          return grade.kind === 'graded' ? grade.points / 7 : undefined;
        }),
    ),
  );
  const graded = points.filter((value) => value !== undefined);
  return graded.length === 0 ? undefined : mean(graded);
}

/** SHA-256 over all ids, weights, advantages and log-probs of a batch: a repeated step must train on the same. */
function digest(data: readonly Datum[]): string {
  const hash = createHash('sha256');
  for (const datum of data) {
    for (const array of [datum.tokens_T, datum.weights_T, datum.advantages_T, datum.logprobs_T]) {
      if (array !== undefined) hash.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    }
  }
  return hash.digest('hex');
}

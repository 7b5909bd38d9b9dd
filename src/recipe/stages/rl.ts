/**
 * The stage rl: GRPO on rubric rewards. Sample, grade, advantage and step are apart; each step waits for the one
 * before (lag 0). The attempts of a step and its batch are durable before the optimiser steps, so a killed run
 * applies them again from its last checkpoint without sampling or grading anew, and applies no step twice.
 */
import { exactGrader } from '../../lab/exact-grader.ts';
import { noisyGrader } from '../../lab/noisy-grader.ts';
import { readProblems } from '../../problems/problem-file.ts';
import { mean } from '../../stats/moments.ts';
import { seedFrom } from '../../stats/random.ts';
import type { RolloutGroup } from '../../train/collect.ts';
import { grpoStep } from '../../train/grpo.ts';
import { warmupConstant } from '../../train/schedule.ts';
import { pruneFinished, saveCheckpoint } from '../checkpoints.ts';
import { loadFormat, stageModel } from '../model-setup.ts';
import { optimiserStep } from '../optimiser.ts';
import {
  dataPath,
  type RunContext,
  recordStep,
  StageClock,
  throwIfStopped,
  untilStopped,
} from '../run-context.ts';
import type { RlSettings } from '../schema.ts';
import { memoryText, stepCost } from '../step-cost.ts';
import type { RlRun } from './rl-attempts.ts';
import { type Gathered, gather } from './rl-batch.ts';
import { type HeldOut, heldOutBefore, heldOutScore, recordedHeldOut } from './rl-held-out.ts';
import { grpoSettings } from './rl-objective.ts';
import { referencePolicy } from './rl-reference.ts';

export async function runRl(context: RunContext, settings: RlSettings): Promise<string> {
  const clock = new StageClock(context.journal, 'rl');
  const format = await loadFormat(context);
  const from = settings.from === 'base' && context.recipe.pretrain === undefined ? undefined : settings.from;
  const { model, step: done } = await stageModel(context, { own: 'rl', from, format });
  const sampler = await model.liveSampler();
  const reference = await referencePolicy(context, settings, { from, format });
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
      grpo: (step) => grpoSettings(settings, step),
      reference,
    };
    // Whole steps: trained and recorded.
    let step = done;
    let saved = done;
    // Groups whose rewards differed, in this sitting.
    let taught = 0;
    const save = async (): Promise<void> => {
      if (step === saved) return;
      await saveCheckpoint(context, 'rl', step, model);
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
    await reference?.close();
    await model.close();
  }
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
  const result = await grpoStep(model, batch, run.grpo(step), optimiser, run.reference);
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
  const cost = stepCost(sampling + training, training);
  await recordStep(context, 'rl', step, figures, cost);
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
      memory: memoryText(cost),
    },
  });
  return heldOut;
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

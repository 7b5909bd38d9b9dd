/** What a step of reinforcement learning is recorded with, and what of it a person watching sees. */
import type { PolicyVersion } from '../../engine/engine.ts';
import { mean } from '../../stats/moments.ts';
import { seedFrom } from '../../stats/random.ts';
import type { RolloutGroup } from '../../train/collect.ts';
import type { GrpoStepResult } from '../../train/grpo.ts';
import { advantageSpread } from '../../train/step-metrics/advantage-spread.ts';
import { rewardLengthCorrelation } from '../../train/step-metrics/reward-length-correlation.ts';
import { addLags, lagFigures, tokenLags } from '../../train/step-metrics/token-lags.ts';
import { memoryText, type StepCost } from '../step-cost.ts';
import type { RlRun } from './rl-attempts.ts';
import type { Gathered } from './rl-batch.ts';
import type { HeldOut } from './rl-held-out.ts';
import { trajectoryTokens, turnFigures } from './rl-turns.ts';

export interface RlStep {
  readonly step: number;
  readonly gathered: Gathered;
  readonly result: GrpoStepResult;
  readonly learningRate: number;
  readonly heldOut: HeldOut | undefined;
}

export type RlFigures = Awaited<ReturnType<typeof figuresOf>>;

/** Everything of a step that is the same when it is repeated. */
export async function figuresOf(run: RlRun, { step, gathered, result, learningRate, heldOut }: RlStep) {
  const { groups, batch, dropped } = gathered;
  const rollouts = groups.flatMap((group) => group.rollouts_G);
  const rewards = rollouts.map((rollout) => rollout.reward).filter((reward) => reward !== undefined);
  const turns = turnFigures(groups);
  const attemptTokens = rollouts.reduce((sum, rollout) => sum + rollout.sample.tokens_T.length, 0);
  const exactReward = run.settings.grader !== 'exact' ? await exactMean(run, step, groups) : undefined;
  const spread = advantageSpread(batch.data);
  const correlation = rewardLengthCorrelation(
    groups.map(({ rollouts_G }) =>
      rollouts_G.map(({ reward, sample }) => ({ reward, tokens: sample.tokens_T.length })),
    ),
  );
  const trained = (run.firstVersion + step - 1) as PolicyVersion;
  const lag = lagFigures(
    addLags(rollouts.map(({ sample }) => tokenLags(sample.versions, sample.tokens_T.length, trained))),
  );
  return {
    ...(rewards.length === 0 ? {} : { reward: mean(rewards) }),
    ...(exactReward === undefined ? {} : { exactReward }),
    ...(heldOut === undefined ? {} : { heldOut: { score: heldOut.score, ci: heldOut.ci } }),
    lengthMean: attemptTokens / rollouts.length,
    overflowShare: mean(rollouts.map((rollout) => (rollout.overflowed ? 1 : 0))),
    // Where nothing was trained, nothing was measured.
    ...(result.trainedTokens === 0
      ? {}
      : { entropy: result.entropy, mismatchKl: result.kl, maxRatio: result.maxRatio, loss: result.loss }),
    gradientNorm: result.gradientNorm,
    learningRate,
    ...(result.ratios === undefined ? {} : { ...result.ratios }),
    ...(result.referenceKl === undefined ? {} : { referenceKl: result.referenceKl }),
    ...(spread === undefined ? {} : { advantages: { ...spread } }),
    ...(correlation === undefined ? {} : { rewardLengthCorrelation: correlation }),
    ...(lag === undefined ? {} : { lag: { ...lag } }),
    groups: { ...batch.outcomes },
    dropped: counted(dropped.map(({ reason }) => reason)),
    ungradedAttempts: rollouts.filter((rollout) => rollout.grade.kind === 'ungraded').length,
    ...(turns === undefined ? {} : { turns }),
    sampledTokens: attemptTokens + trajectoryTokens(groups),
    trainedTokens: result.trainedTokens,
    processedTokens: result.processedTokens,
  };
}

/** For the live view. */
export function shownFigures(
  figures: RlFigures,
  score: HeldOut | undefined,
  cost: StepCost,
  isReplayed: boolean,
) {
  const { reward, lengthMean, overflowShare, entropy, sampledTokens, processedTokens } = figures;
  const lag = figures.lag?.mean ?? 0;
  return {
    reward: reward === undefined ? 'none' : reward.toFixed(3),
    ...(score === undefined ? {} : { 'held-out': `${(100 * score.score).toFixed(1)} %` }),
    length: lengthMean.toFixed(1),
    overflow: `${(100 * overflowShare).toFixed(0)} %`,
    ...(entropy === undefined ? {} : { entropy: entropy.toFixed(3) }),
    ...(lag === 0 ? {} : { lag: lag.toFixed(1) }),
    ...(isReplayed ? {} : { 'sampled tok/s': (sampledTokens / cost.seconds).toFixed(0) }),
    'trained tok/s': (processedTokens / cost.trainingSeconds).toFixed(0),
    memory: memoryText(cost),
  };
}

function counted(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** What the exact grader would have given the attempts that another rewarded: the gap is reward hacking. */
async function exactMean(
  run: RlRun,
  step: number,
  groups: readonly RolloutGroup[],
): Promise<number | undefined> {
  const { exact } = run;
  if (exact === undefined) return undefined;
  const seed = seedFrom(run.context.recipe.seed, 'exact', step);
  const points = await Promise.all(
    groups.flatMap((group) =>
      // Attempts without a reward, ungraded or masked, are left out of both means.
      group.rollouts_G
        .filter(({ reward }) => reward !== undefined)
        .map(async ({ sample, overflowed }) => {
          if (overflowed && run.settings.truncation !== 'grade-what-exists') return 0;
          const { answer } = run.format.parseReply(sample.tokens_T);
          if (answer === undefined) return 0;
          const grade = await exact.grade(group.problem, answer, { seed });
          return grade.kind === 'graded' ? grade.points / 7 : undefined;
        }),
    ),
  );
  const graded = points.filter((value) => value !== undefined);
  return graded.length === 0 ? undefined : mean(graded);
}

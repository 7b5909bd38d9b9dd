/**
 * What a recipe would take on a cluster before it is begun: steps, tokens, calls of judge and summariser, hours. Reinforcement
 * learning is simulated (its own pipeline, on a virtual clock) for some steps and multiplied; supervised training is a product
 * of sizes. What is neither in the recipe nor in the cluster's description is an assumption that the caller gives.
 */
import type { Recipe, RlSettings, StageId } from '../recipe/schema.ts';
import { standardTokensPerStep } from '../recipe/schema-stages.ts';
import type { Cluster } from './cluster.ts';
import { simulate } from './simulation.ts';
import { summarise } from './summary.ts';

export interface PlanAssumptions {
  /** Texts of supervised training, where the recipe does not say: after one for each problem was chosen. */
  readonly texts: number | undefined;
  /** Mean tokens of a text, its prompt included. */
  readonly textTokens: number;
  /** Of a grading. */
  readonly judgePromptTokens: number;
  readonly judgeReplyTokens: number;
}

export interface StagePlan {
  readonly stage: StageId;
  /** Undefined where the number of texts is not known. */
  readonly steps: number | undefined;
  /** Mean seconds of a step, and hours of all. */
  readonly stepSeconds: number | undefined;
  readonly hours: number | undefined;
  /** In all steps. Trained ones include prompts. */
  readonly trainedTokens: number | undefined;
  readonly sampledTokens: number;
  readonly gradings: number;
  readonly judgeTokens: { readonly prompt: number; readonly reply: number };
  readonly summaries: number;
  readonly notes: readonly string[];
}

export interface PlanOptions {
  readonly recipe: Recipe;
  readonly cluster: Cluster;
  readonly assumptions: PlanAssumptions;
  /** Most steps of reinforcement learning to simulate. */
  readonly simulated: number;
  readonly seed: number;
}

/** The stages that train, in their order. Rejects with a PipelineStalledError where a run would end with one. */
export async function planRecipe(options: PlanOptions): Promise<StagePlan[]> {
  const { recipe } = options;
  const plans: StagePlan[] = [];
  for (const stage of ['pretrain', 'sft'] as const)
    if (recipe[stage] !== undefined) plans.push(supervisedPlan(stage, options));
  for (const stage of ['rl', 'rc'] as const)
    if (recipe[stage] !== undefined) plans.push(await policyPlan(stage, options));
  return plans;
}

const nothing = { sampledTokens: 0, gradings: 0, judgeTokens: { prompt: 0, reply: 0 }, summaries: 0 };

function supervisedPlan(stage: 'pretrain' | 'sft', { recipe, cluster, assumptions }: PlanOptions): StagePlan {
  const settings = recipe[stage];
  if (settings === undefined) throw new RangeError(`there is no stage ${stage}`);
  const { textsPerStep, tokensPerStep = standardTokensPerStep, epochs, steps: most } = settings;
  const { data } = recipe;
  const textTokens = Math.min(assumptions.textTokens, settings.maximumTokens);
  const perStep = textsPerStep === undefined ? tokensPerStep : textsPerStep * textTokens;
  const tokens =
    data.kind === 'lab'
      ? data[`${stage}Tokens`]
      : assumptions.texts === undefined
        ? undefined
        : assumptions.texts * textTokens;
  const whole = tokens === undefined ? undefined : Math.max(1, Math.floor((tokens * epochs) / perStep));
  const steps = whole === undefined ? most : Math.min(whole, most ?? whole);
  const { nodes, tokensPerSecondPerNode, stepSeconds: fixed, recordSeconds } = cluster.training;
  const stepSeconds = fixed + recordSeconds + perStep / (nodes * tokensPerSecondPerNode);
  return {
    ...{ stage, steps, ...nothing },
    stepSeconds: steps === undefined ? undefined : stepSeconds,
    hours: steps === undefined ? undefined : (steps * stepSeconds) / 3600,
    trainedTokens: steps === undefined ? undefined : steps * perStep,
    notes:
      steps === undefined
        ? [`${stage}: how many texts there are is not known; say so with --texts`]
        : data.kind === 'lab'
          ? []
          : [`${stage}: texts of ${thousands(textTokens)} tokens in the mean are assumed`],
  };
}

async function policyPlan(
  stage: 'rl' | 'rc',
  { recipe, cluster, assumptions, simulated, seed }: PlanOptions,
): Promise<StagePlan> {
  const settings: RlSettings | undefined = recipe[stage];
  if (settings === undefined) throw new RangeError(`there is no stage ${stage}`);
  const { steps, problemsPerStep, groupSize } = settings;
  const run = await simulate({ cluster, recipe: settings, steps: Math.min(steps, simulated), seed });
  const summary = summarise(run, 1 + Math.min(10, Math.floor(run.steps.length / 3)));
  const attempts = steps * problemsPerStep * groupSize;
  const gradings = Math.round(attempts * (1 - summary.overflowShare));
  const sampled = steps * summary.sampledPerSecond * summary.stepMean;
  const trajectories = trajectoriesOf(recipe, stage);
  const turnTokens = (summary.tokensPerSecond * summary.stepMean) / (problemsPerStep * groupSize);
  const turns = steps * trajectories.perStep * trajectories.turns;
  return {
    ...{ stage, steps, stepSeconds: summary.stepMean, hours: (steps * summary.stepMean) / 3600 },
    trainedTokens: steps * summary.tokensPerSecond * summary.stepMean + attempts * cluster.promptTokens,
    sampledTokens: sampled + turns * turnTokens,
    gradings,
    judgeTokens: {
      prompt: gradings * assumptions.judgePromptTokens,
      reply: gradings * assumptions.judgeReplyTokens,
    },
    summaries: Math.round(turns),
    notes: [
      `${stage}: attempts and lengths as ${cluster.name} describes them; ${percent(summary.overflowShare)} of the attempts are cut, and those are taken to have no proof to grade`,
      ...(turns === 0
        ? []
        : [
            `${stage}: trajectories sample ${percent((turns * turnTokens) / sampled)} more tokens, which are counted and whose time is not simulated: where engines are full a step takes as much longer`,
          ]),
    ],
  };
}

/** Trajectories of a step, and the turns that the farthest of its drawn states needs, in the mean. */
function trajectoriesOf({ rc }: Recipe, stage: 'rl' | 'rc') {
  if (stage === 'rl' || rc === undefined) return { perStep: 0, turns: 0 };
  const { turns, statesPerTrajectory: drawn, problemsPerStep } = rc;
  // The mean of the largest of `drawn` of turns + 1 places, less one: the first state needs no turn.
  return { perStep: problemsPerStep / drawn, turns: (drawn * (turns + 2)) / (drawn + 1) - 1 };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

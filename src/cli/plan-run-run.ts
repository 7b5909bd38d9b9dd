/** The working part of `qed plan run`: loads recipe and cluster, plans, and says it as a table or as JSON. */

import type { Cell, Table } from '../bench/tables/table.ts';
import { textTable } from '../bench/tables/text-table.ts';
import { dollarsText } from '../prove/budget.ts';
import { loadRecipe } from '../recipe/load.ts';
import { resolveGrader } from '../recipe/resolve-grader.ts';
import type { Recipe } from '../recipe/schema.ts';
import type { Cluster } from '../simulate/cluster.ts';
import { loadCluster } from '../simulate/load-cluster.ts';
import { type PlanAssumptions, planRecipe, type StagePlan } from '../simulate/plan-recipe.ts';
import type { PlanRunOptions } from './plan-run.ts';
import { told, wholeNumber } from './prove-setup.ts';
import { UserError } from './user-error.ts';

/** Throws a UserError, and a RecipeError. */
export async function plannedRunText(recipeName: string, options: PlanRunOptions): Promise<string> {
  const { recipe } = loadRecipe(recipeName, options.set);
  const cluster = await told(async () => loadCluster(options.cluster), ['ClusterError']);
  const [prompt, reply] = tokenPair(options.judgeTokens);
  const assumptions: PlanAssumptions = {
    texts: options.texts === undefined ? undefined : wholeNumber('--texts', options.texts, 1),
    textTokens: wholeNumber('--text-tokens', options.textTokens, 1),
    judgePromptTokens: prompt,
    judgeReplyTokens: reply,
  };
  const stages = await told(
    () =>
      planRecipe({
        ...{ recipe, cluster, assumptions },
        simulated: wholeNumber('--simulated', options.simulated, 3),
        seed: wholeNumber('--seed', options.seed, 0),
      }),
    ['PipelineStalledError'],
  );
  const nodes = cluster.machines ?? cluster.sampling.nodes + cluster.training.nodes;
  const money = await moneyOf(recipe, stages, nodes, options.nodeHour);
  if (options.json === true) {
    const json = { recipe: recipe.name, cluster: cluster.name, nodes, assumptions, stages, ...money };
    return `${JSON.stringify({ ...json, judgeDollars: money.judgeDollars ?? null }, null, 2)}\n`;
  }
  return asText(recipe, cluster, { stages, nodes, money, assumptions });
}

function tokenPair(text: string): readonly [number, number] {
  const parts = text.split('/').map((part) => wholeNumber('--judge-tokens', part, 0));
  const [prompt, reply] = parts;
  if (prompt === undefined || reply === undefined || parts.length > 2)
    throw new UserError(`--judge-tokens ${text}: PROMPT/REPLY is expected, for example 4000/6000`, {
      exitCode: 2,
    });
  return [prompt, reply];
}

interface Money {
  readonly nodeDollars?: number;
  /** Undefined where the judge's price is not known, or where the judge cannot be resolved here. */
  readonly judgeDollars: number | undefined;
  readonly judges: readonly string[];
}

async function moneyOf(
  recipe: Recipe,
  stages: readonly StagePlan[],
  nodes: number,
  nodeHour: string | undefined,
): Promise<Money> {
  const perHour = nodeHour === undefined ? undefined : Number(nodeHour);
  if (perHour !== undefined && !(perHour >= 0))
    throw new UserError(`--node-hour ${nodeHour}: dollars are expected, for example 24`, { exitCode: 2 });
  const hours = stages.reduce((sum, stage) => sum + (stage.hours ?? 0), 0);
  let judgeDollars: number | undefined = 0;
  const judges: string[] = [];
  for (const { stage, judgeTokens } of stages) {
    const grader = stage === 'rl' || stage === 'rc' ? recipe[stage]?.grader : undefined;
    if (grader === undefined) continue;
    const price = await priceOf(grader);
    judges.push(`${grader}${price === undefined ? ' (no price known)' : ''}`);
    judgeDollars =
      price === undefined || judgeDollars === undefined
        ? undefined
        : judgeDollars + (judgeTokens.prompt * price.prompt + judgeTokens.reply * price.completion) / 1e6;
  }
  return {
    ...(perHour === undefined ? {} : { nodeDollars: hours * nodes * perHour }),
    ...{ judgeDollars, judges },
  };
}

/** Of the judge's first model; undefined where nobody says, or where what it needs (a key, an address) is not here. */
async function priceOf(grader: string) {
  try {
    const { models } = await resolveGrader(grader);
    return models.length === 0 ? { prompt: 0, completion: 0 } : models[0]?.price;
  } catch (error) {
    if (error instanceof Error && ['ModelSpecError', 'PresetError'].includes(error.name)) return undefined;
    throw error;
  }
}

function asText(
  recipe: Recipe,
  cluster: Cluster,
  {
    stages,
    nodes,
    money,
    assumptions,
  }: {
    readonly stages: readonly StagePlan[];
    readonly nodes: number;
    readonly money: Money;
    readonly assumptions: PlanAssumptions;
  },
): string {
  const number = (value: number | undefined, digits = 0): Cell =>
    value === undefined ? 'unknown' : { value, digits };
  const headings = [
    'steps',
    'step s',
    'hours',
    'node-hours',
    'M trained',
    'M sampled',
    'gradings',
    'summaries',
  ];
  const table: Table = {
    title: `${recipe.name} on ${cluster.name}: ${nodes} ${nodes === 1 ? 'node' : 'nodes'}`,
    columns: [
      { heading: 'stage', align: 'left' },
      ...headings.map((heading) => ({ heading, align: 'right' as const })),
    ],
    rows: stages.map((plan) => [
      plan.stage,
      number(plan.steps),
      number(plan.stepSeconds, (plan.stepSeconds ?? 0) < 10 ? 2 : 0),
      number(plan.hours, 1),
      number(plan.hours === undefined ? undefined : plan.hours * nodes, 0),
      number(plan.trainedTokens === undefined ? undefined : plan.trainedTokens / 1e6),
      number(plan.sampledTokens / 1e6),
      number(plan.gradings),
      number(plan.summaries),
    ]),
    notes: stages.flatMap(({ notes }) => notes),
  };
  const graded = stages.reduce((sum, { gradings }) => sum + gradings, 0);
  const lines = [
    ...(graded === 0
      ? []
      : [
          `judge   ${graded.toLocaleString('en-US')} gradings of ${assumptions.judgePromptTokens} + ${assumptions.judgeReplyTokens} tokens, which are assumed: ${money.judgeDollars === undefined ? 'cost unknown, for no price is known here' : money.judgeDollars === 0 ? 'free by the token' : dollarsText(money.judgeDollars)}`,
        ]),
    money.nodeDollars === undefined
      ? 'nodes   say what an hour of one costs with --node-hour'
      : `nodes   ${dollarsText(money.nodeDollars)}`,
  ];
  return `${textTable(table)}\n${lines.join('\n')}\n`;
}

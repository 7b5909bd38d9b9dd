/**
 * What the endpoints of a recipe may cost at most, with every proof and every reply at its limit, against a budget where one is given. A
 * price that nobody said is told as such, and is never taken for nothing.
 */

import type { ResolvedModel } from '../../model/open-model.ts';
import type { Problem } from '../../problems/problem.ts';
import { type Budget, budgetText, dollarsText } from '../../prove/budget.ts';
import type { Recipe } from '../schema.ts';
import { count, type RecipeCheck } from './recipe-check.ts';
import type { RecipeModels } from './recipe-models.ts';
import { judgeInstructions, judgePromptTokens, stageSizes } from './run-size.ts';

export interface PriceInput {
  readonly recipe: Recipe;
  readonly models: RecipeModels;
  readonly problems: readonly Problem[] | undefined;
  readonly budget: Budget | undefined;
}

interface Use {
  readonly field: string;
  readonly model: ResolvedModel;
  readonly calls: number;
  readonly promptTokens: number;
  readonly replyTokens: number;
}

export function checkPrices(input: PriceInput): RecipeCheck[] {
  const uses = usesOf(input);
  if (uses.length === 0) return [];
  return [...uses.map((use) => priceCheck(use, input.budget)), ...budgetChecks(uses, input.budget)];
}

function usesOf({ recipe, models, problems }: PriceInput): Use[] {
  const sizes = stageSizes(recipe);
  const read =
    problems === undefined || problems.length === 0 ? [judgeInstructions] : problems.map(judgePromptTokens);
  const mean = read.reduce((sum, tokens) => sum + tokens, 0) / read.length;
  const uses: Use[] = [];
  for (const { stage, judge, replyTokens } of models.judges) {
    const size = sizes.find((one) => one.stage === stage);
    if (size === undefined) continue;
    // Calls of an ensemble are those of all its members; each of them may be asked as often as it has calls in all.
    for (const model of judge.models) {
      const calls = (size.attempts + size.heldOut) * (judge.calls.most / judge.models.length);
      uses.push({
        ...{ field: `${stage}.grader`, model, calls },
        ...{ promptTokens: calls * (mean + size.maxTokens), replyTokens: calls * replyTokens },
      });
    }
  }
  for (const { stage, model } of models.summarisers) {
    const size = sizes.find((one) => one.stage === stage);
    if (size === undefined) continue;
    const calls = size.summaries;
    const reply = recipe.rc?.summary?.maxTokens ?? 0;
    uses.push({
      ...{ field: 'rc.summary.model', model, calls },
      ...{ promptTokens: calls * (1_000 + size.maxTokens), replyTokens: calls * reply },
    });
  }
  return uses;
}

function dollarsOf({ model: { price }, promptTokens, replyTokens }: Use): number | undefined {
  return price === undefined
    ? undefined
    : (promptTokens * price.prompt + replyTokens * price.completion) / 1e6;
}

function priceCheck(use: Use, budget: Budget | undefined): RecipeCheck {
  const { field, model, calls, promptTokens, replyTokens } = use;
  const name = `${field} price`;
  const size = `at most ${count(calls)} calls, ${shortCount(promptTokens)} tokens to read and ${shortCount(replyTokens)} to write`;
  const dollars = dollarsOf(use);
  if (dollars === undefined) {
    const mend = `Say it in dollars for a million tokens: ${model.spec},price=PROMPT/REPLY; price=0 for a server of one's own.`;
    const status = budget?.dollars === undefined ? 'unchecked' : 'failed';
    return { name, status, found: `nobody says what ${model.name} costs (${size})`, mend };
  }
  const cost = dollars === 0 ? 'free' : `${dollarsText(dollars)} with everything at its limit`;
  return { name, status: 'ok', found: `${model.name}: ${cost} (${size})` };
}

function budgetChecks(uses: readonly Use[], budget: Budget | undefined): RecipeCheck[] {
  if (budget === undefined) return [];
  const name = 'budget';
  const tokens = uses.reduce((sum, use) => sum + use.promptTokens + use.replyTokens, 0);
  const costs = uses.map(dollarsOf);
  const dollars = costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0);
  const over = [
    ...(budget.tokens !== undefined && tokens > budget.tokens ? [`${shortCount(tokens)} tokens`] : []),
    ...(budget.dollars !== undefined && dollars > budget.dollars ? [dollarsText(dollars)] : []),
  ];
  const of = budgetText(budget);
  if (over.length > 0)
    return [
      {
        ...{ name, status: 'failed', found: `at most ${over.join(' and ')}, more than ${of}` },
        mend: 'Lower steps, problemsPerStep, groupSize or maxTokens, take a cheaper judge, or raise the budget; most replies end before their limit.',
      },
    ];
  if (budget.dollars !== undefined && costs.includes(undefined)) return [];
  return [
    {
      name,
      status: 'ok',
      found: `at most ${shortCount(tokens)} tokens and ${dollarsText(dollars)}, within ${of}`,
    },
  ];
}

/** `1.2 M`. */
function shortCount(value: number): string {
  return Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 }).format(value);
}

/**
 * All that can be known of a recipe before its first hour of computing is paid for: its model and texts, its engine, every endpoint that
 * it names, lengths, prices and disk. Nothing is trained, written or left behind; each endpoint is asked for a few tokens.
 */
import path from 'node:path';
import type { ModelConfig } from '../../engine/engine.ts';
import { readModelConfig } from '../../engine/model-config.ts';
import { type ResolvedModel, resolveModel } from '../../model/open-model.ts';
import type { Problem } from '../../problems/problem.ts';
import type { Budget } from '../../prove/budget.ts';
import type { LoadedRecipe } from '../load.ts';
import { modelSizes } from '../model-setup.ts';
import type { Recipe } from '../schema.ts';
import { checkDisk } from './check-disk.ts';
import { checkEngineNeeds, type EngineNeedsOptions } from './check-engine-needs.ts';
import { checkLengths } from './check-lengths.ts';
import { checkOwnModel, type OwnModel } from './check-own-model.ts';
import { checkPrices } from './check-prices.ts';
import { checkSameTokens } from './check-same-tokens.ts';
import { checkServedModel, type ServedCheck } from './check-served-model.ts';
import { checkTinkerServer, type TinkerCheck } from './check-tinker-server.ts';
import { type RecipeCheck, reasonOf, usualPatience } from './recipe-check.ts';
import { type RecipeModels, recipeModels } from './recipe-models.ts';
import { problemsOf } from './run-size.ts';

export interface CheckRecipeOptions {
  /** Endpoints that serve the recipe's own model, as `--model` takes them: compared with it token by token. */
  readonly serving?: readonly string[];
  readonly budget?: Budget | undefined;
  readonly runDirectory: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Milliseconds that one question may take. */
  readonly patience?: number;
  /** A small model is made on the engine's server and measured. */
  readonly measures?: boolean;
  /** Free bytes where the run writes; asked of the system when absent. */
  readonly free?: number;
}

/** In the order in which they are worth mending. */
export async function checkRecipe(
  { recipe, directory }: Pick<LoadedRecipe, 'recipe' | 'directory'>,
  options: CheckRecipeOptions,
): Promise<RecipeCheck[]> {
  const { environment = process.env, patience = usualPatience } = options;
  const own = await checkOwnModel(recipe, directory);
  const models = await recipeModels(recipe, environment);
  const serving = await servingModels(options.serving ?? [], environment);
  const { problems, check: problemsCheck } = await readProblems(recipe, directory);
  const engine = await checkEngine(recipe, { environment, patience, measures: options.measures === true });
  const asked = [
    ...models.models.map(({ fields, model }) => ({ label: fields.join(', '), model })),
    ...serving.models.map((model) => ({ label: model.name, model })),
  ];
  const answers = await Promise.all(
    asked.map(({ label, model }) => checkServedModel(model, { label, patience })),
  );
  const contexts = new Map(asked.map(({ model }, index) => [model.name, answers[index]?.contextTokens]));
  const same = await Promise.all(
    asked.map(({ label, model }, index) => {
      const isOwn = serving.models.includes(model) || isOfRecipe(recipe, own, model, answers[index]);
      return isOwn && answers[index]?.isAnswering === true ? sameTokens(label, model, own, patience) : [];
    }),
  );
  const lengths = { recipe, models, format: own.format, problems };
  return [
    ...own.checks,
    ...problemsCheck,
    ...engine.checks,
    ...models.faults,
    ...serving.faults,
    ...answers.flatMap(({ checks }, index) => [...checks, ...(same[index] ?? [])]),
    ...policyTokens(recipe, same.flat()),
    ...checkLengths({ ...lengths, contextOf: (name) => contexts.get(name) }),
    ...checkPrices({ recipe, models, problems, budget: options.budget }),
    ...(await diskCheck(recipe, { own, models, engine, options })),
  ];
}

async function servingModels(
  specs: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly models: ResolvedModel[]; readonly faults: RecipeCheck[] }> {
  const models: ResolvedModel[] = [];
  const faults: RecipeCheck[] = [];
  for (const spec of specs)
    try {
      models.push(await resolveModel(spec, environment));
    } catch (error) {
      const mend = 'Name an endpoint: --serving openai:URL#MODEL.';
      faults.push({ name: `--serving ${spec}`, status: 'failed', found: reasonOf(error), mend });
    }
  return { models, faults };
}

async function readProblems(
  recipe: Recipe,
  directory: string,
): Promise<{ readonly problems: readonly Problem[] | undefined; readonly check: readonly RecipeCheck[] }> {
  try {
    const problems = await problemsOf(recipe, directory);
    if (problems === undefined) return { problems, check: [] };
    return { problems, check: [{ name: 'data.path', status: 'ok', found: `${problems.length} problems` }] };
  } catch (error) {
    const mend = 'Make them with qed data, or correct data.path.';
    return {
      problems: undefined,
      check: [{ name: 'data.path', status: 'failed', found: reasonOf(error), mend }],
    };
  }
}

/** How long a server may take to make a model and be measured. */
const measuringPatience = 900_000;

async function checkEngine(
  recipe: Recipe,
  { environment, patience, measures }: EngineNeedsOptions,
): Promise<TinkerCheck> {
  const { engine } = recipe;
  if (engine.kind === 'tinker') {
    const found = await checkTinkerServer(recipe, engine, { environment, patience });
    if (found.checks.some(({ status }) => status === 'failed')) return found;
    const needs = await checkEngineNeeds(recipe, engine, {
      ...{ environment, measures },
      patience: measures ? Math.max(patience, measuringPatience) : 3 * patience,
    });
    return { ...found, checks: [...found.checks, ...needs] };
  }
  const found = 'the embedded engine: "qed doctor" says whether it works here';
  return { checks: [{ name: 'engine', status: 'ok', found }], contextTokens: undefined, hasArchive: true };
}

/** Whether an endpoint that the recipe names serves the very model that it trains, by what its server says. */
function isOfRecipe(
  { engine }: Recipe,
  { directory }: OwnModel,
  model: ResolvedModel,
  answer: ServedCheck | undefined,
): boolean {
  const names = [directory === undefined ? undefined : path.basename(directory)];
  if (engine.kind === 'tinker') names.push(engine.baseModel);
  const theirs = [
    answer?.root,
    answer?.root === undefined ? undefined : path.basename(answer.root),
    served(model),
  ];
  return names.some((name) => name !== undefined && theirs.includes(name));
}

function served(model: ResolvedModel): string | undefined {
  try {
    return model.served?.().model;
  } catch {
    // Told where its endpoint was checked.
    return undefined;
  }
}

async function sameTokens(
  label: string,
  model: ResolvedModel,
  { format, vocabularySize }: OwnModel,
  patience: number,
): Promise<RecipeCheck[]> {
  if (format === undefined || vocabularySize === undefined || model.served === undefined) {
    const found = 'the recipe has no tokenizer of its own yet to compare with';
    const mend = 'It needs model.from and tokenizer.kind model.';
    return [{ name: `${label} chat template`, status: 'unchecked', found, mend }];
  }
  return await checkSameTokens({ label, served: model.served(), format, vocabularySize, patience });
}

/** A remote engine is asked in token ids, so nothing of it can be compared here. */
function policyTokens({ engine }: Recipe, compared: readonly RecipeCheck[]): RecipeCheck[] {
  if (engine.kind !== 'tinker' || compared.length > 0) return [];
  return [
    {
      ...{ name: 'engine chat template', status: 'unchecked' },
      found: 'the server takes token ids and says nothing of a tokenizer, so ours alone decides',
      mend: 'To compare it with a server that serves the same model: --serving openai:URL#MODEL.',
    },
  ];
}

async function diskCheck(
  recipe: Recipe,
  {
    own,
    models,
    engine,
    options,
  }: {
    readonly own: OwnModel;
    readonly models: RecipeModels;
    readonly engine: TinkerCheck;
    readonly options: CheckRecipeOptions;
  },
): Promise<RecipeCheck[]> {
  const { runDirectory, free } = options;
  const config = own.directory === undefined ? sizesOf(recipe) : await readModelConfig(own.directory);
  const keepsWeights = engine.hasArchive;
  return [
    checkDisk({
      recipe,
      models,
      config,
      runDirectory,
      keepsWeights,
      ...(free === undefined ? {} : { free }),
    }),
  ];
}

/** Of a new model, whose vocabulary its tokenizer will say. */
function sizesOf(recipe: Recipe): ModelConfig {
  const { tokenizer } = recipe;
  return modelSizes(recipe, tokenizer.kind === 'bpe' ? tokenizer.vocabularySize : 512);
}

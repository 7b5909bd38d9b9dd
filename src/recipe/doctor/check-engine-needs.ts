/**
 * Whether a server meets what the recipe's stages need of an engine, by the rules with which a run refuses to start. Without
 * measuring it is the server's profile that is believed; with it a small model is made there, measured and let go, as a run does first.
 */
import type { Engine, EngineCapabilities } from '../../engine/engine.ts';
import { createTinkerEngine } from '../../engine/tinker/engine.ts';
import { unmetNeeds } from '../engine-needs.ts';
import { type Recipe, stagesOf } from '../schema.ts';
import type { TinkerSettings } from '../schema-engine.ts';
import { type RecipeCheck, reasonOf } from './recipe-check.ts';

export interface EngineNeedsOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Milliseconds for all of it. */
  readonly patience: number;
  readonly measures: boolean;
}

export async function checkEngineNeeds(
  recipe: Recipe,
  { url, profile, baseModel, apiKeyVariable }: TinkerSettings,
  { environment, patience, measures }: EngineNeedsOptions,
): Promise<RecipeCheck[]> {
  const name = 'engine needs';
  const remarks: string[] = [];
  const key = environment[apiKeyVariable]?.trim();
  try {
    const engine = await createTinkerEngine({
      ...{ url, profile, selfTest: measures, signal: AbortSignal.timeout(patience) },
      ...(baseModel === undefined ? {} : { baseModel }),
      ...(key === undefined || key === '' ? {} : { apiKey: key }),
      ...(recipe.lora === undefined ? {} : { lora: recipe.lora }),
      onRemark: (text) => remarks.push(text),
    });
    try {
      const told = remarks.map((found): RecipeCheck => {
        const mend = 'The run would say the same when it begins.';
        return { name: 'engine remark', status: 'warning', found, mend };
      });
      return [...needChecks(recipe, engine, measures), ...told];
    } finally {
      await engine.close();
    }
  } catch (error) {
    return [
      { name, status: 'failed', found: reasonOf(error), mend: 'A run would end with the same message.' },
    ];
  }
}

function needChecks(recipe: Recipe, engine: Engine, measures: boolean): RecipeCheck[] {
  const name = 'engine needs';
  const stages = stagesOf(recipe);
  const capabilities = engine.capabilities();
  const unmet = unmetNeeds(recipe, stages, capabilities);
  if (unmet.length === 0) {
    const isOurs = engine.name.startsWith('tinker (qed ');
    const how = isOurs
      ? 'as servers of QED do'
      : measures
        ? 'measured on a small model'
        : 'by its profile; a run measures it before its first step';
    return [{ name, status: 'ok', found: `${engine.name} meets them, ${how}` }];
  }
  // SkyRL does not say which backend it runs, and they take different fields from requests.
  const isGuessed =
    !measures &&
    recipe.engine.kind === 'tinker' &&
    recipe.engine.profile === 'auto' &&
    engine.name.startsWith('tinker (skyrl ');
  const atBest = measures ? unmet : unmetNeeds(recipe, stages, asMeasuredAtBest(capabilities));
  return unmet.map(({ field, message, mend }): RecipeCheck => {
    const isSure = !isGuessed && atBest.some((other) => other.field === field && other.message === message);
    return {
      ...{ name: `${name}: ${field}`, status: isSure ? 'failed' : 'warning' },
      found: `${message} (${engine.name}${isSure ? '' : ', by its profile'})`,
      mend: isSure ? mend : `--measure finds out, or engine.profile says it. If it is so: ${mend}`,
    };
  });
}

/** What measuring may find better than a profile has it. */
function asMeasuredAtBest(capabilities: EngineCapabilities): EngineCapabilities {
  return {
    ...capabilities,
    logprobsAfterTemperature: true,
    samplesWhileTraining: true,
    summedLosses: capabilities.losses,
  };
}

/**
 * What a run needs of its engine, compared with what the engine can do before the first step. A server that averages where
 * a sum is meant, or ignores a field, trains something else than the recipe says and never tells; so a run whose needs are
 * not met does not start, and every unmet need is named with the field that has it and a way on.
 */
import type { EngineCapabilities, Loss, SettledBy } from '../engine/engine.ts';
import { RecipeError, type RecipeFault } from './recipe-error.ts';
import type { OptimiserSettings, PolicyStage, Recipe, StageId } from './schema.ts';
import type { ServerSettings } from './schema-engine.ts';

/** A need that is not met. */
interface Unmet {
  /** Dotted path of the recipe's field that has it. */
  readonly field: string;
  readonly message: string;
  readonly mend: string;
}

/**
 * Throws a RecipeError that names every need of these stages that the engine does not meet. `where` tells where a field
 * stands, for people.
 */
export function checkEngineNeeds(
  recipe: Recipe,
  stages: readonly StageId[],
  engine: { readonly name: string; capabilities(): EngineCapabilities },
  where: (field: string) => string = () => recipe.name,
): void {
  const unmet = unmetNeeds(recipe, stages, engine.capabilities());
  if (unmet.length === 0) return;
  throw new RecipeError(
    unmet.map(
      ({ field, message, mend }): RecipeFault => ({
        where: where(field),
        field,
        message: `${message} (engine: ${engine.name})`,
        hints: [mend],
      }),
    ),
  );
}

export function unmetNeeds(
  recipe: Recipe,
  stages: readonly StageId[],
  capabilities: EngineCapabilities,
): Unmet[] {
  const unmet: Unmet[] = [];
  const need = (isMet: boolean, field: string, message: string, mend: string): void => {
    if (!isMet) unmet.push({ field, message, mend });
  };
  const server = recipe.engine.kind === 'tinker' ? recipe.engine.server : undefined;
  const training = stages.filter((stage) => trainingStages.some((one) => one === stage));
  if (training.length > 0) {
    needParameters(recipe, capabilities, need);
    const longest = longestOf(recipe, training);
    const { contextTokens = Number.POSITIVE_INFINITY } = capabilities;
    need(
      longest <= contextTokens,
      'model.maximumPositions',
      `sequences of ${longest} tokens and more are needed, and the engine takes ${contextTokens} at most`,
      'Shorten maximumTokens and maxTokens of the stages, or start the server with a longer context.',
    );
  }
  for (const stage of ['pretrain', 'sft', 'judge'] as const) {
    const settings = recipe[stage];
    if (settings === undefined || !stages.includes(stage)) continue;
    needLoss('cross_entropy', stage, capabilities, need);
    needOptimiser(settings.optimiser, stage, { capabilities, server, need });
  }
  for (const stage of ['rl', 'rc'] as const) {
    if (recipe[stage] === undefined || !stages.includes(stage)) continue;
    needsOfPolicy(recipe, stage, { capabilities, server, need });
  }
  return unmet;
}

const trainingStages = ['pretrain', 'sft', 'rl', 'rc', 'judge'] as const;

type Need = (isMet: boolean, field: string, message: string, mend: string) => void;

interface Asked {
  readonly capabilities: EngineCapabilities;
  readonly server: ServerSettings | undefined;
  readonly need: Need;
}

function needParameters(
  { lora, model, pretrain }: Recipe,
  capabilities: EngineCapabilities,
  need: Need,
): void {
  const { fullParameter, loraRanks, newModels } = capabilities;
  if (lora === undefined)
    need(
      fullParameter,
      'lora',
      'all parameters are trained where there is no lora, and the engine trains LoRA alone',
      loraRanks === undefined
        ? 'Take another server.'
        : `Write lora: { rank: ${Math.min(32, loraRanks.most ?? 32)} }, or take a server that trains all parameters.`,
    );
  else
    need(
      loraRanks !== undefined && lora.rank >= loraRanks.least && lora.rank <= (loraRanks.most ?? lora.rank),
      'lora.rank',
      `rank ${lora.rank} is needed, and the engine trains ${ranksText(loraRanks)}`,
      loraRanks === undefined
        ? 'Take lora out.'
        : 'Give another rank, or start the server with a larger one.',
    );
  need(
    newModels || (pretrain === undefined && model.from !== undefined),
    pretrain === undefined ? 'model.from' : 'pretrain',
    'a new model is needed, and the engine only has models that exist',
    'Name a model with model.from (and engine.baseModel), or take a server that makes new ones: qed serve --tinker.',
  );
}

function ranksText(ranks: EngineCapabilities['loraRanks']): string {
  if (ranks === undefined) return 'no LoRA';
  return ranks.most === undefined ? `ranks from ${ranks.least}` : `ranks ${ranks.least} to ${ranks.most}`;
}

function needLoss(loss: Loss['kind'], stage: string, capabilities: EngineCapabilities, need: Need): void {
  const field = loss === 'cross_entropy' ? stage : `${stage}.loss.kind`;
  const offered = capabilities.losses.filter((kind) => kind !== 'cross_entropy');
  const has = capabilities.losses.includes(loss);
  need(
    has,
    field,
    `the loss ${loss} is needed, and the engine has ${offered.join(', ')}`,
    'Take one of those, or another server.',
  );
  need(
    !has || capabilities.summedLosses.includes(loss),
    field,
    `the sum of ${loss} over tokens is needed, and the engine averages it, so that long and short replies would weigh alike`,
    'Take a server that sums (its profile says so, and the self-test measures it).',
  );
}

function needOptimiser(optimiser: OptimiserSettings, stage: string, asked: Asked): void {
  const { capabilities, server, need } = asked;
  need(
    capabilities.optimisers.includes(optimiser.kind),
    `${stage}.optimiser.kind`,
    `the optimiser ${optimiser.kind} is needed, and the engine has ${capabilities.optimisers.join(', ')}`,
    'Take one of those, or another server.',
  );
  if (optimiser.kind === 'adamw') {
    for (const field of ['beta1', 'beta2', 'epsilon', 'weightDecay'] as const)
      needSetting(`${stage}.optimiser.${field}`, optimiser[field], {
        ...{ by: capabilities.adamFields, given: server?.[field], name: field, need },
      });
  }
  needSetting(`${stage}.optimiser.clipNorm`, optimiser.clipNorm, {
    ...{ by: capabilities.clipNorm, given: server?.clipNorm, name: 'clipNorm', need },
    none: 'off',
  });
}

/** A setting that the engine takes from requests, or from its own configuration, or not at all. */
function needSetting(
  field: string,
  wanted: number | 'off',
  {
    by,
    given,
    name,
    none,
    need,
  }: {
    readonly by: SettledBy;
    readonly given: number | 'off' | undefined;
    readonly name: string;
    /** The value at which there is nothing to be settled. */
    readonly none?: number | 'off';
    readonly need: Need;
  },
): void {
  if (by === 'nobody')
    need(
      wanted === none,
      field,
      `${wanted} is needed, and the engine has no such setting`,
      none === undefined ? 'Take another server.' : `Set it to ${none}, or take another server.`,
    );
  if (by === 'server')
    need(
      wanted === given,
      field,
      `${wanted} is needed, and the engine has what its server was started with, which is ${given ?? 'not said'}`,
      `Start the server with ${wanted}, and write engine.server.${name}: ${wanted}; or set the field to what it was started with.`,
    );
}

function needsOfPolicy(recipe: Recipe, stage: PolicyStage, asked: Asked): void {
  const settings = recipe[stage];
  if (settings === undefined) return;
  const { capabilities, server, need } = asked;
  const { loss, temperature, pipeline } = settings;
  needLoss(loss.kind, stage, capabilities, need);
  needOptimiser(settings.optimiser, stage, asked);
  needSetting(`${stage}.temperature`, temperature, {
    ...{ by: capabilities.trainerTemperature, given: server?.temperature, name: 'temperature', need },
    none: 1,
  });
  need(
    // Where the trainer has no temperature, that was said.
    capabilities.logprobsAfterTemperature ||
      temperature === 1 ||
      capabilities.trainerTemperature === 'nobody',
    `${stage}.temperature`,
    `temperature ${temperature} is needed, and sampled log-probs are those of temperature 1, so that every ratio would be wrong`,
    'Set it to 1, or start the server so that it returns processed log-probs (vLLM: logprobs_mode processed_logprobs).',
  );
  const { entropyCoefficient, finalEntropyCoefficient = entropyCoefficient } = loss;
  needSetting(`${stage}.loss.entropyCoefficient`, Math.max(entropyCoefficient, finalEntropyCoefficient), {
    ...{ by: capabilities.entropyBonus, given: server?.entropyCoefficient, name: 'entropyCoefficient', need },
    none: 0,
  });
  need(
    capabilities.entropyBonus !== 'server' || entropyCoefficient === finalEntropyCoefficient,
    `${stage}.loss.finalEntropyCoefficient`,
    'an entropy bonus that changes is needed, and the engine’s is fixed by its server',
    'Take the field out, so that the bonus stays what it is, or take another server.',
  );
  need(
    loss.klCoefficient === 0 || capabilities.klTerm,
    `${stage}.loss.klCoefficient`,
    'a KL term is needed, and the engine has none',
    'Set it to 0, or take another server.',
  );
  need(
    capabilities.samplers.includes('live'),
    stage,
    'a live sampler is needed, which takes new weights while it samples, and the engine has none',
    'Take another server.',
  );
  need(
    pipeline.maxLag === 0 || capabilities.samplesWhileTraining,
    `${stage}.pipeline.maxLag`,
    'sampling goes on while the model trains, and the engine’s sampler and trainer share one set of weights, so that updates would be lost',
    `Set ${stage}.pipeline.maxLag to 0, so that they take turns, or take another server.`,
  );
}

/** Longest sequence of these stages, without what cannot be known of prompts. */
function longestOf(recipe: Recipe, stages: readonly StageId[]): number {
  const lengths = stages.map((stage) => {
    if (stage === 'rl' || stage === 'rc') return (recipe[stage]?.maxTokens ?? 0) + 1;
    if (stage === 'pretrain' || stage === 'sft' || stage === 'judge')
      return recipe[stage]?.maximumTokens ?? 0;
    return 0;
  });
  return Math.max(0, ...lengths);
}

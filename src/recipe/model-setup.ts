/** Makes the model that a stage begins with or goes on from, and the tokenizer of the run. */
import path from 'node:path';
import type { LoraOptions, ModelConfig, TrainableModel } from '../engine/engine.ts';
import { checkModelSize } from '../engine/ort/model-size.ts';
import { labTokenParts } from '../lab/lab-tokenizer.ts';
import { lookupHeadTensors } from '../lab/lookup-heads.ts';
import { loadDirectoryFormat } from '../model/directory-format.ts';
import { seedFrom } from '../stats/random.ts';
import type { ChatFormat } from '../tokenizer/tokenizer.ts';
import { type CheckpointName, findCheckpoint } from './checkpoints.ts';
import { dataPath, type RunContext } from './run-context.ts';
import type { Recipe } from './schema.ts';
import { shownPath } from './shown-path.ts';
import { checkpointDirectory } from './starting-model.ts';

/**
 * The chat format of the tokenizer that the data stage wrote. Replies also end at the tokens that the model's
 * generation_config.json names, where it came with one.
 */
export async function loadFormat(context: RunContext): Promise<ChatFormat> {
  return await loadDirectoryFormat(dataPath(context, 'tokenizer'));
}

/** The `config.json` of a new model. */
export function modelConfig({ recipe }: RunContext, format: ChatFormat): ModelConfig {
  return {
    ...modelSizes(recipe, format.tokenizer.vocabularySize),
    bos_token_id: null,
    eos_token_id: format.stopTokenIds[0] ?? null,
  };
}

/** A new model, but for the tokens with which texts begin and end. */
export function modelSizes({ model }: Recipe, vocabularySize: number): ModelConfig {
  return {
    model_type: 'qwen3',
    vocab_size: vocabularySize,
    hidden_size: model.hiddenSize,
    intermediate_size: model.feedForwardSize,
    num_hidden_layers: model.layers,
    num_attention_heads: model.heads,
    num_key_value_heads: model.keyValueHeads,
    head_dim: model.headSize,
    rms_norm_eps: 1e-6,
    rope_theta: model.ropeTheta,
    max_position_embeddings: model.maximumPositions,
    tie_word_embeddings: model.tiedHead,
  };
}

/**
 * The model of a stage: its own newest checkpoint with trainer state if it has one, else the checkpoint it begins
 * from with a fresh optimiser, else a new model. `step` counts the steps already done.
 */
export async function stageModel(
  context: RunContext,
  options: {
    readonly own: CheckpointName;
    readonly from: CheckpointName | undefined;
    readonly format: ChatFormat;
  },
): Promise<{ readonly model: TrainableModel; readonly step: number }> {
  const own = await findCheckpoint(context, options.own);
  if (own !== undefined) {
    const lora = loraOf(context, options.own);
    return {
      model: await context.engine.loadModel(own.directory, { optimiser: true, ...lora }),
      step: own.step,
    };
  }
  return { model: await startingModel(context, options), step: 0 };
}

/** What a model of a stage is adapted by, where the recipe trains factors of low rank. */
function loraOf({ recipe }: RunContext, own: CheckpointName): { readonly lora?: LoraOptions } {
  const { lora, seed } = recipe;
  return lora === undefined ? {} : { lora: { ...lora, seed: seedFrom(seed, 'lora', own) } };
}

/**
 * The model that stage `own` begins from: a checkpoint, `model.from` or a new one; with a fresh optimiser, and a fresh
 * adapter, which changes nothing yet.
 */
export async function startingModel(
  context: RunContext,
  {
    own,
    from,
    format,
  }: {
    readonly own: CheckpointName;
    readonly from: CheckpointName | undefined;
    readonly format: ChatFormat;
  },
): Promise<TrainableModel> {
  const { recipe, engine } = context;
  const lora = loraOf(context, own);
  if (from !== undefined || recipe.model.from !== undefined) {
    const directory = await checkpointDirectory(context, from ?? 'base');
    return await engine.loadModel(directory, { optimiser: false, ...lora });
  }
  const config = modelConfig(context, format);
  if (recipe.engine.kind === 'ort') checkModelSize(config);
  const seed = seedFrom(recipe.seed, 'model');
  if (recipe.model.initialise === 'random') return await engine.createModel({ config, seed });
  return await engine.createModel({
    config,
    seed,
    tensors: lookupHeadTensors(config, seed, labTokenParts()),
  });
}

/**
 * Throws when the tokenizer cannot be the model's: more entries than the model has embeddings, or so many fewer that
 * they are not padding (published models pad by less than two in a hundred).
 */
export function checkTokenizerFits(
  { recipe, runDirectory }: Pick<RunContext, 'recipe' | 'runDirectory'>,
  directory: string,
  { vocab_size: embeddings }: ModelConfig,
  { tokenizer: { vocabularySize: entries } }: ChatFormat,
): void {
  if (entries <= embeddings && entries >= 0.9 * embeddings) return;
  const { tokenizer } = recipe;
  const where = tokenizer.kind === 'directory' ? `in ${tokenizer.path}` : `of kind ${tokenizer.kind}`;
  const mend =
    tokenizer.kind === 'model' ? "Put the model's own beside its weights" : 'Set tokenizer.kind: model';
  throw new Error(
    `model.from: the model in ${shownPath(directory)} has ${embeddings} token embeddings, but the tokenizer ${where} ` +
      `(${shownPath(path.join(runDirectory, 'data', 'tokenizer'))}) has ${entries} entries: it is another model's. ${mend}`,
  );
}

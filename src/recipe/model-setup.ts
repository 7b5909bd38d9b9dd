/** Makes the model that a stage begins with or goes on from, and the tokenizer of the run. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ModelConfig, TrainableModel } from '../engine/engine.ts';
import { readModelConfig } from '../engine/model-config.ts';
import { labTokenParts } from '../lab/lab-tokenizer.ts';
import { lookupHeadTensors } from '../lab/lookup-heads.ts';
import { seedFrom } from '../stats/random.ts';
import { createChatFormat } from '../tokenizer/chat-format.ts';
import { loadTokenizer } from '../tokenizer/load-tokenizer.ts';
import type { ChatFormat } from '../tokenizer/tokenizer.ts';
import { type CheckpointName, finalCheckpoint, findCheckpoint } from './checkpoints.ts';
import { dataPath, type RunContext } from './run-context.ts';

/** The chat format of the tokenizer that the data stage wrote. */
export async function loadFormat(context: RunContext): Promise<ChatFormat> {
  const read = (name: string) => readFile(path.join(dataPath(context, 'tokenizer'), name), 'utf8');
  return createChatFormat(loadTokenizer(await read('tokenizer.json'), await read('tokenizer_config.json')));
}

/** The `config.json` of a new model. */
export function modelConfig(context: RunContext, format: ChatFormat): ModelConfig {
  const { model } = context.recipe;
  return {
    model_type: 'qwen3',
    vocab_size: format.tokenizer.vocabularySize,
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
    bos_token_id: null,
    eos_token_id: format.stopTokenIds[0] ?? null,
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
    return { model: await context.engine.loadModel(own.directory, { optimiser: true }), step: own.step };
  }
  return { model: await startingModel(context, options.from, options.format), step: 0 };
}

async function startingModel(
  context: RunContext,
  from: CheckpointName | undefined,
  format: ChatFormat,
): Promise<TrainableModel> {
  const { recipe, engine } = context;
  if (from !== undefined) {
    const { directory } = await finalCheckpoint(context, from);
    return await engine.loadModel(directory, { optimiser: false });
  }
  if (recipe.model.from !== undefined) {
    const directory = path.resolve(context.recipeDirectory, recipe.model.from);
    const { vocab_size: vocabulary } = await readModelConfig(directory);
    if (format.tokenizer.vocabularySize > vocabulary) {
      throw new Error(
        `model.from: ${directory} has ${vocabulary} token embeddings, but the tokenizer of this recipe has ` +
          `${format.tokenizer.vocabularySize} entries; name the tokenizer that belongs to the model`,
      );
    }
    return await engine.loadModel(directory, { optimiser: false });
  }
  const config = modelConfig(context, format);
  const seed = seedFrom(recipe.seed, 'model');
  if (recipe.model.initialise === 'random') return await engine.createModel({ config, seed });
  return await engine.createModel({
    config,
    seed,
    tensors: lookupHeadTensors(config, seed, labTokenParts()),
  });
}

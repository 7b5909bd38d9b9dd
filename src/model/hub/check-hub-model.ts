/**
 * Whether a model on the hub is one that QED can use, told from its small files before any weights are asked for. The
 * embedded engine computes all of what config.json says or refuses it; of a model whose weights stay with a server only the
 * sizes matter that a recipe is checked against.
 */
import path from 'node:path';
import { z } from 'zod';
import type { ModelConfig } from '../../engine/engine.ts';
import { isRecord, readJsonFile } from '../../engine/json-file.ts';
import { configFile, parseModelConfig } from '../../engine/model-config.ts';
import { createChatFormat } from '../../tokenizer/chat-format.ts';
import { loadTokenizer } from '../../tokenizer/load-tokenizer.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { readTokenizerDirectory } from '../directory-format.ts';

export interface CheckedModel {
  /** `model_type`. */
  readonly architecture: string;
  /** Undefined for what the embedded engine does not compute. */
  readonly config: ModelConfig | undefined;
  readonly hasChatTemplate: boolean;
  readonly remarks: readonly string[];
}

const bytesLimit = 1 << 24;
const size = z.int().positive();
/** What config.json must say of a model of any family. */
const sizesSchema = z.looseObject({
  model_type: z.string().min(1),
  vocab_size: size,
  hidden_size: size,
  num_hidden_layers: size,
  max_position_embeddings: size,
});

/** `directory` holds the small files; errors name `place` in its stead. */
export async function checkHubModel(
  directory: string,
  place: string,
  withWeights: boolean,
): Promise<CheckedModel> {
  const json = await readJsonFile(path.join(directory, configFile), bytesLimit);
  const at = `${place} ${configFile}`;
  const remarks: string[] = [];
  let config: ModelConfig | undefined;
  try {
    config = parseModelConfig(json, at);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (withWeights)
      throw new Error(`${reason}. For a server that has the model, --without-weights takes its other files`, {
        cause: error,
      });
    checkSizes(json, at);
    remarks.push(`${reason}; recipes cannot begin from it yet`);
  }
  const { json: tokenizerJson, configJson } = await readTokenizerDirectory(directory);
  let tokenizer: Tokenizer;
  try {
    tokenizer = loadTokenizer(tokenizerJson, configJson);
  } catch (error) {
    throw new Error(`${place}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  const embeddings = config?.vocab_size;
  if (embeddings !== undefined && tokenizer.vocabularySize > embeddings)
    throw new Error(
      `${place}: its tokenizer has ${tokenizer.vocabularySize} tokens, config.json only ${embeddings} embeddings`,
    );
  let hasChatTemplate = true;
  try {
    createChatFormat(tokenizer);
  } catch (error) {
    hasChatTemplate = false;
    const reason = error instanceof Error ? error.message : String(error);
    remarks.push(`it cannot be asked as a chat model: ${reason}`);
  }
  const architecture = isRecord(json) ? String(json.model_type) : '';
  return { architecture, config, hasChatTemplate, remarks };
}

function checkSizes(json: unknown, at: string): void {
  const parsed = sizesSchema.safeParse(json);
  if (parsed.success) return;
  const nested =
    isRecord(json) && isRecord(json.text_config) ? ' (it has a text_config: a model of images too)' : '';
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`${at}: ${faults.join('; ')}${nested}`);
}

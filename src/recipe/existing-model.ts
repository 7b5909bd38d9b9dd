/**
 * A recipe that begins from a model on disk has the sizes of its `config.json`: those that the recipe leaves out are
 * filled in, before defaults are, and those that it gives must agree. So the recipe that a run keeps tells the model's
 * true sizes, and a directory that is put in the place of another is noticed.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { z } from 'zod';
import type { ModelConfig } from '../engine/engine.ts';
import { configFile, parseModelConfig } from '../engine/model-config.ts';
import { embeddedPositions } from './engine-rules.ts';
import { valueAt } from './field-schema.ts';
import { withValue } from './override.ts';
import { shownPath } from './shown-path.ts';

/** The sizes in a recipe's terms. */
function sizesOf(config: ModelConfig, mostPositions: number): Record<string, number | boolean> {
  return {
    hiddenSize: config.hidden_size,
    layers: config.num_hidden_layers,
    heads: config.num_attention_heads,
    keyValueHeads: config.num_key_value_heads,
    headSize: config.head_dim,
    feedForwardSize: config.intermediate_size,
    ropeTheta: config.rope_theta,
    maximumPositions: Math.min(config.max_position_embeddings, mostPositions),
    tiedHead: config.tie_word_embeddings,
  };
}

/**
 * The recipe as written (`value`), with the sizes of the model that it begins from, and what does not agree. A recipe
 * without `model.from` comes back as it is. Paths in it are relative to `directory`.
 */
export function withExistingModel(
  value: unknown,
  directory: string,
): { readonly value: unknown; readonly issues: readonly z.core.$ZodIssue[] } {
  const from = valueAt(['model', 'from'], value);
  if (typeof from !== 'string') return { value, issues: [] };
  const model = path.resolve(directory, from);
  const isRemote = valueAt(['engine', 'kind'], value) === 'tinker';
  const mostPositions = isRemote ? Number.POSITIVE_INFINITY : embeddedPositions;
  let sizes: Record<string, number | boolean>;
  try {
    sizes = sizesOf(readConfig(model, importCommands(value, model)), mostPositions);
  } catch (error) {
    // The rules between sizes have nothing to go by; the one fault says enough.
    const unknown = withValue(value, ['model', 'maximumPositions'], Number.MAX_SAFE_INTEGER);
    return {
      value: unknown,
      issues: [issue('from', error instanceof Error ? error.message : String(error))],
    };
  }
  const issues: z.core.$ZodIssue[] = [];
  let sized = value;
  for (const [name, size] of Object.entries(sizes)) {
    const given = valueAt(['model', name], value);
    if (given === undefined) sized = withValue(sized, ['model', name], size);
    else if (!agrees(name, given, size)) {
      const most = name === 'maximumPositions' ? 'at most ' : '';
      const message = `is ${most}${size} in ${shownPath(path.join(model, configFile))}; leave it out, or give the same`;
      issues.push(issue(name, message));
    }
  }
  return { value: sized, issues };
}

function agrees(name: string, given: unknown, size: number | boolean): boolean {
  if (name === 'maximumPositions') return Number(given) <= Number(size);
  return given === size;
}

/**
 * How the model gets to `directory`. Beside a server that has the weights under a name of the hub, the small files of that
 * model are what is missing.
 */
function importCommands(value: unknown, directory: string): string {
  const to = `--to ${shownPath(directory)}`;
  const baseModel = valueAt(['engine', 'baseModel'], value);
  if (valueAt(['engine', 'kind'], value) === 'tinker' && typeof baseModel === 'string') {
    const isOfHub = /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/.test(baseModel);
    const named = isOfHub ? baseModel : 'OWNER/NAME';
    return `The server has its weights; the other files come with "qed import hub:${named} ${to} --without-weights"`;
  }
  return `A model of the hub becomes one with "qed import hub:OWNER/NAME ${to}", a GGUF file with "qed import FILE.gguf ${to}"`;
}

/** `mend` says how a model gets there. */
function readConfig(directory: string, mend: string): ModelConfig {
  const file = path.join(directory, configFile);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Error(`there is no model in ${shownPath(directory)} (no ${configFile}). ${mend}`, { cause });
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new Error(`${shownPath(file)} is not JSON`, { cause });
  }
  return parseModelConfig(json, shownPath(file));
}

function issue(field: string, message: string): z.core.$ZodIssue {
  return { code: 'custom', path: ['model', field], message, input: undefined };
}

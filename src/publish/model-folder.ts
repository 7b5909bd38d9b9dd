/**
 * A model as a folder in the hub's layout: card, configuration, generation settings, tokenizer with chat template, weights
 * in files of at most 5 GB. Made of a checkpoint of a run, or of a directory in the Hugging Face layout. The folder appears
 * only when it is whole; the optimiser's state and the run's own files stay behind.
 */
import { existsSync } from 'node:fs';
import { copyFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ModelConfig } from '../engine/engine.ts';
import { readModelCard } from '../engine/gguf/model-card.ts';
import { configFile } from '../engine/model-config.ts';
import { openModelDirectory } from '../engine/model-directory.ts';
import { indexFile, weightsFile } from '../engine/sharded-safetensors.ts';
import { readPointer } from '../engine/tinker/checkpoint-pointer.ts';
import { writeCheckpoint } from '../journal/checkpoint-store.ts';
import { loadDirectoryFormat, readTokenizerDirectory } from '../model/directory-format.ts';
import type { HubPlace } from '../problems/remote/hub-place.ts';
import { packageVersion } from '../recipe/package-version.ts';
import { chatTemplateText } from '../tokenizer/chat-template-text.ts';
import type { BenchScore } from './bench-scores.ts';
import { modelCard } from './model-card.ts';
import { type CheckpointRun, runOfCheckpoint } from './run-of-checkpoint.ts';
import { copyWeights } from './weight-shards.ts';

export interface ModelFolderOptions {
  /** Where the model lies. */
  readonly from: string;
  /** The folder; what lies there is replaced. */
  readonly to: string;
  readonly place: HubPlace;
  /** Runs of `qed bench` whose scores go into the card. */
  readonly bench: readonly BenchScore[];
  readonly licence?: string | undefined;
  readonly baseModel?: string | undefined;
  readonly dataSets?: readonly string[];
  readonly largestShard?: number;
  readonly signal?: AbortSignal;
}

export interface ModelFolder {
  readonly run: CheckpointRun | undefined;
  readonly licence: string | undefined;
  readonly baseModel: string | undefined;
}

export const cardFile = 'README.md';
const templateFile = 'chat_template.jinja';
const generationFile = 'generation_config.json';
/** Copied where they are there; tokenizer.json and tokenizer_config.json must be. */
const tokenizerFiles = [
  ...['tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json', 'added_tokens.json'],
  ...['vocab.json', 'merges.txt', 'LICENSE', 'NOTICE'],
];

/** Throws an Error that names the file that is wrong, and the signal's reason; nothing is left then. */
export async function writeModelFolder(options: ModelFolderOptions): Promise<ModelFolder> {
  const { from, to, place, bench, signal } = options;
  const run = runOfCheckpoint(from);
  const pointer = await readPointer(from);
  if (pointer !== undefined && !hasWeights(from))
    throw new Error(
      `${from}: its weights are with the server at ${pointer.url}${pointer.state === undefined ? '' : ` (${pointer.state})`}, which does not hand them out; ` +
        'fetch them with the server’s own tools into a directory with config.json and the tokenizer, and export that',
    );
  const { config, source } = await openModelDirectory(from);
  const parameters = [...source.tensors.values()].reduce(
    (sum, { dims }) => sum + dims.reduce((product, dim) => product * dim, 1),
    0,
  );
  const numbers = [...new Set([...source.tensors.values()].map(({ dtype }) => dtype))].join(' and ');
  await source.close();
  // A tokenizer that cannot be loaded is found before weights are copied.
  const { configJson } = await readTokenizerDirectory(from);
  const format = await loadDirectoryFormat(from).catch((error: unknown) => {
    if (templateOf(configJson) === undefined) return undefined;
    throw error;
  });
  const template = templateOf(configJson);
  const origin = await originOf(from, run);
  const licence = options.licence ?? origin.license;
  const baseModel = options.baseModel ?? namedBase(run);
  await writeCheckpoint(to, async (partial) => {
    const put = (name: string, text: string) => writeFile(path.join(partial, name), text);
    await copyFile(path.join(from, configFile), path.join(partial, configFile));
    const found = await readdir(from);
    for (const name of tokenizerFiles.filter((one) => found.includes(one)))
      await copyFile(path.join(from, name), path.join(partial, name));
    if (template !== undefined) await put(templateFile, template);
    if (found.includes(generationFile))
      await copyFile(path.join(from, generationFile), path.join(partial, generationFile));
    else await put(generationFile, generationConfig(config, run, format?.stopTokenIds ?? []));
    await copyWeights(from, partial, {
      ...(options.largestShard === undefined ? {} : { largest: options.largestShard }),
      ...(signal === undefined ? {} : { signal }),
    });
    const card = modelCard({
      ...{ place, config, parameters, numbers, run, bench, licence, baseModel },
      ...{ dataSets: options.dataSets ?? [], hasChatTemplate: template !== undefined },
      version: packageVersion(),
    });
    await put(cardFile, card);
  });
  return { run, licence, baseModel };
}

function hasWeights(directory: string): boolean {
  return [weightsFile, indexFile].some((name) => existsSync(path.join(directory, name)));
}

/** What a run's server calls the model that it began from, where that is a name of the hub. */
function namedBase(run: CheckpointRun | undefined): string | undefined {
  const { engine } = run?.recipe ?? {};
  const name = engine?.kind === 'tinker' ? engine.baseModel : undefined;
  return name !== undefined && /^[\w.-]+\/[\w.-]+$/.test(name) ? name : undefined;
}

function templateOf(configJson: string): string | undefined {
  try {
    return chatTemplateText(configJson);
  } catch {
    // A model without a template goes on a text; its card says so.
    return undefined;
  }
}

/** What the card beside the model says; of a checkpoint, the card of the model that its run began from. */
async function originOf(
  from: string,
  run: CheckpointRun | undefined,
): Promise<{ readonly license?: string }> {
  const beside = await readModelCard(from);
  if (beside.license !== undefined || run?.recipe.model.from === undefined) return beside;
  // Relative to the recipe's own file, which a run does not keep: an absolute path is all that can be followed.
  const start = run.recipe.model.from;
  return path.isAbsolute(start) && existsSync(start) ? await readModelCard(start) : {};
}

/** How to sample: where a text ends, and the temperature that the run was evaluated with. */
function generationConfig(
  config: ModelConfig,
  run: CheckpointRun | undefined,
  stops: readonly number[],
): string {
  const ends = [...new Set([config.eos_token_id ?? [], ...stops].flat())];
  const temperature = run?.recipe.evaluate?.temperature ?? run?.recipe.rl?.temperature;
  const [only] = ends;
  const json = {
    ...(config.bos_token_id === undefined || config.bos_token_id === null
      ? {}
      : { bos_token_id: config.bos_token_id }),
    ...(only === undefined ? {} : { eos_token_id: ends.length === 1 ? only : ends }),
    ...(temperature === undefined || temperature === 0 ? {} : { do_sample: true, temperature }),
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}

/**
 * `qed import`: a GGUF file, or a model of the hub, becomes a model directory in the Hugging Face layout. A directory is
 * replaced only when asked to, and only if it holds nothing but a model.
 */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { type Command, Option } from 'commander';
import type { FloatType } from '../engine/gguf/streamed-tensor.ts';
import type { HubRevision } from '../problems/remote/hub-place.ts';
import { UserError } from './user-error.ts';

interface ImportOptions {
  readonly to: string;
  readonly type?: 'f32' | 'f16' | 'bf16';
  readonly withoutWeights?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

const floatTypes = { f32: 'F32', f16: 'F16', bf16: 'BF16' } as const satisfies Record<string, FloatType>;

/** Files that a model directory may hold, and that --force may therefore replace. */
const modelFiles = [
  /^(config|generation_config|tokenizer|tokenizer_config|special_tokens_map|added_tokens|vocab|manifest)\.json$/,
  /^[\w.-]+\.safetensors(\.index\.json)?$/,
  /^(merges\.txt|chat_template\.jinja|README\.md|LICENSE.*|NOTICE.*|\.gitattributes)$/,
];

export function addImportCommand(program: Command): void {
  program
    .command('import')
    .summary('read a model from the hub or from a GGUF file')
    .description(
      'Makes a model directory in the Hugging Face layout: config.json, model.safetensors, tokenizer, chat template and ' +
        'card. A model of the hub (Llama, Qwen2, Qwen3) comes with its files as they are, compared with the checksums ' +
        'that the hub keeps; a GGUF file has its weights dequantised. For a model whose weights stay with a server, ' +
        '--without-weights takes the small files alone.\n\n' +
        'HF_TOKEN (or the file of the hub’s own tools) is sent to the hub where a model needs leave to be read; HF_ENDPOINT ' +
        'names another server with the hub’s interface. Files in the cache of the hub’s own tools are not fetched again.',
    )
    .argument('<model>', 'a GGUF file, or hub:OWNER/NAME, with @REVISION for a commit, branch or tag')
    .requiredOption('--to <directory>', 'where the model is to be; it appears only when it is whole')
    .addOption(
      new Option(
        '--type <type>',
        'numbers to write: f32 loses nothing, the others take half the room (default: f32 from GGUF, as they are from the hub)',
      ).choices(Object.keys(floatTypes)),
    )
    .option(
      '--without-weights',
      'of the hub: only settings, tokenizer and chat template, for a model on a server',
    )
    .option('--force', 'replace the model that is in the directory')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ qed import hub:Qwen/Qwen3-0.6B --to models/qwen3
  $ qed import hub:Qwen/Qwen3-4B-Thinking-2507 --to models/qwen3-4b-thinking --without-weights
  $ qed import hub:me/policy@v1.0 --to models/policy --type f32
  $ qed import SmolLM2-135M-Instruct.Q4_1.gguf --to models/smollm2
  $ qed import qwen3-0.6b-q8_0.gguf --to models/qwen3 --type bf16 --json`,
    )
    .action(async (model: string, options: ImportOptions) => {
      process.exitCode = await (model.startsWith('hub:') ? importHub : importFile)(model, options);
    });
}

/** Returns the exit code. */
async function importHub(model: string, options: ImportOptions): Promise<number> {
  const { withoutWeights = false, type } = options;
  if (withoutWeights && type !== undefined)
    throw new UserError('--type is about weights: leave it or --without-weights out', { exitCode: 2 });
  const { parseHubRevision } = await import('../problems/remote/hub-place.ts');
  const { importHubModel } = await import('./import-hub.ts');
  let named: HubRevision;
  try {
    named = parseHubRevision(model);
  } catch (error) {
    throw new UserError(error instanceof Error ? error.message : String(error), { exitCode: 2 });
  }
  const directory = path.resolve(options.to);
  checkTarget(directory, { shown: options.to, force: options.force === true });
  const text = await importHubModel({
    ...{ ...named, directory, withWeights: !withoutWeights, json: options.json === true },
    ...(type === undefined ? {} : { type: floatTypes[type] }),
  });
  await removeStale(directory);
  process.stdout.write(text);
  return 0;
}

/** Returns the exit code. */
async function importFile(file: string, options: ImportOptions): Promise<number> {
  if (options.withoutWeights === true)
    throw new UserError('--without-weights is for models of the hub', { exitCode: 2 });
  const { runModelJob, factLines, bytesText, countText } = await import('./model-job.ts');
  const { shownPath } = await import('../recipe/shown-path.ts');
  const { plainLine } = await import('./text.ts');
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new UserError(`${file}: no such file${hubHint(file)}`, { exitCode: 1 });
  }
  const directory = path.resolve(options.to);
  checkTarget(directory, { shown: options.to, force: options.force === true });
  const { importGguf } = await import('../engine/gguf/import-gguf.ts');
  return runModelJob('importing', async (job) => {
    const result = await importGguf({
      path: file,
      directory,
      weights: floatTypes[options.type ?? 'f32'],
      ...job,
    });
    await removeStale(directory);
    if (options.json === true) return `${JSON.stringify(result, null, 2)}\n`;
    const types = Object.entries(result.tensorTypes).map(([type, count]) => `${count} in ${type}`);
    const facts = factLines([
      ['architecture', `${result.architecture}, ${countText(result.parameters)} parameters`],
      ['file', `${bytesText(result.fileBytes)}; tensors: ${types.join(', ')}`],
      ['licence', result.license === undefined ? 'the file names none' : plainLine(result.license)],
      ['chat template', result.hasChatTemplate ? 'yes' : 'none in the file'],
      ['weights', `${bytesText(result.weightBytes)} in ${result.weights}`],
    ]);
    const name = plainLine(result.name ?? path.basename(file));
    return `${name}\n${facts}imported into ${shownPath(directory)}\n`;
  });
}

/** For a name as people write it on the hub. */
function hubHint(name: string): string {
  return /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/.test(name) && !name.endsWith('.gguf')
    ? ` (a model of the hub is hub:${name})`
    : '';
}

/** Throws a UserError where writing would destroy what is no model, or a model unasked. */
function checkTarget(
  directory: string,
  { shown, force }: { readonly shown: string; readonly force: boolean },
): void {
  const entry = statSync(directory, { throwIfNoEntry: false });
  if (entry === undefined) return;
  const refuse = (reason: string): never => {
    throw new UserError(`--to ${shown}: ${reason}`, { exitCode: 1 });
  };
  if (!entry.isDirectory()) refuse('it is a file');
  const workingDirectory = process.cwd();
  if (`${workingDirectory}${path.sep}`.startsWith(`${directory}${path.sep}`)) {
    refuse('it is the working directory or above it; give another one');
  }
  const files = readdirSync(directory);
  if (files.length === 0) return;
  const stranger = files.find((name) => !modelFiles.some((pattern) => pattern.test(name)));
  if (stranger !== undefined || !existsSync(path.join(directory, 'config.json'))) {
    refuse(
      `it holds what is no model's (${stranger ?? 'there is no config.json'}); give a new or an empty one`,
    );
  }
  if (!force) refuse('there is a model already; --force replaces it');
}

/** Removes what imports into this directory that were killed have left. */
async function removeStale(directory: string): Promise<void> {
  const { finalNameOf, isStaleTemporary } = await import('../journal/temporary-name.ts');
  const parent = path.dirname(directory);
  for (const name of readdirSync(parent)) {
    const found = path.join(parent, name);
    if (isStaleTemporary(found) && finalNameOf(name) === path.basename(directory)) {
      rmSync(found, { recursive: true, force: true });
    }
  }
}

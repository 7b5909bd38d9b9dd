/**
 * `qed export`: a model, or a checkpoint of a run, becomes a GGUF file that llama.cpp loads; a model or a data set becomes a
 * folder in the hub's layout, and is pushed when asked to.
 */
import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { type Command, Option } from 'commander';
import type { HubExportOptions } from './export-hub.ts';
import { repeatable } from './repeatable-option.ts';
import { UserError } from './user-error.ts';

interface ExportOptions extends HubExportOptions {
  readonly gguf?: string;
  readonly type: 'f32' | 'f16';
  readonly name?: string;
  readonly force?: boolean;
}

const floatTypes = { f32: 'F32', f16: 'F16' } as const;

export function addExportCommand(program: Command): void {
  program
    .command('export')
    .summary('write a model as a GGUF file, or push a model or data set to the hub')
    .description(
      'With --gguf, writes a model in the Hugging Face layout, or a checkpoint of a run, as a GGUF file with its tokenizer and ' +
        'chat template. What llama.cpp would compute or split differently is refused. With --to, writes a model or a data set ' +
        'as a folder in the hub’s layout with its card, checks it, and says what would go where; nothing is sent without --push.',
    )
    .argument(
      '<what>',
      'a directory with config.json and model.safetensors, or RUN/CHECKPOINT; with --data-set a step of qed data, or a run of the lab',
    )
    .option('--gguf <file>', 'the GGUF file to write; it appears only when it is whole')
    .option('--to <place>', 'hub:OWNER/NAME')
    .option('--push', 'with --to: send what was written, in one commit')
    .option('--private', 'with --push: a repository that is made is private')
    .option('--data-set', 'with --to: the data, not the model')
    .option('--folder <directory>', 'with --to: where the folder is written (default: in the cache)')
    .option('--base-model <id>', 'with --to: OWNER/NAME of the model that training began from')
    .addOption(repeatable('--trained-on <id>', 'with --to: OWNER/NAME of a data set that it was trained on'))
    .addOption(repeatable('--evaluated <run>', 'with --to: a run of qed bench whose scores go into the card'))
    .addOption(
      new Option('--type <type>', 'numbers to write: f32 bit for bit, f16 rounds matrices')
        .choices(Object.keys(floatTypes))
        .default('f32'),
    )
    .option(
      '--name <text>',
      'name of the model (default: the model card’s, else the directory’s); for --gguf',
    )
    .option('--license <id>', 'its licence, for example apache-2.0 (default: the model card’s)')
    .option('--force', 'replace the file that is there')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ qed export runs/lab/rl --gguf lab.gguf
  $ qed export models/smollm2 --gguf smollm2-f16.gguf --type f16
  $ qed export runs/lab/rl --to hub:me/lab-rl --license apache-2.0
  $ qed export runs/lab/rl --to hub:me/lab-rl --license apache-2.0 --private --push
  $ qed export data/distill --data-set --to hub:me/olympiad-proofs`,
    )
    .action(async (what: string, options: ExportOptions) => {
      const { gguf } = options;
      if ((gguf === undefined) === (options.to === undefined))
        throw new UserError('--gguf FILE or --to hub:OWNER/NAME: one of the two is expected', {
          exitCode: 2,
        });
      if (gguf === undefined) {
        const { exportToHub } = await import('./export-hub.ts');
        process.exitCode = await exportToHub(what, options);
      } else process.exitCode = await exportModel(what, { ...options, gguf });
    });
}

/** Returns the exit code. */
async function exportModel(
  model: string,
  options: ExportOptions & { readonly gguf: string },
): Promise<number> {
  const { runModelJob, factLines, bytesText, countText } = await import('./model-job.ts');
  const { findModel } = await import('../model/run-checkpoint.ts');
  const { shownPath } = await import('../recipe/shown-path.ts');
  const { plainLine } = await import('./text.ts');
  const file = path.resolve(options.gguf);
  const existing = statSync(file, { throwIfNoEntry: false });
  if (existing?.isDirectory() === true) {
    throw new UserError(`--gguf ${options.gguf}: it is a directory`, { exitCode: 1 });
  }
  if (existing !== undefined && options.force !== true) {
    throw new UserError(`--gguf ${options.gguf}: there is a file already; --force replaces it`, {
      exitCode: 1,
    });
  }
  return runModelJob('exporting', async (job) => {
    const found = await findModel(model);
    for (const remark of found.remarks) process.stderr.write(`${remark}\n`);
    const { readModelCard } = await import('../engine/gguf/model-card.ts');
    const { exportGguf } = await import('../engine/gguf/export-gguf.ts');
    const card = await readModelCard(found.directory);
    mkdirSync(path.dirname(file), { recursive: true });
    const result = await exportGguf({
      directory: found.directory,
      path: file,
      weights: floatTypes[options.type],
      name: options.name ?? card.name ?? found.name,
      ...(options.license === undefined ? {} : { license: options.license }),
      ...job,
    });
    if (options.json === true) return `${JSON.stringify(result, null, 2)}\n`;
    const facts = factLines([
      ['from', shownPath(found.directory)],
      ['architecture', `${result.architecture}, ${countText(result.parameters)} parameters`],
      ['licence', result.license === undefined ? undefined : plainLine(result.license)],
      ['tokens', `split as llama.cpp’s ${result.preTokenizer}`],
      ['weights', `${bytesText(result.bytes)} in ${result.weights}`],
    ]);
    return `${plainLine(result.name)}\n${facts}exported to ${shownPath(file)}\n`;
  });
}

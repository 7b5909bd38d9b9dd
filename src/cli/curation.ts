/**
 * `qed run` of a curation recipe: its steps, one after another, each the command of `qed data` of its name on the rows of the
 * one before, in a directory of its own. A step that was done with the same options on the same rows is not done again; one
 * that was interrupted goes on. In the end a data card says what the set is.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { Command, CommanderError, type Option } from 'commander';
import { z } from 'zod';
import { droppedFile, readStepRecord, rowsFile } from '../curate/step-files.ts';
import { writeFileAtomic } from '../journal/atomic-file.ts';
import { canonicalHash } from '../journal/canonical-json.ts';
import type { Json } from '../journal/journal.ts';
import { lockRunDirectory } from '../journal/run-lock.ts';
import { fileDigest } from '../problems/file-digest.ts';
import {
  type Curation,
  type CurationStep,
  loadCuration,
  type OptionValue,
} from '../recipe/curation/load-curation.ts';
import { packageVersion } from '../recipe/package-version.ts';
import { RecipeError } from '../recipe/recipe-error.ts';
import { shownPath } from '../recipe/shown-path.ts';
import { addDataCommand } from './data.ts';
import type { RunCommandOptions } from './run.ts';
import { makeRunDirectory } from './run-directory.ts';
import { UserError } from './user-error.ts';

const recordFile = 'curation.json';
const recordSchema = z.object({ done: z.record(z.string(), z.string()) });

/** Returns the exit code: that of the first step which did not succeed, else 0. */
export async function runCuration(recipe: string, options: RunCommandOptions): Promise<number> {
  const curation = loadCuration(recipe, options.set);
  const commands = curation.steps.map((step, index) => prepared(step, index === 0));
  const [first, last] = range(curation, options);
  const faults = curation.steps.slice(first, last + 1).flatMap((step) => step.faults);
  if (faults.length > 0) throw new RecipeError(faults);
  const directory = path.resolve(options.run ?? path.join('runs', curation.name));
  makeRunDirectory(directory);
  const lock = lockRunDirectory(directory);
  try {
    const placeOf = (index: number): string =>
      path.join(directory, 'data', `${index + 1}-${curation.steps[index]?.name}`);
    process.stderr.write(`${curation.name} in ${shownPath(directory)}\n`);
    for (let index = first; index <= last; index += 1) {
      const step = curation.steps[index];
      const command = commands[index];
      if (step === undefined || command === undefined) break;
      const input = index === 0 ? undefined : placeOf(index - 1);
      const out = placeOf(index);
      const before = input === undefined ? undefined : readStepRecord(input);
      if (input !== undefined && before === undefined)
        throw new UserError(
          `--from ${step.name}: ${shownPath(input)} is not finished; begin with an earlier step`,
          {
            exitCode: 2,
          },
        );
      const key = await keyOf(step, before?.rows.sha256);
      const name = `${index + 1}-${step.name}`;
      const record = readStepRecord(out);
      if (record !== undefined && readDone(directory)[name] === key) {
        process.stderr.write(`${step.name}: done before\n`);
      } else {
        process.stderr.write(`${step.name}\n`);
        const code = await command(input, out);
        if (code !== 0) return code;
        await writeDone(directory, { ...readDone(directory), [name]: key });
      }
      if (index < last) refuseNothing(step.name, out);
    }
    if (last < curation.steps.length - 1) {
      process.stderr.write(`done up to ${curation.steps[last]?.name}; without --to the recipe goes on\n`);
      return 0;
    }
    await describe(
      curation,
      directory,
      curation.steps.map((_, index) => placeOf(index)),
    );
    return 0;
  } finally {
    lock.release();
  }
}

/** The steps after one that left nothing would make a data set of nothing, and say so nowhere. Throws a UserError. */
function refuseNothing(step: string, out: string): void {
  const record = readStepRecord(out);
  if (record === undefined || Object.values(record.kept).some((rows) => rows > 0)) return;
  const reasons = Object.entries(record.dropped).map(
    ([reason, counts]) => `${reason} ${Object.values(counts).reduce((sum, rows) => sum + rows, 0)}`,
  );
  throw new UserError(
    `${step}: no row is left (${reasons.join(', ') || 'none came in'}), so there is nothing to go on with. ` +
      `What left, and why: ${shownPath(path.join(out, droppedFile))}. ` +
      `Other options: --set curate.${step}.OPTION=…; qed data ${step} --help lists them`,
    { exitCode: 1 },
  );
}

/** The steps from `--from` to `--to`. Throws a UserError. */
function range({ steps, name }: Curation, { from, to }: RunCommandOptions): [number, number] {
  const find = (flag: string, wanted: string | undefined, otherwise: number): number => {
    if (wanted === undefined) return otherwise;
    const index = steps.findIndex((step) => step.name === wanted);
    if (index >= 0) return index;
    throw new UserError(
      `${flag} ${wanted}: ${name} has no such step. Its steps: ${steps.map((step) => step.name).join(', ')}`,
      { exitCode: 2 },
    );
  };
  const [first, last] = [find('--from', from, 0), find('--to', to, steps.length - 1)];
  if (first <= last) return [first, last];
  throw new UserError(`--from ${from} comes after --to ${to}`, { exitCode: 2 });
}

/** What a step's rows depend on: its options, the files that these name, and the rows that it reads. */
async function keyOf({ name, options, files }: CurationStep, rows: string | undefined): Promise<string> {
  const digests = await Promise.all(
    // Of directories the source cards have checksums. What is missing, the command will say.
    files.map(async (file) =>
      statSync(file, { throwIfNoEntry: false })?.isFile() === true ? (await fileDigest(file)).sha256 : null,
    ),
  );
  const content = { name, options: options as Json, files: digests, rows: rows ?? null };
  return canonicalHash(content).toString('hex');
}

function readDone(directory: string): Readonly<Record<string, string>> {
  const file = path.join(directory, recordFile);
  if (!existsSync(file)) return {};
  try {
    return recordSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).done;
  } catch {
    throw new UserError(
      `${shownPath(file)}: not what QED writes there; remove it, and every step is looked at anew`,
      { exitCode: 1 },
    );
  }
}

async function writeDone(directory: string, done: Readonly<Record<string, string>>): Promise<void> {
  await writeFileAtomic(path.join(directory, recordFile), `${JSON.stringify({ done }, null, 2)}\n`);
}

/** A step's command with its options, checked as far as it can be before anything has run. */
function prepared(
  step: CurationStep,
  isFirst: boolean,
): (input: string | undefined, out: string) => Promise<number> {
  const refuse = (message: string): UserError =>
    new UserError(`curate.${step.name}: ${message}`, { exitCode: 2 });
  const commands = dataCommand().commands;
  const command = commands.find((one) => one.name() === step.name);
  if (command === undefined)
    throw refuse(`there is no such step. Steps: ${commands.map((one) => one.name()).join(', ')}`);
  if (isFirst !== (step.name === 'import')) throw refuse('the first step is import, and no other is');
  const { sources = [], ...options } = step.options;
  const known = command.options.map(recipeName).filter((name) => !['out', 'json'].includes(name));
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) throw refuse(`there is no option ${unknown}. Options: ${known.join(', ')}`);
  const args = command.options.flatMap((option) =>
    listOf(options[recipeName(option)]).flatMap((value) =>
      value === true ? [option.long ?? ''] : [`${option.long}=${value}`],
    ),
  );
  const positional = listOf(sources).map(String);
  return async (input, out) => {
    const before = process.exitCode;
    process.exitCode = 0;
    try {
      const given = [
        step.name,
        ...positional,
        ...(input === undefined ? [] : [input]),
        ...args,
        `--out=${out}`,
      ];
      await dataCommand().parseAsync(given, { from: 'user' });
      return typeof process.exitCode === 'number' ? process.exitCode : 0;
    } catch (error) {
      if (error instanceof CommanderError) return 2;
      throw error;
    } finally {
      process.exitCode = before;
    }
  };
}

/** `--stop-width` is `stopWidth` in a recipe, and `--no-duplicates` is `noDuplicates: true`. */
function recipeName(option: Option): string {
  return option.name().replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function listOf(value: CurationStep['options'][string] | undefined): readonly OptionValue[] {
  if (value === undefined) return [];
  return typeof value === 'object' ? value : [value];
}

function dataCommand(): Command {
  const program = new Command('qed').exitOverride();
  addDataCommand(program);
  const [data] = program.commands;
  if (data === undefined) throw new Error('qed data has gone');
  for (const command of [data, ...data.commands]) command.exitOverride();
  return data;
}

/** The data card and the page over all steps, beside them. */
async function describe({ name, description }: Curation, directory: string, places: readonly string[]) {
  const { stepStatistics } = await import('../curate/report/step-statistics.ts');
  const { curationPage } = await import('../curate/report/curation-page.ts');
  const { dataCard } = await import('../curate/report/data-card.ts');
  const steps = [];
  for (const place of places) steps.push(await stepStatistics(place, { samples: 3, seed: 1 }));
  const version = packageVersion();
  const [card, page] = [path.join(directory, 'README.md'), path.join(directory, 'report.html')];
  const records = steps.map(({ record }) => record);
  await writeFileAtomic(card, dataCard({ name, description, records, version }));
  await writeFileAtomic(page, curationPage(steps, { title: name, version }));
  const last = places.at(-1) ?? directory;
  const lines = [`rows: ${shownPath(path.join(last, rowsFile))}`, `data card: ${shownPath(card)}`];
  process.stdout.write(`${[...lines, `report: ${shownPath(page)}`].join('\n')}\n`);
}

/**
 * Runs a recipe: its stages in order, each once. What is finished is known from the journal, so calling this on an
 * existing run directory goes on where it stopped, and on a finished one does nothing but report.
 */

import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Engine } from '../engine/engine.ts';
import { writeFileAtomic } from '../journal/atomic-file.ts';
import { diskTrouble } from '../journal/disk-trouble.ts';
import type { Journal, Json } from '../journal/journal.ts';
import { openJournal } from '../journal/open-journal.ts';
import { isStaleTemporary } from '../journal/temporary-name.ts';
import { hashDataFiles, verifyDataFiles } from './data-files.ts';
import { checkEngineNeeds } from './engine-needs.ts';
import { frozenDifferences } from './frozen-recipe.ts';
import { makeEngine } from './make-engine.ts';
import type { Progress } from './progress.ts';
import { dataPath, isStop, type RunContext, StoppedError } from './run-context.ts';
import { type Recipe, type StageId, stageIds, stagesOf } from './schema.ts';
import { runData } from './stages/data.ts';
import { runEvaluate } from './stages/evaluate.ts';
import { runReport } from './stages/report.ts';
import { runRl } from './stages/rl.ts';
import { runSamplesAfter, runSamplesBefore } from './stages/samples.ts';
import { runSupervised } from './stages/supervised.ts';
import { StepFiles } from './step-files.ts';
import { eventFileName } from './tensorboard/event-file.ts';

export interface RunOptions {
  readonly recipe: Recipe;
  /** The recipe as resolved YAML, to freeze in the run directory. */
  readonly recipeText: string;
  /** Paths in the recipe are relative to this directory. */
  readonly recipeDirectory: string;
  readonly runDirectory: string;
  /** First and last stage of this sitting. */
  readonly from?: StageId;
  readonly to?: StageId;
  readonly progress: Progress;
  /** Samples and trains; the recipe's engine where there is none. The caller closes it. */
  readonly engine?: Engine;
  /** Where a field of the recipe stands, for messages. */
  readonly where?: (field: string) => string;
  /** Asks to stop: the step at hand is finished, and everything is on disk. */
  readonly signal: AbortSignal;
}

export interface RunOutcome {
  /** `finished`: every stage that was asked for; `stopped`: the signal fired, and the run can go on. */
  readonly status: 'finished' | 'stopped';
  readonly reportPath?: string;
}

/** Runs what is left of a recipe. Errors of a stage are thrown after everything that was done is on disk. */
export async function runRecipe(options: RunOptions): Promise<RunOutcome> {
  const { recipe, recipeDirectory, runDirectory, progress, signal } = options;
  await mkdir(runDirectory, { recursive: true });
  const journal = await openJournal(runDirectory, { onWarning: (message) => progress.remark(message) });
  const closers: (() => Promise<void> | void)[] = [() => journal.close()];
  let failure: { readonly error: unknown } | undefined;
  // True once the directory is known to be this recipe's.
  let isOurs = false;
  let forget = async (): Promise<void> => undefined;
  let outcome: RunOutcome = { status: 'stopped' };
  try {
    await removeLeftovers(runDirectory);
    const frozen = path.join(runDirectory, 'recipe.yaml');
    if (existsSync(frozen)) await refuseAnotherRecipe(frozen, recipe);
    else await writeFileAtomic(frozen, options.recipeText);
    isOurs = true;
    const metrics = await StepFiles.open(runDirectory, journal);
    closers.push(() => metrics.close());
    const engine =
      options.engine ??
      (await makeEngine({
        ...{ engine: recipe.engine, lora: recipe.lora, signal },
        onRemark: (text) => progress.remark(text),
      }));
    if (options.engine === undefined) closers.push(() => engine.close());
    const context = { recipe, recipeDirectory, runDirectory, journal, engine, metrics, progress, signal };
    outcome = await runStages(context, options);
  } catch (error) {
    if (!isStop(options, error)) failure = { error };
    if (failure !== undefined && isOurs) forget = await forgetIfUnbegun(journal, runDirectory);
  }
  for (const close of [...closers.toReversed(), forget]) {
    try {
      await close();
    } catch (error) {
      // What went wrong first says most: a full disk, for one, also fails the closing.
      failure ??= { error };
    }
  }
  if (failure !== undefined) throw diskTrouble(failure.error, runDirectory);
  return outcome;
}

/**
 * A run that failed before its data stood has computed nothing: the recipe may be at fault, so it is not held to it.
 * Returns what to do once everything is closed.
 */
async function forgetIfUnbegun(journal: Journal, runDirectory: string): Promise<() => Promise<void>> {
  const hasData = await journal.find('stage', 'data').catch(() => 'unknown');
  return async () => {
    if (hasData !== undefined) return;
    for (const name of ['recipe.yaml', 'metrics.jsonl', eventFileName, 'data']) {
      await rm(path.join(runDirectory, name), { recursive: true, force: true });
    }
  };
}

/** A run goes on with the recipe it was begun with, or its report would name settings that were not used. */
export async function refuseAnotherRecipe(frozen: string, recipe: Recipe): Promise<void> {
  const differences = frozenDifferences(await readFile(frozen, 'utf8'), recipe);
  if (differences.length === 0) return;
  const fields = differences.map(({ field, frozen: before, now }) => `${field}: ${before}, now ${now}`);
  throw new Error(
    `${frozen}: this run was begun with another recipe (${fields.join('; ')}). Use another run directory`,
  );
}

/** Removes files that killed sittings were about to put in place. The run directory is locked: nobody writes them. */
async function removeLeftovers(runDirectory: string): Promise<void> {
  for (const directory of ['', 'data', 'data/tokenizer'].map((name) => path.join(runDirectory, name))) {
    if (!existsSync(directory)) continue;
    const stale = (await readdir(directory))
      .map((name) => path.join(directory, name))
      .filter(isStaleTemporary);
    await Promise.all(stale.map((file) => rm(file)));
  }
}

async function runStages(context: RunContext, options: RunOptions): Promise<RunOutcome> {
  const { recipe, journal, progress, runDirectory } = context;
  const stages = stagesOf(recipe);
  const finished = await finishedStages(journal, stages);
  const wanted = stages.filter((stage) => isWithin(stage, options.from, options.to));
  for (const stage of stages.slice(0, stages.indexOf(wanted[0] ?? 'data'))) {
    if (!finished.has(stage))
      throw new Error(`--from ${options.from}: stage ${stage} comes before it and is not finished`);
  }
  const ahead = wanted.filter((stage) => !finished.has(stage));
  checkEngineNeeds(recipe, ahead, context.engine, options.where);
  const data = await journal.find('stage', 'data');
  await verifyDataFiles(dataPath(context, ''), (data?.value as { readonly files?: Json } | undefined)?.files);
  progress.plan(wanted, finished);
  // When a run has not been marked as begun, its first sitting says when it was.
  if ((await journal.find('run', 'started')) === undefined) {
    await journal.append('run', 'started', { value: { at: new Date().toISOString() } });
  }
  for (const stage of wanted) {
    if (finished.has(stage) && stage !== 'report') continue;
    if (context.signal.aborted) throw new StoppedError();
    progress.stageStarted(stage);
    if (stage === 'report') await markFinished(journal, stages);
    const began = performance.now();
    const summary = await runStage(context, stage);
    const files = stage === 'data' ? { files: await hashDataFiles(dataPath(context, '')) } : {};
    if (stage !== 'report') await journal.append('stage', stage, { value: { summary, ...files } });
    progress.stageFinished(stage, (performance.now() - began) / 1000, summary);
  }
  if (!wanted.includes('report')) return { status: 'finished' };
  if ((await journal.find('run', 'finished')) !== undefined) {
    await writeFileAtomic(path.join(runDirectory, 'finished.json'), `${JSON.stringify({ version: 1 })}\n`);
  }
  return { status: 'finished', reportPath: path.join(runDirectory, 'report.html') };
}

/** Records when the last stage was done, once: a report that is written again says the same. */
async function markFinished(journal: Journal, stages: readonly StageId[]): Promise<void> {
  const finished = await finishedStages(journal, stages);
  if (!stages.every((stage) => stage === 'report' || finished.has(stage))) return;
  if ((await journal.find('run', 'finished')) !== undefined) return;
  await journal.append('run', 'finished', { value: { at: new Date().toISOString() } });
}

async function runStage(context: RunContext, stage: StageId): Promise<string> {
  const { recipe } = context;
  switch (stage) {
    case 'data':
      return await runData(context);
    case 'pretrain':
      return recipe.pretrain === undefined ? '' : await runSupervised(context, stage, recipe.pretrain);
    case 'sft': {
      if (recipe.sft === undefined) return '';
      // Where nobody grades what the model writes, the report shows some of it.
      const samples = recipe.evaluate === undefined;
      if (samples) await runSamplesBefore(context);
      const summary = await runSupervised(context, stage, recipe.sft);
      if (samples) await runSamplesAfter(context);
      return summary;
    }
    case 'rl':
      return recipe.rl === undefined ? '' : await runRl(context, stage, recipe.rl);
    case 'rc':
      return recipe.rc === undefined ? '' : await runRl(context, stage, recipe.rc);
    case 'judge':
      return recipe.judge === undefined ? '' : await runSupervised(context, stage, recipe.judge);
    case 'evaluate':
      return recipe.evaluate === undefined ? '' : await runEvaluate(context, recipe.evaluate);
    case 'report':
      return await runReport(context);
  }
}

async function finishedStages(journal: Journal, stages: readonly StageId[]): Promise<Set<StageId>> {
  const finished = new Set<StageId>();
  for (const stage of stages) {
    if ((await journal.find('stage', stage)) !== undefined) finished.add(stage);
  }
  return finished;
}

function isWithin(stage: StageId, from: StageId | undefined, to: StageId | undefined): boolean {
  const index = stageIds.indexOf(stage);
  return (
    (from === undefined || index >= stageIds.indexOf(from)) &&
    (to === undefined || index <= stageIds.indexOf(to))
  );
}

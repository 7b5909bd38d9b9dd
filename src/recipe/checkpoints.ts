/**
 * The checkpoints of a run: `checkpoints/<name>/<step>/` in the Hugging Face layout, with tokenizer and trainer
 * state. NO-TORN-CHECKPOINT is kept by the store; here is which one to begin or to go on from.
 */
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { TrainableModel } from '../engine/engine.ts';
import { newestCheckpoint, writeCheckpoint } from '../journal/checkpoint-store.ts';
import { diskTrouble } from '../journal/disk-trouble.ts';
import { JournalError } from '../journal/errors.ts';
import { dataPath, lastStep, type RunContext } from './run-context.ts';
import { shownPath } from './shown-path.ts';
import { copyTokenizerFiles } from './tokenizer-files.ts';

/** Checkpoints by name; `base` is left by the stage pretrain, the others by the stage of their name. */
export type CheckpointName = 'base' | 'sft' | 'rl' | 'rc' | 'judge';

/** Checkpoints kept of an unfinished stage: should the newest be damaged, there is one to go back to. */
const keptWhileTraining = 2;

/** Checkpoints that write proofs. */
export type PolicyName = Exclude<CheckpointName, 'judge'>;

export function checkpointRoot(context: RunContext, name: CheckpointName): string {
  return path.join(context.runDirectory, 'checkpoints', name);
}

/** The stage that leaves the checkpoints of a name. */
export const stageOf = { base: 'pretrain', sft: 'sft', rl: 'rl', rc: 'rc', judge: 'judge' } as const;

export interface RunCheckpoint {
  readonly directory: string;
  readonly step: number;
}

/**
 * The newest whole checkpoint of a stage under way, undefined before its first one; says which ones were passed over
 * and why. Throws when there are some and none is whole: beginning anew is for a person to decide.
 */
export async function findCheckpoint(
  context: RunContext,
  name: CheckpointName,
): Promise<RunCheckpoint | undefined> {
  const root = checkpointRoot(context, name);
  try {
    return await newestCheckpoint(root, ({ step, reason }) => {
      context.progress.remark(
        `checkpoint ${name}/${step} is not whole (${reason}); going back to the one before`,
      );
    });
  } catch (error) {
    if (!(error instanceof JournalError)) throw diskTrouble(error, root);
    throw new Error(
      `${error.message}. Restore one from a copy; or, while ${stageOf[name]} is unfinished, remove ` +
        `${shownPath(root)}: then the stage trains again from its beginning, on what was sampled and graded before`,
      { cause: error },
    );
  }
}

/** The checkpoint that a finished stage left, after its last step. Another one would be another run: it throws. */
export async function finalCheckpoint(context: RunContext, name: CheckpointName): Promise<RunCheckpoint> {
  const stage = stageOf[name];
  const found = await findCheckpoint(context, name);
  const last = (await lastStep(context.journal, stage))?.key;
  if (found !== undefined && String(found.step) === last) return found;
  throw new Error(
    `checkpoint ${name}/${last ?? '?'}, with which stage ${stage} ended, is missing or not whole, and what comes ` +
      `after it cannot begin from another. Restore ${shownPath(checkpointRoot(context, name))} from a copy, or begin a new run`,
  );
}

/** Saves the model after `step` optimiser steps, and lets older checkpoints of the stage go. */
export async function saveCheckpoint(
  context: RunContext,
  name: CheckpointName,
  step: number,
  model: TrainableModel,
): Promise<void> {
  const root = checkpointRoot(context, name);
  await writeCheckpoint(path.join(root, String(step)), async (directory) => {
    await model.save(directory, { optimiser: true });
    await copyTokenizerFiles(dataPath(context, 'tokenizer'), directory);
  });
  if (context.recipe.retention === 'all') return;
  await prune(root, keptWhileTraining);
}

/** Lets all but the last checkpoint of a finished stage go, unless the recipe keeps all. */
export async function pruneFinished(context: RunContext, name: CheckpointName): Promise<void> {
  if (context.recipe.retention === 'last') await prune(checkpointRoot(context, name), 1);
}

async function prune(root: string, keep: number): Promise<void> {
  const steps = (await readdir(root)).filter((entry) => /^\d+$/.test(entry)).map(Number);
  const old = steps.sort((a, b) => b - a).slice(keep);
  await Promise.all(old.map((step) => rm(path.join(root, String(step)), { recursive: true })));
}

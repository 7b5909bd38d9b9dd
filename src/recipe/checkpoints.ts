/**
 * The checkpoints of a run: `checkpoints/<name>/<step>/` in the Hugging Face layout, with tokenizer and trainer
 * state. NO-TORN-CHECKPOINT is kept by the store; here is which one to begin or to go on from.
 */
import { readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { TrainableModel } from '../engine/engine.ts';
import { newestCheckpoint, writeCheckpoint } from '../journal/checkpoint-store.ts';
import type { ChatFormat } from '../tokenizer/tokenizer.ts';
import type { RunContext } from './run-context.ts';

/** Checkpoints by name; `base`, `sft` and `rl` are left by the stages pretrain, sft and rl. */
export type CheckpointName = 'base' | 'sft' | 'rl';

/** Every how many saved checkpoints the older ones of an unfinished stage go. */
const keptWhileTraining = 2;

export function checkpointRoot(context: RunContext, name: CheckpointName): string {
  return path.join(context.runDirectory, 'checkpoints', name);
}

/** The newest whole checkpoint under a name; says which ones were passed over and why. */
export async function findCheckpoint(
  context: RunContext,
  name: CheckpointName,
): Promise<{ readonly directory: string; readonly step: number } | undefined> {
  return await newestCheckpoint(checkpointRoot(context, name), ({ step, reason }) => {
    context.progress.remark(
      `checkpoint ${name}/${step} is not whole (${reason}); going back to the one before`,
    );
  });
}

/** Saves the model after `step` optimiser steps, and lets older checkpoints of the stage go. */
export async function saveCheckpoint(
  context: RunContext,
  name: CheckpointName,
  step: number,
  model: TrainableModel,
  format: ChatFormat,
): Promise<void> {
  const root = checkpointRoot(context, name);
  await writeCheckpoint(path.join(root, String(step)), async (directory) => {
    await model.save(directory, { optimiser: true });
    await writeFile(path.join(directory, 'tokenizer.json'), format.tokenizer.json);
    await writeFile(path.join(directory, 'tokenizer_config.json'), format.tokenizer.configJson);
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

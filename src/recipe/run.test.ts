import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { silentProgress } from './progress.ts';
import { type RunOptions, runRecipe } from './run.ts';
import { recipeSchema } from './schema.ts';

const recipe = recipeSchema.parse({
  name: 'real',
  tokenizer: { kind: 'bpe', vocabularySize: 300 },
  data: { kind: 'harp', path: 'no-such-file.zip' },
  sft: { optimiser: { kind: 'adamw', learningRate: 1e-3 } },
});

async function inDirectory(use: (options: RunOptions) => Promise<void>): Promise<void> {
  const runDirectory = await mkdtemp(path.join(tmpdir(), 'qed-run-'));
  try {
    const signal = new AbortController().signal;
    const recipeDirectory = runDirectory;
    await use({
      recipe,
      recipeText: stringify(recipe),
      recipeDirectory,
      runDirectory,
      progress: silentProgress,
      signal,
    });
  } finally {
    await rm(runDirectory, { recursive: true });
  }
}

test('a run whose data could not be made is not held to its recipe: the mended one may use the directory', async () => {
  await inDirectory(async (options) => {
    await assert.rejects(runRecipe(options), /no-such-file\.zip.*aadityasingh\/HARP/);
    for (const name of ['recipe.yaml', 'data', 'metrics.jsonl', 'events.out.tfevents.qed']) {
      assert.equal(existsSync(path.join(options.runDirectory, name)), false, name);
    }
    const mended = { ...recipe, data: { ...recipe.data, path: 'another.zip' } } as typeof recipe;
    await assert.rejects(runRecipe({ ...options, recipe: mended }), /another\.zip/);
  });
});

test('a run that was begun goes on with its own recipe only', async () => {
  await inDirectory(async (options) => {
    const before = stringify({ ...recipe, seed: 5 });
    await writeFile(path.join(options.runDirectory, 'recipe.yaml'), before);
    await assert.rejects(runRecipe(options), /begun with another recipe \(seed: 5, now 1\)/);
    assert.equal(await readFile(path.join(options.runDirectory, 'recipe.yaml'), 'utf8'), before);
  });
});

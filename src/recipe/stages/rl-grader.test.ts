import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../../journal/fixtures/temporary-directory.ts';
import { silentProgress } from '../progress.ts';
import type { RunContext } from '../run-context.ts';
import { recipeSchema } from '../schema.ts';
import { openGrader } from './rl-grader.ts';

async function placesOf(grader: string): Promise<number> {
  const rl = recipeSchema.shape.rl.parse({
    ...{ steps: 1, grader, optimiser: { kind: 'adamw', learningRate: 1e-3 } },
  });
  // Of the context only who watches is asked.
  const context = { progress: silentProgress } as RunContext;
  const opened = await openGrader(context, rl ?? assert.fail('the schema has the stage'));
  await opened.close();
  return opened.places;
}

test('as many proofs are graded at a time as the model of the judge answers at a time', async (t) => {
  const file = path.join(temporaryDirectory(t), 'judge.yaml');
  const preset = {
    ...{ name: 'judge', description: 'a judge', model: 'judge', dialect: 'generic' },
    ...{ baseUrl: 'http://127.0.0.1:1/v1', maxTokens: 8, price: { prompt: 0, completion: 0 } },
    concurrency: { initial: 2, most: 7 },
  };
  // YAML reads JSON.
  writeFileSync(file, JSON.stringify(preset));
  assert.equal(await placesOf(file), 7);
  assert.equal(await placesOf('exact'), 256);
});

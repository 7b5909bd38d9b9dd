/** The frozen recipe as fields: values, defaults and what they mean. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { inPlace } from './fixtures/small-run.ts';
import { runRecipe } from './run-recipe.ts';

test('every field has its value, and where the schema knows them its default and its meaning', async () => {
  await inPlace(async ({ folder, workplace, run }) => {
    await run('a', async () => undefined);
    const { fields, text } = await runRecipe.read(workplace, { run: 'a' });
    const field = (name: string) => fields.find(({ path: own }) => own === name);
    assert.match(text, /name: small/);
    assert.deepEqual([field('rl.groupSize')?.value, field('rl.groupSize')?.standard], ['4', '16']);
    assert.match(field('rl.groupSize')?.meaning ?? '', /Attempts at one problem/);
    assert.match(field('rl.optimiser.learningRate')?.meaning ?? '', /learning rate/);
    assert.equal(field('rl.optimiser.learningRate')?.standard, null);
    writeFileSync(path.join(folder, 'a', 'recipe.yaml'), 'name: [');
    assert.deepEqual(await runRecipe.read(workplace, { run: 'a' }), { text: 'name: [', fields: [] });
  });
});

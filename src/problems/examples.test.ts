import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryDirectory } from '../journal/fixtures/temporary-directory.ts';
import { readExamples, type SupervisedExample } from './examples.ts';

async function all(file: string): Promise<SupervisedExample[]> {
  const examples: SupervisedExample[] = [];
  for await (const example of readExamples(file)) examples.push(example);
  return examples;
}

const golden = (name: string) => fileURLToPath(new URL(`../../golden/${name}`, import.meta.url));

test('conversations of a Parquet file are those that it has, without its other columns', async () => {
  const examples = await all(golden('conversations/conversations.parquet'));
  assert.equal(examples.length, 4);
  assert.deepEqual(examples[3], {
    messages: [
      { role: 'user', content: 'Show that 8 is even.' },
      { role: 'assistant', content: '<think>2 · 4 = 8.</think>8 is twice 4.' },
    ],
    tags: {},
  });
});

test('a table without conversations is refused by its row', async (t) => {
  const file = path.join(temporaryDirectory(t), 'other.parquet');
  copyFileSync(golden('parquet/snappy.parquet'), file);
  await assert.rejects(all(file), /other\.parquet: row 1: field messages: /);
});

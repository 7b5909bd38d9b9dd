/** Lines by pages: the same lines wherever reading begins, however they lie in the chunks, and when the file is another. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../../journal/fixtures/temporary-directory.ts';
import { LineIndex } from './line-index.ts';

async function read(index: LineIndex, first: number, count: number): Promise<[number, string][]> {
  const found: [number, string][] = [];
  for await (const { number, text } of index.lines(first, count)) found.push([number, text]);
  return found;
}

test('any page is the lines that it should be, also behind long lines and without a last line feed', async (t) => {
  const file = path.join(temporaryDirectory(t), 'rows.jsonl');
  const lines = Array.from(
    { length: 1703 },
    (_, line) => `${line + 1} ${'ü'.repeat(line % 7 === 0 ? 9000 : 3)}`,
  );
  writeFileSync(file, lines.join('\n'));
  const index = new LineIndex(file);
  for (const first of [1, 500, 501, 1700, 2, 1001, 1704]) {
    const wanted = lines.slice(first - 1, first + 3).map((text, at) => [first + at, text]);
    assert.deepEqual(await read(index, first, 4), wanted, `from ${first}`);
  }
  assert.equal(await index.count(), 1703);
});

test('a file that became another is read anew', async (t) => {
  const file = path.join(temporaryDirectory(t), 'rows.jsonl');
  writeFileSync(file, 'a\n'.repeat(1200));
  const index = new LineIndex(file);
  assert.equal(await index.count(), 1200);
  writeFileSync(file, 'other line\n'.repeat(700));
  assert.deepEqual(await read(index, 600, 1), [[600, 'other line']]);
  assert.equal(await index.count(), 700);
});

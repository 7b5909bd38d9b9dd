import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { hashDataFiles, verifyDataFiles } from './data-files.ts';

test('a data file that is missing or altered is named; untouched ones pass', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'qed-data-'));
  try {
    await mkdir(path.join(directory, 'tokenizer'));
    await writeFile(path.join(directory, 'train.jsonl'), '{}\n');
    await writeFile(path.join(directory, 'tokenizer', 'tokenizer.json'), '{}');
    const recorded = await hashDataFiles(directory);
    assert.deepEqual(Object.keys(recorded).sort(), ['tokenizer/tokenizer.json', 'train.jsonl']);
    await verifyDataFiles(directory, recorded);
    await writeFile(path.join(directory, 'train.jsonl'), '{ }\n');
    await assert.rejects(verifyDataFiles(directory, recorded), /train\.jsonl is altered/);
    await rm(directory, { recursive: true });
    await assert.rejects(verifyDataFiles(directory, recorded), /is missing since this run wrote it; restore/);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

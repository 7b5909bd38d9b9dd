import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { readProblems } from '../problems/problem-file.ts';
import { type DataRow, dataRowSchema } from './data-row.ts';
import { readDataRows, readStepRecord, rowsPath, StepWriter } from './step-files.ts';

const rowOf = (id: string, source: string): DataRow =>
  dataRowSchema.parse({ id, statement: `Prove ${id}.`, origin: { source, row: 1 } });

function scratch(t: { after(work: () => void): void }): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'qed-step-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

test('a step leaves its rows, what left with reasons, and counts that add up', async (t) => {
  const directory = path.join(scratch(t), 'filter');
  const writer = await StepWriter.open(directory);
  await writer.keep(rowOf('a', 'aops'));
  await writer.keep(rowOf('b', 'harp'));
  await writer.drop({ reason: 'has-image', detail: '[asy]', row: rowOf('c', 'aops') });
  assert.throws(() => rowsPath(directory), /neither a \.jsonl file of rows nor/);
  await writer.finish({ step: 'filter', settings: { year: 2025 }, inputs: [] });
  const record = readStepRecord(directory);
  assert.deepEqual(record?.kept, { aops: 1, harp: 1 });
  assert.deepEqual(record?.dropped, { 'has-image': { aops: 1 } });
  const rows: string[] = [];
  for await (const { item } of readDataRows(directory)) rows.push(item.id);
  assert.deepEqual(rows, ['a', 'b']);
  assert.deepEqual(
    (await readProblems(rowsPath(directory))).map(({ id }) => id),
    ['a', 'b'],
  );
});

test('what was abandoned leaves the earlier result as it was', async (t) => {
  const directory = scratch(t);
  const first = await StepWriter.open(directory);
  await first.keep(rowOf('a', 'aops'));
  await first.finish({ step: 'filter', settings: {}, inputs: [] });
  const before = readFileSync(path.join(directory, 'rows.jsonl'), 'utf8');
  const second = await StepWriter.open(directory);
  await second.keep(rowOf('b', 'aops'));
  await second.abandon();
  assert.equal(readFileSync(path.join(directory, 'rows.jsonl'), 'utf8'), before);
  assert.equal(existsSync(path.join(directory, 'rows.jsonl.part')), false);
});

test('rows are written as they come, under backpressure', async (t) => {
  const directory = scratch(t);
  const writer = await StepWriter.open(directory);
  for (let i = 0; i < 2_000; i += 1)
    await writer.keep({ ...rowOf(`p${i}`, 's'), statement: 'x'.repeat(500) });
  const record = await writer.finish({ step: 'import', settings: {}, inputs: [] });
  assert.deepEqual(record.kept, { s: 2_000 });
  let count = 0;
  for await (const _ of readDataRows(directory)) count += 1;
  assert.equal(count, 2_000);
});

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { type DataRow, dataRowSchema } from '../data-row.ts';
import { StepWriter } from '../step-files.ts';
import { dataCard } from './data-card.ts';

const row = (id: string, source: string, licence?: string): DataRow =>
  dataRowSchema.parse({ id, statement: `Prove ${id}.`, origin: { source, row: 1 }, licence });

test('the card counts sources with their licences, and says what each step took out and why', async (t) => {
  const root = mkdtempSync(path.join(tmpdir(), 'qed-card-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const [first, second] = [path.join(root, '1'), path.join(root, '2')];
  const imported = await StepWriter.open(first);
  for (const id of ['a', 'b', 'c']) await imported.keep(row(id, 'harp', 'MIT'));
  await imported.keep(row('d', 'my|own'));
  await imported.finish({
    step: 'import',
    settings: { sources: [{ card: 'harp', part: 'proofs', revision: 'abc', sha256: 'f00', fields: 'x' }] },
    inputs: [],
  });
  const filtered = await StepWriter.open(second);
  await filtered.keep(row('a', 'harp', 'MIT'));
  await filtered.keep(row('d', 'my|own'));
  await filtered.drop({ reason: 'image', detail: '[asy]', row: row('b', 'harp', 'MIT') });
  await filtered.drop({ reason: 'image', detail: '[asy]', row: row('c', 'harp', 'MIT') });
  await assert.rejects(dataCard({ name: 'set', description: '', steps: [first, second] }), /not finished/);
  await filtered.finish({ step: 'filter', settings: { years: [2025] }, inputs: [] });

  const card = await dataCard({ name: 'set', description: 'A set.', steps: [first, second] });
  assert.match(card, /^---\npretty_name: set\nlicense: other\nlicense_name: MIT, unknown\n/);
  assert.match(card, /2 problems: 0 with a solution/);
  assert.match(card, /\| harp \| 1 \| MIT \| .*HARP/);
  assert.match(card, /\| my\\\|own \| 1 \| unknown \|/);
  assert.match(
    card,
    /### 1\. import: 4 → 4\n\nSettings: `\{"sources":\[\{"card":"harp","part":"proofs","revision":"abc"\}\]\}`/,
  );
  assert.match(card, /### 2\. filter: 4 → 2\n\n\| left for \| rows \|\n\|---\|---:\|\n\| image \| 2 \|/);
  assert.equal(await dataCard({ name: 'set', description: 'A set.', steps: [first, second] }), card);
});

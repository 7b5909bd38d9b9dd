import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { type DataRow, dataRowSchema } from '../data-row.ts';
import { type StepRecord, StepWriter } from '../step-files.ts';
import { curationPage } from './curation-page.ts';
import { dataCard } from './data-card.ts';
import { funnelOf } from './funnel.ts';
import { stepStatistics } from './step-statistics.ts';

function scratch(t: TestContext): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'qed-report-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const rowOf = (id: string, source: string, parts: Partial<DataRow> = {}): DataRow =>
  dataRowSchema.parse({ id, statement: `Prove ${id}.`, origin: { source, row: 1 }, ...parts });

async function stepIn(directory: string): Promise<StepRecord> {
  const writer = await StepWriter.open(directory);
  const hostile = '<script>alert(1)</script> and $\\href{javascript:alert(1)}{x}$ and $x^2$';
  await writer.keep(rowOf('a', 'aops', { statement: hostile, solutions: ['x'.repeat(10), 'x'.repeat(30)] }));
  await writer.keep(rowOf('b', 'harp', { guidelines: 'Checkpoints' }));
  await writer.drop({ reason: 'figure', detail: '<img src=x onerror=alert(1)>', row: rowOf('c', 'aops') });
  await writer.drop({ reason: 'odd', detail: 'why', row: rowOf('d', 'harp') });
  const sources = {
    aops: { title: 'AoPS', licence: 'MIT', attribution: 'them', caveats: ['Noisy.'], revision: 'abc' },
  };
  return await writer.finish({ step: 'filter', settings: { off: [] }, inputs: [], figures: { sources } });
}

test('statistics are those of the rows that went on', async (t) => {
  const directory = scratch(t);
  await stepIn(directory);
  const found = await stepStatistics(directory, { samples: 2, seed: 1 });
  assert.deepEqual([found.kept, found.dropped, found.withoutSolution, found.withScheme], [2, 2, 1, 1]);
  assert.deepEqual(found.solutions, { count: 2, median: 10, within95: 30, longest: 30 });
  assert.equal(found.statements?.count, 2);
  assert.deepEqual(
    found.samples.map(({ reason }) => reason),
    [undefined, undefined, 'figure', 'odd'],
  );
  await assert.rejects(stepStatistics(path.join(directory, 'x'), { samples: 0, seed: 1 }), /no step\.json/);
});

test('the page shows rows as text and mathematics, and nothing of them can run', async (t) => {
  const directory = scratch(t);
  await stepIn(directory);
  const page = curationPage([await stepStatistics(directory, { samples: 3, seed: 1 })], {
    title: '<b>T',
    version: '0',
  });
  assert.doesNotMatch(page, /<script|<img|href=|<b>T/);
  assert.match(page, /&lt;script&gt;/);
  assert.match(page, /<msup>/);
  assert.match(page, /2 of 4 problems are left/);
  assert.match(page, /default-src 'none'/);
  assert.match(page, /aria-label="Rows left: came in: 4; figure: 3; odd: 2"/);
});

test('the funnel goes down by what each reason took, in the order of the rules, over steps', () => {
  const recordOf = (step: string, kept: number, dropped: Record<string, number>): StepRecord => ({
    ...{ step, settings: {}, inputs: [], rows: { sha256: '', bytes: 0 }, figures: {} },
    kept: { s: kept },
    dropped: Object.fromEntries(Object.entries(dropped).map(([reason, count]) => [reason, { s: count }])),
  });
  const bars = funnelOf([
    recordOf('import', 10, {}),
    recordOf('filter', 6, { 'no-solution': 1, language: 3 }),
    recordOf('rubrics', 6, {}),
  ]);
  assert.deepEqual(
    bars.map(({ step, reason, left, lost }) => [step, reason, left, lost]),
    [
      ['import', undefined, 10, 0],
      ['filter', 'language', 7, 3],
      ['filter', 'no-solution', 6, 1],
      ['rubrics', undefined, 6, 0],
    ],
  );
  assert.deepEqual(funnelOf([]), []);
});

test('the card names licences and whom to name, counts by source, steps and caveats', async (t) => {
  const record = await stepIn(scratch(t));
  const card = dataCard({ name: 'Proofs', records: [record], version: '0.1' });
  assert.match(card, /^---\npretty_name: "Proofs"\nlicense: other\nlicense_name: "MIT AND unknown"\n/);
  assert.match(card, /\| aops \| MIT \| 2 \| 1 \| them \| abc \|/);
  assert.match(card, /\| harp \| unknown \| 2 \| 1 \|/);
  assert.match(card, /4 rows came in, 2 went on; left: figure 1, odd 1\./);
  assert.match(card, /- aops: Noisy\./);
});

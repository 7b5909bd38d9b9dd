import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { type DataRow, dataRowSchema } from '../curate/data-row.ts';
import { readDataRows, StepWriter } from '../curate/step-files.ts';
import { parseHubPlace } from '../problems/remote/hub-place.ts';
import { readCardHead } from './card-head.ts';
import { dataFolderFaults } from './check-data-folder.ts';
import { writeDataFolder } from './data-folder.ts';

const place = parseHubPlace('hub:me/proofs');
const sources = { aops: { title: 'AoPS', licence: 'MIT', attribution: 'them', caveats: ['Noisy.'] } };
const against = [
  { name: 'imo-proofbench', digest: 'd', problems: 60 },
  { name: 'imo-answerbench', digest: 'd', problems: 400 },
];
const schemeBy = { model: 'author@10.1.2.3:8000/v1', prompt: 'abc' };
const rows = [
  { id: 'a', statement: 'Prove a.', solutions: ['It holds.'], tags: { year: 2001 } },
  { id: 'b', statement: 'Prove b.', tags: { year: '1999-2000' }, licence: 'MIT', schemeBy },
];

interface Made {
  readonly scratch: string;
  readonly last: string;
  readonly to: string;
}

/** An import and a decontamination, as `qed data` leaves them. */
async function curated(t: TestContext, own: readonly object[] = rows): Promise<Made> {
  const scratch = mkdtempSync(path.join(tmpdir(), 'qed-data-'));
  t.after(() => rmSync(scratch, { recursive: true }));
  const raw = path.join(scratch, 'corpus.jsonl');
  writeFileSync(raw, 'as it came');
  let input = raw;
  for (const [step, settings] of [
    ['import', {}],
    ['decontaminate', { against }],
  ] as const) {
    const directory = path.join(scratch, step);
    const writer = await StepWriter.open(directory);
    for (const row of own) await writer.keep(rowOf(row));
    await writer.finish({ step, settings, inputs: [input], figures: step === 'import' ? { sources } : {} });
    input = path.join(directory, 'rows.jsonl');
  }
  return { scratch, last: path.join(scratch, 'decontaminate'), to: path.join(scratch, 'out') };
}

function rowOf(row: object): DataRow {
  return dataRowSchema.parse({ origin: { source: 'aops', row: 1 }, ...row });
}

test('a curated set becomes rows and a card with columns, counts, licences and steps', async (t) => {
  const { last, to } = await curated(t);
  const { splits, licences, remarks } = await writeDataFolder({ from: last, to, place });
  assert.deepEqual(
    splits.map(({ config, split, path: file, rows: count }) => [config, split, file, count]),
    [['default', 'train', 'data/default-train.jsonl', 2]],
  );
  assert.deepEqual([licences, remarks], [['MIT'], []]);
  assert.deepEqual(await dataFolderFaults(to), []);
  const card = readFileSync(path.join(to, 'README.md'), 'utf8');
  const head = readCardHead(card, 'README.md') as { license: string; dataset_info: { splits: unknown }[] };
  assert.equal(head.license, 'mit');
  const bytes = readFileSync(path.join(to, 'data', 'default-train.jsonl')).length;
  assert.deepEqual(head.dataset_info[0]?.splits, [{ name: 'train', num_bytes: bytes, num_examples: 2 }]);
  assert.match(card, /\| aops \| MIT \| 2 \| 2 \| them \|/);
  assert.match(card, /### decontaminate/);
  assert.match(card, /IMO-ProofBench or IMO-AnswerBench were taken out/);
  const text = readFileSync(path.join(to, 'data', 'default-train.jsonl'), 'utf8');
  assert.match(text, /"model":"author@private-address"/);
  // Years are texts in one row and numbers in the other: texts in both.
  const back = [];
  for await (const { item } of readDataRows(path.join(to, 'data', 'default-train.jsonl')))
    back.push(item.tags.year);
  assert.deepEqual(back, ['2001', '1999-2000']);
});

test('a set whose making is not on record, or that was not decontaminated, is refused', async (t) => {
  const { scratch, last, to } = await curated(t);
  await assert.rejects(
    writeDataFolder({ from: path.join(scratch, 'import'), to, place }),
    /was not compared with all/,
  );
  rmSync(path.join(scratch, 'import'), { recursive: true });
  await assert.rejects(writeDataFolder({ from: last, to, place }), /the step before it is not found/);
  await assert.rejects(writeDataFolder({ from: scratch, to, place }), /no data set is there/);
  assert.equal(existsSync(to), false);
});

test('one row of IMO-Bench stops the whole, and nothing is left', async (t) => {
  const { last, to } = await curated(t, [...rows, { id: 'PB-Basic-001', statement: 'Prove c.' }]);
  await assert.rejects(
    writeDataFolder({ from: last, to, place }),
    /rows\.jsonl:3: its id PB-Basic-001 is one of IMO-Bench.*nothing is written/,
  );
  assert.equal(existsSync(to), false);
});

test('a doubtful licence is told, and the one that is given wins', async (t) => {
  const { last, scratch, to } = await curated(t);
  const step = path.join(scratch, 'import', 'step.json');
  writeFileSync(step, readFileSync(step, 'utf8').replace('"MIT"', '"see https://example.org"'));
  const { remarks } = await writeDataFolder({ from: last, to, place });
  assert.match(remarks[0] ?? '', /only known as "see https:\/\/example\.org": find out/);
  const given = await writeDataFolder({ from: last, to, place, licence: 'CC-BY-4.0' });
  assert.deepEqual(given.licences, ['CC-BY-4.0']);
});

test('the check finds what the card does not say', async (t) => {
  const { last, to } = await curated(t);
  await writeDataFolder({ from: last, to, place });
  const file = path.join(to, 'data', 'default-train.jsonl');
  appendFileSync(file, '{"id": "c", "statement": "Prove c."}\n');
  assert.deepEqual(await dataFolderFaults(to), ['default/train: the card says 2 rows, there are 3']);
  appendFileSync(file, '{"id": "d", "stranger": 1}\n');
  assert.deepEqual(await dataFolderFaults(to), [
    "data/default-train.jsonl:4: column stranger is not in the card's features",
  ]);
  rmSync(file);
  assert.deepEqual(await dataFolderFaults(to), ['default/train: the card names no file of it that is there']);
});

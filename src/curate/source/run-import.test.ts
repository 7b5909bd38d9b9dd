import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { hubServer } from '../../problems/remote/fixtures/hub-server.ts';
import { readDataRows, type StepRecord } from '../step-files.ts';
import { parseCard } from './load-card.ts';
import { type ImportOptions, runImport } from './run-import.ts';
import { parseSourceSpec } from './source-spec.ts';

const shared = fileURLToPath(new URL('../../../../shared/data/', import.meta.url));

function scratch(t: TestContext): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'qed-import-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const card = parseCard(
  `name: mine
title: Mine
licence: CC-BY-4.0
attribution: me
get: Ask me.
files: [{ path: mine/*.jsonl }]
fields: { id: [name], statement: problem }
`,
  'mine.yaml',
);

/** Two files; every tenth row has no statement, and names repeat. */
function corpus(directory: string): void {
  for (const [index, name] of ['a.jsonl', 'b.jsonl'].entries()) {
    const lines = Array.from({ length: 50 }, (_, row) =>
      JSON.stringify({ name: `n${row % 30}`, problem: row % 10 === 9 ? '' : `Prove ${index} ${row}.` }),
    );
    writeFileSync(path.join(directory, name), `${lines.join('\n')}\n`);
  }
}

const bytesOf = (directory: string): string[] =>
  ['rows.jsonl', 'dropped.jsonl', 'step.json'].map((name) =>
    readFileSync(path.join(directory, name), 'utf8'),
  );

test('rows keep their order, have ids of their own and say where they come from', async (t) => {
  const directory = scratch(t);
  corpus(directory);
  const out = path.join(directory, 'out');
  const record = await runImport({
    ...{ sources: [{ card, parts: undefined }], directory: out, from: directory, environment: {} },
  });
  assert.deepEqual(record.kept, { mine: 90 });
  assert.deepEqual(record.dropped, { 'no-statement': { mine: 10 } });
  const rows = [];
  for await (const { item } of readDataRows(out)) rows.push(item);
  assert.equal(new Set(rows.map(({ id }) => id)).size, 90);
  assert.equal(rows[0]?.id, 'mine-n0');
  const { origin, licence } = rows[45] ?? {};
  assert.deepEqual([origin?.file, origin?.row, licence], ['b.jsonl', 1, 'CC-BY-4.0']);
  assert.match(origin?.revision ?? '', /^[\da-f]{64}$/);
  assert.equal(record.figures.repeatedIds, 70);
});

test('stopped anywhere, the same import goes on, and leaves what an undisturbed one leaves', async (t) => {
  const directory = scratch(t);
  corpus(directory);
  const run = (out: string, more: Partial<ImportOptions> = {}): Promise<StepRecord> =>
    runImport({
      ...{ sources: [{ card, parts: undefined }], directory: out, from: directory, environment: {} },
      ...{ rowsBetweenRecords: 7, ...more },
    });
  const whole = path.join(directory, 'whole');
  await run(whole);
  for (const stopAt of [1, 7, 8, 49, 50, 51, 99, 100]) {
    const out = path.join(directory, `stopped-${stopAt}`);
    const controller = new AbortController();
    let seen = 0;
    const onRows = () => {
      seen += 1;
      if (seen === stopAt) controller.abort();
    };
    await assert.rejects(run(out, { signal: controller.signal, onRows }), { name: 'AbortError' });
    assert.equal(existsSync(path.join(out, 'step.json')), false);
    // What a kill leaves behind the last record is not trusted.
    writeFileSync(path.join(out, 'rows.jsonl.part'), '{"torn":', { flag: 'a' });
    const remarks: string[] = [];
    let again = 0;
    await run(out, { onRemark: (text) => remarks.push(text), onRows: () => again++ });
    assert.deepEqual(bytesOf(out), bytesOf(whole), `stopped at ${stopAt}`);
    assert.equal(again, 100 - stopAt, 'only what was not done is done');
    assert.match(remarks.join(), /going on after row/);
    assert.equal(existsSync(path.join(out, 'import-progress.json')), false);
  }
});

test('other settings, other files or rows that are gone begin anew', async (t) => {
  const directory = scratch(t);
  corpus(directory);
  const out = path.join(directory, 'out');
  const options = {
    ...{ sources: [{ card, parts: undefined }], directory: out, from: directory, environment: {} },
    rowsBetweenRecords: 5,
  };
  const stopped = async (): Promise<void> => {
    const signal = AbortSignal.abort();
    await assert.rejects(runImport({ ...options, signal }), { name: 'AbortError' });
  };
  let rows = 0;
  const onRows = () => {
    rows += 1;
  };
  await stopped();
  assert.deepEqual((await runImport({ ...options, limit: 20, onRows })).kept, { mine: 18 });
  assert.equal(rows, 20);
  await stopped();
  rmSync(path.join(out, 'rows.jsonl.part'));
  rows = 0;
  await runImport({ ...options, onRows });
  assert.equal(rows, 100);
});

test('files that are not the card’s are refused, or taken when told so; what is missing is named', async (t) => {
  const directory = scratch(t);
  writeFileSync(path.join(directory, 'a.jsonl'), '{"name":"x","problem":"p"}\n');
  const pinned = { ...card, files: [{ path: 'mine/a.jsonl', sha256: '0'.repeat(64) }] };
  const options = {
    ...{ sources: [{ card: pinned, parts: undefined }], directory: path.join(directory, 'out') },
    ...{ from: directory, environment: {} },
  };
  await assert.rejects(runImport(options), /not the file that the card of mine describes .*Ask me\./s);
  assert.deepEqual((await runImport({ ...options, acceptOther: true })).kept, { mine: 1 });
  const elsewhere = { ...options, from: path.join(directory, 'out') };
  await assert.rejects(runImport(elsewhere), /neither mine\/a\.jsonl nor a\.jsonl is in it\. Ask me\./);
  await assert.rejects(runImport({ ...options, from: undefined }), /Ask me\./);
});

test('a data set of the hub is read at the commit that it resolves to, and later without the hub', async (t) => {
  const cache = scratch(t);
  const server = await hubServer(t, cache);
  const sha = 'a'.repeat(40);
  const line = JSON.stringify({
    ...{ problem: 'Prove it.', source: 'aops', rubrics: 'Checkpoints', rewards: [1, 0, 0, null] },
  });
  server.publish('lm-provers/FineProofs-RL', 'main', {
    sha,
    files: { 'data/train-00000-of-00001.jsonl': `${line}\n` },
    card: { license: 'apache-2.0' },
  });
  const spec = parseSourceSpec('fineproofs-rl');
  const sources = [{ ...spec, card: { ...spec.card, reader: 'jsonl' as const } }];
  const options = { sources, directory: path.join(cache, 'out'), environment: server.environment };
  const record = await runImport(options);
  assert.deepEqual(record.kept, { 'fineproofs-rl': 1 });
  for await (const { item } of readDataRows(options.directory)) {
    assert.equal(item.origin?.revision, sha);
    assert.equal(item.guidelines, 'Checkpoints');
    assert.deepEqual([item.difficulty?.attempts, item.difficulty?.ungraded], [3, 1]);
    assert.deepEqual(item.tags, { subset: 'aops', kind: 'proof' });
  }
});

test('the collections have the rows that their descriptions count', {
  skip: existsSync(shared) ? false : '../shared is not here',
}, async (t) => {
  const directory = scratch(t);
  const names = ['olympiadbench:all', 'harp', 'omni-math-rule', 'national-olympiads-bank', 'proofnet'];
  const sources = [...names, 'ineqmath', 'open-proof-corpus'].map(parseSourceSpec);
  const record = await runImport({ sources, directory, from: shared, environment: {} });
  assert.deepEqual(record.kept, {
    ...{ olympiadbench: 1495 + 790 + 4239, harp: 4780 + 310, 'omni-math-rule': 2821 },
    ...{ 'national-olympiads-bank': 181 + 79 + 351 + 72 + 135 + 123, proofnet: 186 + 185, ineqmath: 200 },
    'open-proof-corpus': 137,
  });
  assert.deepEqual(record.dropped, {});
  const ids = new Set<string>();
  const found = { proofs: 0, chinese: 0, mathpix: 0, several: 0, harpSolutions: 0, harpYears: 0, pending: 0 };
  for await (const { item } of readDataRows(directory)) {
    ids.add(item.id);
    const { source } = item.origin ?? {};
    const { language, kind, level, year } = item.tags;
    if (source === 'harp') found.harpSolutions += item.solutions.length;
    if (source === 'harp' && typeof year === 'number') found.harpYears += 1;
    if (source !== 'olympiadbench' || level === 'school') continue;
    if (kind === 'proof') found.proofs += 1;
    if (kind === 'proof' && language === 'zh') found.chinese += 1;
    if (language === 'en' && /cdn\.mathpix/.test(JSON.stringify(item))) found.mathpix += 1;
    if (language === 'en' && item.solutions.length > 1) found.several += 1;
    if (item.answer?.includes('证明题') === true) found.pending += 1;
  }
  assert.equal(ids.size, 16_084);
  assert.deepEqual(found, {
    ...{ proofs: 845, chinese: 280, mathpix: 503, several: 457 },
    ...{ harpSolutions: 10_221 + 613, harpYears: 5090, pending: 0 },
  });
});

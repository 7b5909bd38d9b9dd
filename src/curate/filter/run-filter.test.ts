import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readJsonLines } from '../../problems/json-lines.ts';
import { runImport } from '../source/run-import.ts';
import { parseSourceSpec } from '../source/source-spec.ts';
import { defaultFilterSettings, filterSettingsSchema } from './filter-settings.ts';
import { rowOf } from './fixtures/check-rule.ts';
import { type Label, labelSchema, rowDigest } from './label.ts';
import { loadFilterSettings } from './load-settings.ts';
import { measureRules } from './measure-rules.ts';
import { filterReasons } from './rules.ts';
import { runFilter } from './run-filter.ts';

const shared = fileURLToPath(new URL('../../../../shared/data/', import.meta.url));
const golden = fileURLToPath(new URL('../../../golden/filter/labels.jsonl', import.meta.url));

function scratch(t: TestContext): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'qed-filter-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const proof = `Suppose it is not. ${'Then each point lies on the line, which cannot be. '.repeat(4)}`;
const rows = [
  rowOf({ solutions: [proof, 'Trivial.'] }),
  rowOf({ statement: 'In the figure, prove that $x$ is prime, and more.', solutions: [proof] }),
  rowOf({ statement: 'Compute the value of $1+2+3+4$, and then of $5$.', solutions: [proof] }),
].map((row, index) => ({
  ...row,
  id: `p${index}`,
  origin: { source: index < 2 ? 'a' : 'b', row: index + 1 },
}));

function inputOf(directory: string): string {
  const input = path.join(directory, 'raw.jsonl');
  writeFileSync(input, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return input;
}

const linesOf = (file: string): { id: string }[] =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: string });

test('what leaves says why, what stays keeps its sound solutions, and the same input gives the same bytes', async (t) => {
  const directory = scratch(t);
  const input = inputOf(directory);
  const run = (out: string) =>
    runFilter({ input, out, settings: defaultFilterSettings, samples: 2, toLabel: 2, seed: 1 });
  const record = await run(path.join(directory, 'one'));
  await run(path.join(directory, 'two'));
  assert.deepEqual(record.kept, { a: 1 });
  assert.deepEqual(record.dropped, { figure: { a: 1 }, 'final-answer': { b: 1 } });
  assert.deepEqual(record.figures, {
    allReasons: { figure: { a: 1 }, 'final-answer': { b: 1 } },
    solutionsRemoved: 1,
  });
  assert.match(readFileSync(path.join(directory, 'one', 'dropped.jsonl'), 'utf8'), /In the figure, prove/);
  assert.equal(linesOf(path.join(directory, 'one', 'to-label.jsonl')).length, 3);
  for (const name of ['rows.jsonl', 'dropped.jsonl', 'step.json', 'samples.json'])
    assert.equal(
      readFileSync(path.join(directory, 'one', name), 'utf8'),
      readFileSync(path.join(directory, 'two', name), 'utf8'),
    );
});

test('stopped, it leaves what was there before', async (t) => {
  const directory = scratch(t);
  const input = inputOf(directory);
  const out = path.join(directory, 'out');
  const options = { input, out, settings: defaultFilterSettings, samples: 1, seed: 1 };
  await runFilter(options);
  const before = readFileSync(path.join(out, 'rows.jsonl'), 'utf8');
  await assert.rejects(runFilter({ ...options, signal: AbortSignal.abort() }), { name: 'AbortError' });
  assert.equal(readFileSync(path.join(out, 'rows.jsonl'), 'utf8'), before);
  assert.equal(existsSync(path.join(out, 'rows.jsonl.part')), false);
});

test('precision and recall are those of the labels; labels of other rows are refused', async (t) => {
  const input = inputOf(scratch(t));
  const labelOf = (index: number, reasons: string[], stratum: string): Label => {
    const row = rows[index];
    if (row === undefined) throw new Error('no such row');
    return { id: row.id, digest: rowDigest(row), half: 'test', stratum, reasons };
  };
  const labels = [
    labelOf(0, ['no-question'], 'kept'),
    labelOf(1, ['figure'], 'figure'),
    labelOf(2, [], 'final-answer'),
  ];
  const measured = (await measureRules(input, labels, defaultFilterSettings)).find(
    ({ half }) => half === 'test',
  );
  const rateOf = (reason: string) => measured?.rules.find((rule) => rule.reason === reason);
  assert.deepEqual([rateOf('figure')?.precision.hits, rateOf('figure')?.precision.of], [1, 1]);
  assert.deepEqual([rateOf('final-answer')?.precision.hits, rateOf('final-answer')?.precision.of], [0, 1]);
  assert.deepEqual(rateOf('final-answer')?.wrong, ['p2']);
  assert.deepEqual(rateOf('no-question')?.missed, ['p0']);
  assert.deepEqual([measured?.precision.hits, measured?.precision.of], [1, 2]);
  assert.deepEqual([measured?.recall.hits, measured?.recall.of], [1, 2]);
  assert.deepEqual([measured?.missedAmongKept.hits, measured?.missedAmongKept.of], [1, 1]);
  const other = { ...labelOf(0, [], 'kept'), digest: '0'.repeat(16) };
  await assert.rejects(measureRules(input, [other], defaultFilterSettings), /p0: .* of another text/);
  const absent = { ...labelOf(0, [], 'kept'), id: 'q' };
  await assert.rejects(measureRules(input, [absent], defaultFilterSettings), /such as q/);
});

test('settings of a file are checked, fault by fault, with lines', (t) => {
  const file = path.join(scratch(t), 'filter.yaml');
  writeFileSync(file, 'languages: [en, fr]\nleastSolution: 300\n');
  assert.deepEqual(
    loadFilterSettings(file),
    filterSettingsSchema.parse({ languages: ['en', 'fr'], leastSolution: 300 }),
  );
  writeFileSync(file, 'languages: [en]\nleastSolution: many\nlanguage: fr\n');
  assert.throws(
    () => loadFilterSettings(file),
    /filter\.yaml:2 {2}leastSolution: .*\n.*"language"; there is languages/s,
  );
  assert.throws(() => loadFilterSettings(`${file}.absent`), /cannot be read/);
});

test('labels name reasons that there are, by rows that are drawn once', async () => {
  const ids = new Set<string>();
  let count = 0;
  for await (const label of readJsonLines(golden, labelSchema)) {
    count += 1;
    ids.add(label.id);
    for (const reason of label.reasons) assert.ok([...filterReasons, 'ill-posed'].includes(reason), reason);
  }
  assert.equal(ids.size, count);
  assert.ok(count >= 200);
});

test('on the labelled rows the rules are as right as the documentation says', {
  skip: existsSync(shared) ? false : '../shared is not here',
}, async (t) => {
  const directory = scratch(t);
  const names = ['olympiadbench', 'harp', 'omni-math-rule', 'national-olympiads-bank', 'proofnet'];
  const sources = [...names, 'ineqmath', 'open-proof-corpus'].map(parseSourceSpec);
  await runImport({ sources, directory, from: shared, environment: {} });
  const labels: Label[] = [];
  for await (const label of readJsonLines(golden, labelSchema)) labels.push(label);
  for (const measured of await measureRules(directory, labels, defaultFilterSettings)) {
    const { precision, recall, missedAmongKept } = measured;
    assert.ok(precision.hits / precision.of >= 0.95, `precision ${precision.hits}/${precision.of}`);
    assert.ok(recall.hits / recall.of >= 0.95, `recall ${recall.hits}/${recall.of}`);
    assert.ok(missedAmongKept.hits / missedAmongKept.of <= 0.05);
  }
});

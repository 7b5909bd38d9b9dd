import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { strToU8, zipSync } from 'fflate';
import { fromTheStart, type ReadFrom, type SourceRow } from './source-row.ts';
import { type SourceRowsOptions, sourceRows } from './source-rows.ts';

const golden = fileURLToPath(new URL('../../../golden/parquet/snappy.parquet', import.meta.url));

function scratch(t: {
  after(work: () => void): void;
}): (name: string, content: string | Uint8Array) => string {
  const directory = mkdtempSync(path.join(tmpdir(), 'qed-source-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return (name, content) => {
    const file = path.join(directory, name);
    writeFileSync(file, content);
    return file;
  };
}

const fields = { statement: ['problem', 'statement'], placeholders: [] };

async function rowsOf(
  file: string,
  {
    from = fromTheStart,
    member,
    nested = false,
    columns,
  }: Partial<SourceRowsOptions & { nested: boolean }> = {},
): Promise<SourceRow[]> {
  const card = { reader: undefined, nested, fields };
  const rows: SourceRow[] = [];
  for await (const row of sourceRows({ file, member, card, columns, from })) rows.push(row);
  return rows;
}

const lines = ['\uFEFF{"problem":"a"}', '', '{"problem":"ü\u2028"}\r', '{"problem":"c"}'].join('\n');
const list = JSON.stringify({ version: 1, problems: [{ problem: 'a' }, { problem: 'b' }, { problem: 'c' }] });
const csv = 'problem,n\na,1\n"b\nb",2\nc,3,4\n';

test('each format gives its rows, and goes on after any of them with the same rest', async (t) => {
  const fileOf = scratch(t);
  const zip = fileOf('z.zip', zipSync({ 'folder/m.jsonl': strToU8(lines), 'm.json': strToU8(list) }));
  const sources = [
    { file: fileOf('a.jsonl', lines), count: 3 },
    { file: fileOf('b.json', list), count: 3 },
    { file: fileOf('c.csv', csv), count: 3 },
    { file: zip, member: 'm.jsonl', count: 3 },
    { file: zip, member: 'm.json', count: 3 },
    { file: golden, count: 7 },
  ];
  for (const { file, member, count } of sources) {
    const whole = await rowsOf(file, { member });
    assert.equal(whole.length, count, file);
    for (const [index, { row, endByte }] of whole.entries()) {
      if (index % 37 > 3) continue;
      const from: ReadFrom = { rows: row, byte: endByte };
      assert.deepEqual(await rowsOf(file, { member, from }), whole.slice(index + 1), `${file} after ${row}`);
    }
  }
});

test('nested rows have what stands around them, the nearest first', async (t) => {
  const document = {
    ...{
      contest: 'C',
      note: 'n',
      data: { '2011': { year: 2011, problems: [{ statement: 'a', note: 'own' }] } },
    },
    years: [{ year: 2012, problems: [{ day: 1, problem: 'b' }, { problem: 'c' }] }],
  };
  const rows = await rowsOf(scratch(t)('n.json', JSON.stringify(document)), { nested: true });
  assert.deepEqual(
    rows.map(({ cells }) => cells),
    [
      { contest: 'C', note: 'own', year: 2011, statement: 'a' },
      { contest: 'C', note: 'n', year: 2012, day: 1, problem: 'b' },
      { contest: 'C', note: 'n', year: 2012, problem: 'c' },
    ],
  );
});

test('Parquet decodes the named columns alone', async () => {
  const [first] = await rowsOf(golden);
  const [name = ''] = Object.keys(first?.cells ?? {});
  const [row] = await rowsOf(golden, { columns: [name, 'absent'] });
  assert.deepEqual(Object.keys(row?.cells ?? {}), [name]);
});

test('what cannot be read is an error with file and place', async (t) => {
  const fileOf = scratch(t);
  const zip = zipSync({ 'a.jsonl': strToU8(lines.repeat(200)) });
  await assert.rejects(rowsOf(fileOf('a.jsonl', '{"problem":"a"}\n{"problem":')), /a\.jsonl:2 {2}not JSON/);
  await assert.rejects(rowsOf(fileOf('b.jsonl', new Uint8Array([0x7b, 0xff]))), /b\.jsonl:1 {2}not UTF-8/);
  await assert.rejects(
    rowsOf(fileOf('z.zip', zip), { member: 'b.jsonl' }),
    /no member b\.jsonl, only a\.jsonl/,
  );
  await assert.rejects(rowsOf(fileOf('t.zip', 'text'), { member: 'b.jsonl' }), /t\.zip: /);
  await assert.rejects(
    rowsOf(fileOf('c.zip', zip.subarray(0, zip.length / 4)), { member: 'a.jsonl' }),
    /c\.zip: /,
  );
  await assert.rejects(rowsOf(fileOf('c.json', '[1]')), /item 1: an object is expected/);
  await assert.rejects(rowsOf(fileOf('d.txt', '')), /not known how this is read/);
  const misfit = (await rowsOf(fileOf('e.csv', csv))).at(-1)?.misfit;
  assert.equal(misfit, '3 cells where the header has 2');
});

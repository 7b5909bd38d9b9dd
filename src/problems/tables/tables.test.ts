/** Every format gives the same rows; what cannot be read is one error that says where and why. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readRows } from './read-rows.ts';
import { type Row, TableError } from './row.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'qed-tables-'));
after(() => rmSync(folder, { recursive: true }));

function fileOf(name: string, content: string | Uint8Array): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}

async function rowsOf(file: string): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of readRows(file)) rows.push(row);
  return rows;
}

async function refused(file: string, message: RegExp): Promise<void> {
  await assert.rejects(rowsOf(file), (error) => {
    assert.ok(error instanceof TableError, `${error}`);
    assert.match(error.message, message);
    assert.ok(error.message.startsWith(file), error.message);
    return true;
  });
}

describe('CSV', () => {
  test('quoted fields span lines and hold quotes and commas; rows know the line they begin on', async () => {
    const file = fileOf('a.csv', '\uFEFFid, text\r\n1,"a\r\nb, ""c"""\r\n\r\n2,d\r\n');
    assert.deepEqual(await rowsOf(file), [
      { at: 'line 2', line: 2, cells: { id: '1', text: 'a\r\nb, "c"' } },
      { at: 'line 5', line: 5, cells: { id: '2', text: 'd' } },
    ]);
  });

  test('a row with another number of cells is a misfit with its cells, not an error', async () => {
    const file = fileOf('misfit.csv', 'a,b,c\n1,2\n1,2,3,4\n"x,"y",z\n1,2,3\n');
    const rows = await rowsOf(file);
    assert.deepEqual(
      rows.map(({ at, misfit }) => [at, misfit?.values]),
      [
        ['line 2', ['1', '2']],
        ['line 3', ['1', '2', '3', '4']],
        ['line 4', ['"x,"y"', 'z']],
        ['line 5', undefined],
      ],
    );
    assert.deepEqual(rows[0]?.cells, { a: '1', b: '2' });
  });

  test('what is no CSV is refused', async () => {
    await refused(fileOf('empty.csv', ''), /it is empty/);
    await refused(fileOf('page.csv', '<!DOCTYPE html>\n<p>a,b</p>\n'), /a page of HTML/);
    await refused(fileOf('twice.csv', 'a,b,a\n1,2,3\n'), /line 1: the column "a" is there twice/);
    await refused(fileOf('open.csv', 'a,b\n1,"2\n3,4\n'), /it is not CSV \(.*quote/i);
    await refused(fileOf('latin.csv', Uint8Array.of(0x61, 0x0a, 0xe9, 0x0a)), /not UTF-8/);
    await refused(path.join(folder, 'absent.csv'), /cannot be read \(ENOENT/);
  });

  test('a large file is read in flat memory, and only as far as is asked', async () => {
    const file = fileOf('large.csv', `a,b\n${`1,"${'x'.repeat(5_000)}\n"\n`.repeat(4_000)}`);
    let count = 0;
    let most = 0;
    const before = process.memoryUsage().arrayBuffers;
    for await (const _ of readRows(file)) {
      count += 1;
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    assert.equal(count, 4_000);
    assert.ok(most < 12e6, `${most} bytes of buffers for a file of 20 MB`);
    for await (const { cells } of readRows(file)) {
      assert.equal(cells.a, '1');
      break;
    }
  });
});

describe('JSON, JSON lines and YAML', () => {
  test('give the same rows, lists alone or under problems', async () => {
    const items = [
      { id: 'a', statement: 'First.' },
      { id: 'b', statement: 'Second.', tags: { level: 2 } },
    ];
    const files = [
      fileOf('a.jsonl', items.map((item) => JSON.stringify(item)).join('\n')),
      fileOf('a.json', JSON.stringify(items)),
      fileOf('b.json', JSON.stringify({ name: 'x', problems: items })),
      fileOf('a.yaml', '- {id: a, statement: First.}\n- id: b\n  statement: Second.\n  tags: {level: 2}\n'),
      fileOf(
        'b.yml',
        'name: x\nproblems:\n  - {id: a, statement: First.}\n  - {id: b, statement: Second., tags: {level: 2}}\n',
      ),
    ];
    for (const file of files) {
      assert.deepEqual(
        (await rowsOf(file)).map(({ cells }) => cells),
        items,
        file,
      );
    }
    const places = await Promise.all(files.map(async (file) => (await rowsOf(file)).map(({ at }) => at)));
    assert.deepEqual(places, [
      ['line 1', 'line 2'],
      ['item 1', 'item 2'],
      ['item 1', 'item 2'],
      ['line 1', 'line 2'],
      ['line 3', 'line 4'],
    ]);
  });

  test('in YAML a text alone is a statement', async () => {
    const [row] = await rowsOf(fileOf('text.yaml', '- Prove it.\n'));
    assert.deepEqual(row?.cells, { statement: 'Prove it.' });
  });

  test('faults name the line', async () => {
    await refused(fileOf('bad.yaml', 'problems:\n  - id: a\n   statement: b\n'), /bad\.yaml:3 /);
    await refused(fileOf('twice.yaml', '- id: a\n  id: b\n'), /twice\.yaml:2 .*unique/);
    await refused(fileOf('number.yaml', '- {statement: a}\n\n- 7\n'), /number\.yaml:3 .*its fields/);
    await refused(fileOf('scalar.yaml', 'hello\n'), /a list of problems is expected/);
    await refused(fileOf('alias.yaml', '- *nothing\n'), /alias/);
    await refused(fileOf('bad.json', '[{"id": }]'), /not JSON/);
    await refused(fileOf('other.json', '{"rows": []}'), /a list of objects is expected/);
    await refused(fileOf('mixed.json', '[{}, 3]'), /item 2: an object is expected/);
    await assert.rejects(rowsOf(fileOf('bad.jsonl', '{}\n[1]\n')), /bad\.jsonl:2 /);
  });
});

describe('Parquet', () => {
  const golden = fileURLToPath(new URL('../../../golden/parquet/', import.meta.url));
  const expected: unknown = JSON.parse(readFileSync(path.join(golden, 'rows.json'), 'utf8'));

  for (const codec of ['none', 'snappy', 'gzip', 'brotli', 'zstd']) {
    test(`what pyarrow writes with the codec ${codec} is read back, over row groups`, async () => {
      const rows = await rowsOf(path.join(golden, `${codec}.parquet`));
      assert.deepEqual(
        rows.map(({ cells }) => cells),
        expected,
      );
      assert.deepEqual(
        rows.map(({ at }) => at),
        [1, 2, 3, 4, 5, 6, 7].map((number) => `row ${number}`),
      );
    });
  }

  test('a file that is cut or is none is refused', async () => {
    const whole = readFileSync(path.join(golden, 'snappy.parquet'));
    await refused(fileOf('cut.parquet', whole.subarray(0, 2_000)), /cannot be read as Parquet/);
    await refused(fileOf('text.parquet', 'id,problem\n'), /cannot be read as Parquet/);
    await refused(path.join(folder, 'absent.parquet'), /no such file/);
  });
});

test('an extension that is not known is refused with those that are', async () => {
  assert.throws(
    () => readRows('a.xlsx'),
    /a\.xlsx: \.xlsx is not read; known are \.csv, \.jsonl, .*\.parquet/,
  );
});

/** Files of lines on disks that fill up, beside writers that die, and with several writers at once. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DurableLines, type LineLayer, nodeLineLayer } from './durable-lines.ts';
import { DiskFullError } from './errors.ts';
import { temporaryDirectory } from './fixtures/temporary-directory.ts';

const text = (directory: string, name = 'a.jsonl') => readFileSync(path.join(directory, name), 'utf8');
const append = (lines: DurableLines, line: string) => lines.exclusively((write) => write('a.jsonl', line));

const numbersIn = (directory: string): number[] =>
  text(directory)
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { n: number }).n);

/** A program that appends so many lines, and prints the number of each when it is on disk. */
const writer = (directory: string, count: number): string => `
  import { DurableLines } from ${JSON.stringify(fileURLToPath(new URL('./durable-lines.ts', import.meta.url)))};
  const lines = new DurableLines(${JSON.stringify(directory)});
  const first = Number(process.argv[1]);
  for (let n = first; n < first + ${count}; n += 1) {
    await lines.exclusively((append) => append('a.jsonl', JSON.stringify({ n, text: 'x'.repeat(50_000) })));
    console.log(n);
  }`;

/** Fails at the n-th operation of any kind; a write that fails has written half before. */
function failingAt(n: number): { readonly layer: LineLayer; readonly count: () => number } {
  let operations = 0;
  const next = (): boolean => {
    operations += 1;
    return operations === n;
  };
  const full = () => Object.assign(new Error('no space left'), { code: 'ENOSPC' });
  const layer: LineLayer = {
    open: async (file) => {
      if (next()) throw full();
      const handle = await nodeLineLayer.open(file);
      return {
        stat: handle.stat.bind(handle),
        read: handle.read.bind(handle),
        close: handle.close.bind(handle),
        write: (async (bytes: Uint8Array, offset: number, length: number) => {
          if (!next()) return await handle.write(bytes, offset, length);
          await handle.write(bytes, offset, Math.floor(length / 2));
          throw full();
        }) as typeof handle.write,
        truncate: async (length) => {
          if (next()) throw full();
          await handle.truncate(length);
        },
        sync: async () => {
          if (next()) throw full();
          await handle.sync();
        },
      };
    },
    syncDirectory: async (directory) => {
      if (next()) throw full();
      await nodeLineLayer.syncDirectory(directory);
    },
  };
  return { layer, count: () => operations };
}

test('a disk that is full at any point loses no line that was acknowledged, and the next line is whole', async (t) => {
  for (let n = 1; ; n += 1) {
    const directory = temporaryDirectory(t);
    const { layer, count } = failingAt(n);
    const lines = new DurableLines(directory, layer);
    const acknowledged: string[] = [];
    for (const line of ['{"n":1}', '{"n":2}', '{"n":3}']) {
      try {
        await append(lines, line);
        acknowledged.push(line);
      } catch (error) {
        assert.ok(error instanceof DiskFullError, String(error));
      }
    }
    const found = text(directory).split('\n');
    assert.equal(found.pop(), '', `operation ${n}`);
    assert.ok(
      acknowledged.every((line) => found.includes(line)),
      `operation ${n}: ${found.join(' ')}`,
    );
    for (const line of found) JSON.parse(line);
    if (count() < n) break;
    // Only the operation that failed may have cost a line.
    assert.ok(acknowledged.length >= 2, `operation ${n}`);
  }
});

test('a torn last line is taken off and kept beside the file; a whole one without its end is ended', async (t) => {
  const directory = temporaryDirectory(t);
  const lines = new DurableLines(directory);
  writeFileSync(path.join(directory, 'a.jsonl'), '{"n":1}\n{"n":2,"te');
  await append(lines, '{"n":3}');
  assert.equal(text(directory), '{"n":1}\n{"n":3}\n');
  assert.equal(text(directory, 'a.jsonl.torn'), '{"n":2,"te\n');
  writeFileSync(path.join(directory, 'a.jsonl'), `{"n":1}\n{"long":"${'x'.repeat(200_000)}"}`);
  await append(lines, '{"n":4}');
  assert.deepEqual(
    text(directory)
      .split('\n')
      .map(({ length }) => length),
    [7, 200_011, 7, 0],
  );
});

test('lines of many writers, in this process and in others, are all there, whole', async (t) => {
  const directory = temporaryDirectory(t);
  const lines = new DurableLines(directory);
  const others = [1, 2].map((other) => {
    const child = spawn(
      process.execPath,
      ['--input-type=module', '-e', writer(directory, 20), String(other * 1000)],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    return new Promise((resolve) => child.once('exit', resolve));
  });
  await Promise.all(
    Array.from({ length: 60 }, (_, n) => append(lines, JSON.stringify({ n, text: 'x'.repeat(n * 100) }))),
  );
  assert.deepEqual(await Promise.all(others), [0, 0]);
  const expected = [0, 1000, 2000].flatMap((from) =>
    Array.from({ length: from === 0 ? 60 : 20 }, (_, n) => from + n),
  );
  assert.deepEqual(
    numbersIn(directory).sort((a, b) => a - b),
    expected,
  );
});

test('a writer that is killed while it writes has lost nothing that it acknowledged', async (t) => {
  const directory = temporaryDirectory(t);
  const acknowledged: number[] = [];
  for (let life = 0; life < 4; life += 1) {
    const child = spawn(
      process.execPath,
      ['--input-type=module', '-e', writer(directory, Number.POSITIVE_INFINITY), String(life * 1000)],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const ended = new Promise((resolve) => child.once('exit', resolve));
    let seen = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged.push(Number(line));
      seen += 1;
      if (seen === 3 + life) child.kill('SIGKILL');
    }
    await ended;
  }
  await append(new DurableLines(directory), '{"n":-1}');
  const found = new Set(numbersIn(directory));
  assert.ok(acknowledged.length >= 4 * 3);
  assert.deepEqual(
    acknowledged.filter((n) => !found.has(n)),
    [],
  );
});

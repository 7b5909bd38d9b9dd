import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { readExamples } from './examples.ts';
import { byteLines, DataFileError } from './json-lines.ts';
import { readProblems } from './problem-file.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'qed-json-lines-'));
after(() => rmSync(folder, { recursive: true }));

let files = 0;
function fileOf(content: string | Uint8Array): string {
  files += 1;
  const file = path.join(folder, `${files}.jsonl`);
  writeFileSync(file, content);
  return file;
}

const problem = (id: string, statement = 'Prove it.'): string => JSON.stringify({ id, statement });
const example = (text: string): string =>
  JSON.stringify({
    messages: [
      { role: 'user', content: text },
      { role: 'assistant', content: text },
    ],
  });

async function textsOf(file: string): Promise<(string | undefined)[]> {
  const texts: (string | undefined)[] = [];
  for await (const { messages } of readExamples(file)) texts.push(messages[0]?.content);
  return texts;
}

test('a mark of byte order, CRLF, blank lines and a missing last line feed are accepted', async () => {
  const problems = await readProblems(fileOf(`\uFEFF${problem('a')}\r\n\r\n  \n${problem('b')}`));
  assert.deepEqual(
    problems.map(({ id, statement, solutions, tags }) => ({ id, statement, solutions, tags })),
    ['a', 'b'].map((id) => ({ id, statement: 'Prove it.', solutions: [], tags: {} })),
  );
});

test('what JSON.stringify writes comes back, line separators of Unicode and split characters too', async () => {
  const long = 'é🙂∀'.repeat(50_000);
  const texts = ['a\u2028b\u2029c\u0085d', 'x\ny\r\nz', long, '\uFEFF'];
  assert.deepEqual(await textsOf(fileOf(texts.map((text) => `${example(text)}\n`).join(''))), texts);
});

test('an error names file, line and field', async () => {
  const bad = async (content: string | Uint8Array, message: RegExp, line: number): Promise<void> => {
    const file = fileOf(content);
    await assert.rejects(readProblems(file), (error) => {
      assert.ok(error instanceof DataFileError);
      assert.match(error.message, message);
      assert.ok(error.message.startsWith(`${file}:${line}  `));
      assert.deepEqual([error.file, error.line], [file, line]);
      return true;
    });
  };
  await bad(`${problem('a')}\n\n{"id":"b"}\n`, /field statement: /, 3);
  await bad(`${problem('a')}\r\n{"id":\r\n`, /not JSON: /, 2);
  await bad('[1]\n', /the line: /, 1);
  await bad(JSON.stringify({ id: 'a', statement: 'x', tags: { level: [] } }), /field tags\.level: /, 1);
  await bad(
    Buffer.concat([Buffer.from(`${problem('a')}\n`), Uint8Array.of(0x22, 0xff, 0x22)]),
    /not UTF-8/,
    2,
  );
});

test('a repeated id, a file without problems and a missing file are errors', async () => {
  await assert.rejects(
    readProblems(fileOf(`${problem('a')}\n\n${problem('b')}\n${problem('a', 'Other.')}\n`)),
    /\.jsonl:4 {2}field id: a stands on line 1 too/,
  );
  for (const empty of ['', '\n\n', '\uFEFF']) {
    await assert.rejects(readProblems(fileOf(empty)), /\.jsonl: no problems/);
  }
  await assert.rejects(
    readProblems(path.join(folder, 'absent.jsonl')),
    /absent\.jsonl: cannot be read \(ENOENT/,
  );
});

test('an example ends with the assistant’s message', async () => {
  const file = fileOf(JSON.stringify({ messages: JSON.parse(example('x')).messages.toReversed() }));
  await assert.rejects(textsOf(file), /:1 {2}field messages: the last message must be the assistant/);
});

test('a file of examples may be empty, a missing one is an error', async () => {
  assert.deepEqual(await textsOf(fileOf('\n')), []);
  await assert.rejects(textsOf(path.join(folder, 'absent.jsonl')), /absent\.jsonl: cannot be read \(ENOENT/);
});

test('lines before a bad one are given, and reading may stop early', async () => {
  const file = fileOf(`${example('a')}\n${example('b')}\nbad\n`);
  const seen: unknown[] = [];
  for await (const { messages } of readExamples(file)) {
    seen.push(messages[0]?.content);
    if (seen.length === 2) break;
  }
  assert.deepEqual(seen, ['a', 'b']);
});

test('memory is flat: a file is not held, only its lines', async () => {
  const line = `${example('x'.repeat(5_000))}\n`;
  const file = fileOf(line.repeat(3_000));
  let most = 0;
  let count = 0;
  const before = process.memoryUsage().arrayBuffers;
  for await (const _ of readExamples(file)) {
    count += 1;
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  assert.equal(count, 3_000);
  assert.ok(most < 20e6, `${most} bytes of buffers for a file of ${line.length * 3_000}`);
});

test('lines come with the byte after them, however the chunks fall, also from the middle of a file', async () => {
  const text = Buffer.from('one\n\ntwo ∎\nthree');
  for (let size = 1; size <= text.length; size += 1) {
    const chunks = async function* (from: number) {
      for (let at = from; at < text.length; at += size)
        yield text.subarray(at, Math.min(at + size, text.length));
    };
    const found: [string, number][] = [];
    for await (const { bytes, end } of byteLines(chunks(0))) found.push([Buffer.from(bytes).toString(), end]);
    assert.deepEqual(found, [
      ['one', 4],
      ['', 5],
      ['two ∎', 13],
      ['three', 18],
    ]);
    const rest: [string, number][] = [];
    for await (const { bytes, end } of byteLines(chunks(5), 5))
      rest.push([Buffer.from(bytes).toString(), end]);
    assert.deepEqual(rest, found.slice(2));
  }
});

/** A body that takes the shortcut is the body that Node's parser would have given, and fails where that fails. */
import assert from 'node:assert/strict';
import http from 'node:http';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import { ChunkedShortcut } from './chunked-shortcut.ts';

interface Outcome {
  /** Undefined where the response did not end well. */
  readonly body: string | undefined;
  readonly trailers: Readonly<Record<string, string | undefined>>;
  /** Bytes that did not go through the parser. */
  readonly past: number;
}

/** A request over a connection in memory whose far end sends these pieces, each written on after it was given. */
function requestOver(
  pieces: readonly Uint8Array[],
  mayBegin: (response: http.IncomingMessage) => boolean,
): Promise<Outcome> {
  const socket = new Duplex({ read: () => {}, write: (_bytes, _encoding, done) => done() });
  const shortcut = new ChunkedShortcut((bytes) => !socket.destroyed && socket.push(Buffer.from(bytes)));
  return new Promise((resolve) => {
    const received: Buffer[] = [];
    let past = 0;
    const end = (isWhole: boolean, trailers: Outcome['trailers'] = {}): void =>
      resolve({ body: isWhole ? Buffer.concat(received).toString('latin1') : undefined, trailers, past });
    const request = http.request({ method: 'POST', createConnection: () => socket }, (response) => {
      if (mayBegin(response)) {
        shortcut.begin((bytes) => {
          past += bytes.length;
          return received.push(Buffer.from(bytes)) > 0;
        });
      }
      response.on('data', (bytes: Buffer) => received.push(bytes));
      response.on('end', () => end(response.complete, { ...response.trailers }));
      response.on('error', () => end(false));
    });
    request.on('error', () => end(false));
    request.end();
    request.once('socket', () =>
      setImmediate(() => {
        for (const piece of pieces) {
          const bytes = Buffer.from(piece);
          shortcut.push(bytes);
          bytes.fill('!');
        }
        socket.push(null);
      }),
    );
  });
}

const isChunked = ({ headers }: http.IncomingMessage): boolean => headers['transfer-encoding'] === 'chunked';
const never = (): boolean => false;

const head = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';
const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1');
const chunk = (data: string): string => `${data.length.toString(16)}\r\n${data}\r\n`;

function cut(whole: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...new Set(places.map((place) => place % (whole.length + 1)))].sort((a, b) => a - b);
  return [0, ...ends].map((from, i) => whole.subarray(from, ends[i] ?? whole.length));
}

test('chunks, trailers, informational heads, cut anywhere: the same body, and none of it through the parser', async () => {
  const data = fc
    .string({ unit: 'binary', minLength: 1, maxLength: 40 })
    .map((text) => text.replaceAll(/[^\0-\xff]/g, 'x'));
  await fc.assert(
    fc.asyncProperty(
      fc.array(data, { maxLength: 10 }),
      fc.constantFrom('', 'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n', 'HTTP/1.1 100 Continue\r\n\r\n'),
      fc.constantFrom('', 'checked: yes\r\n', 'a: b\r\nc: d\r\n'),
      fc.array(fc.nat(), { maxLength: 12 }),
      async (pieces, before, trailer, places) => {
        const whole = bytesOf(`${before}${head}${pieces.map(chunk).join('')}0\r\n${trailer}\r\n`);
        const body = pieces.join('');
        for (const sent of [[whole], cut(whole, places), [...whole].map((byte) => Uint8Array.of(byte))]) {
          const outcome = await requestOver(sent, isChunked);
          const expected = await requestOver(sent, never);
          assert.deepEqual(outcome, { ...expected, body, past: body.length });
        }
      },
    ),
    { numRuns: 60, seed: 3 },
  );
});

const strange: readonly (readonly [name: string, body: string, isWhole: boolean])[] = [
  ['an extension', `${chunk('one')}3;name="value"\r\ntwo\r\n${chunk('three')}0\r\n\r\n`, true],
  ['an extension of the last chunk', `${chunk('one')}0;name=value\r\n\r\n`, true],
  ['zeros before a size', `0003\r\none\r\n${chunk('two')}000\r\n\r\n`, true],
  ['capital digits', `A\r\n0123456789\r\n0\r\n\r\n`, true],
  ['no last chunk', chunk('one'), false],
  ['cut in a chunk', `${chunk('one')}5\r\ntw`, false],
  ['cut in a size', `${chunk('one')}5`, false],
  ['cut in the trailer', `${chunk('one')}0\r\na: b\r\n`, false],
  ['no size', `${chunk('one')}\r\ntwo\r\n0\r\n\r\n`, false],
  ['a size that is none', `${chunk('one')}x\r\ntwo\r\n0\r\n\r\n`, false],
  ['a negative size', `${chunk('one')}-3\r\ntwo\r\n0\r\n\r\n`, false],
  ['a size of many digits', `${chunk('one')}fffffffffffffffff\r\ntwo\r\n0\r\n\r\n`, false],
  ['a size without its end', `${chunk('one')}3\rtwo\r\n0\r\n\r\n`, false],
  ['a size with a line feed only', `${chunk('one')}3\ntwo\r\n0\r\n\r\n`, false],
  ['data longer than its size', `${chunk('one')}3\r\ntwoo\r\n0\r\n\r\n`, false],
  ['a size in place of the end of data', `${chunk('one')}3\r\ntwo5\r\nthree\r\n0\r\n\r\n`, false],
  ['half an end of data', `${chunk('one')}3\r\ntwo\r5\r\nthree\r\n0\r\n\r\n`, false],
  ['a bad trailer', `${chunk('one')}0\r\n: \r\n\r\n`, false],
];
for (const [name, body, isWhole] of strange) {
  test(`strange bodies are judged by the parser: ${name}`, async () => {
    const whole = bytesOf(head + body);
    for (const sent of [[whole], [...whole].map((byte) => Uint8Array.of(byte))]) {
      const outcome = await requestOver(sent, isChunked);
      const expected = await requestOver(sent, never);
      assert.equal(expected.body !== undefined, isWhole, 'what the parser itself makes of it');
      assert.equal(outcome.body, expected.body);
      assert.ok(!isWhole || outcome.past > 0);
    }
  });
}

test('it begins behind a head only', () => {
  const given: string[] = [];
  const shortcut: ChunkedShortcut = new ChunkedShortcut((bytes) => {
    given.push(bytes.toString('latin1'));
    return given.length > 1;
  });
  assert.equal(
    shortcut.begin(() => true),
    false,
  );
  assert.equal(shortcut.push(bytesOf('HTTP/1.1 200 OK\r\n')), false, 'the parser wants no more for now');
  assert.equal(
    shortcut.begin(() => true),
    false,
  );
  assert.equal(shortcut.push(bytesOf('\r\n3\r\n')), true);
  assert.equal(
    shortcut.begin(() => true),
    false,
    'the parser has the beginning of the body',
  );
  assert.deepEqual(given, ['HTTP/1.1 200 OK\r\n', '\r\n', '3\r\n']);
});

test('a reader that wants no more for now stops the connection', () => {
  const shortcut: ChunkedShortcut = new ChunkedShortcut((bytes) => {
    if (bytes.includes('\r\n\r\n')) shortcut.begin((data) => data.length < 3);
    return true;
  });
  assert.equal(shortcut.push(bytesOf(head)), true);
  assert.equal(shortcut.push(bytesOf(chunk('a') + chunk('b'))), true);
  assert.equal(shortcut.push(bytesOf(chunk('ab') + chunk('c'))), false);
  assert.equal(shortcut.push(bytesOf(chunk('a'))), true);
});

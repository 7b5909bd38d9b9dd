/** Events come out the same however the bytes are cut, in every line ending, and within a bound. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ModelError } from '../model-error.ts';
import { EventStreamParser } from './event-stream.ts';

type Event = readonly [type: string, data: string];

function eventsOf(pieces: readonly Uint8Array[], longest?: number): Event[] {
  const events: Event[] = [];
  const parser = new EventStreamParser((data, type) => events.push([type, data]), { longestEvent: longest });
  for (const piece of pieces) parser.push(piece);
  parser.end();
  return events;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The bytes cut after each of the places. */
function cut(whole: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...new Set(places.map((place) => place % (whole.length + 1)))].sort((a, b) => a - b);
  return [0, ...ends].map((from, i) => whole.subarray(from, ends[i] ?? whole.length));
}

test('fields, comments, several data lines, unknown fields, a byte order mark and an end without an empty line', () => {
  const text =
    '\uFEFF: hello\n\nevent: note\ndata: a\ndata:b\ndata\nid: 7\nretry: 10\n\n:\ndata:  two spaces\n\nerror: {"x":1}\n\ndata: last';
  const expected: Event[] = [
    ['note', 'a\nb\n'],
    ['', ' two spaces'],
    ['error', '{"x":1}'],
    ['', 'last'],
  ];
  for (const ending of ['\n', '\r\n', '\r']) {
    assert.deepEqual(eventsOf([bytes(text.replaceAll('\n', ending))]), expected);
  }
});

test('cuts change nothing: inside a character, between CR and LF, at every byte', () => {
  const line = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }).map((text) => `data: ${text.replaceAll(/[\r\n]/g, '')}`),
    fc.constantFrom('', 'data', ': ping', 'event: error', 'data: {"a":"∑𝔽"}', 'data: [DONE]'),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r')), { maxLength: 12 }),
      fc.array(fc.nat(), { maxLength: 20 }),
      (lines, places) => {
        const whole = bytes(lines.map(([text, end]) => text + end).join(''));
        const expected = eventsOf([whole]);
        assert.deepEqual(eventsOf(cut(whole, places)), expected);
        assert.deepEqual(eventsOf([...whole].map((byte) => Uint8Array.of(byte))), expected);
      },
    ),
    { numRuns: 300, seed: 5 },
  );
});

test('events that are read from the bytes come in their place, however the bytes are cut', () => {
  const known = Buffer.from('data: known\n\n');
  const read = (pieces: readonly Uint8Array[]): [events: string[], known: number] => {
    const events: string[] = [];
    let count = 0;
    const readKnownEvents = (from: Buffer, start: number): number => {
      let at = start;
      for (; from.subarray(at, at + known.length).equals(known); at += known.length) {
        events.push('known');
        count += 1;
      }
      return at;
    };
    const parser = new EventStreamParser((data, type) => events.push(`${type}${data}`), { readKnownEvents });
    for (const piece of pieces) parser.push(piece);
    parser.end();
    return [events, count];
  };
  const part = fc.constantFrom(
    ...[
      'data: known\n\n',
      'data: known\n\n',
      'data: known\r\n\r\n',
      'data: other\n\n',
      ': comment\n',
      ': ping\n\n',
    ],
    ...['event: error\n', 'data: two\n', 'data: known\n', '\r', '\n', 'data:'],
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), fc.array(fc.nat(), { maxLength: 20 }), (parts, places) => {
      const whole = bytes(parts.join(''));
      const expected = eventsOf([whole]).map(([type, data]) => `${type}${data}`);
      assert.deepEqual(read([whole])[0], expected);
      assert.deepEqual(read(cut(whole, places))[0], expected);
      assert.deepEqual(read([...whole].map((byte) => Uint8Array.of(byte)))[0], expected);
    }),
    { numRuns: 300, seed: 7 },
  );
  // The first event may begin with a byte order mark; a line that was cut is whole again before anybody reads it.
  assert.equal(read([bytes('data: known\n\n'.repeat(5))])[1], 4);
  assert.equal(read([bytes('data: x\n\ndata: kn'), bytes('own\n\ndata: known\n\n')])[1], 2);
});

test('bytes may be written on after they were pushed, and many events cut in two are within the bound', () => {
  const shared = Buffer.alloc(8);
  const events: string[] = [];
  const parser = new EventStreamParser((data) => events.push(data), { longestEvent: 40 });
  const whole = bytes('data: abcdefghij\n\n'.repeat(50));
  for (let at = 0; at < whole.length; at += shared.length) {
    const size = shared.length - Math.max(0, at + shared.length - whole.length);
    shared.set(whole.subarray(at, at + size));
    parser.push(shared.subarray(0, size));
    shared.fill('!');
  }
  assert.deepEqual(
    events,
    Array.from({ length: 50 }, () => 'abcdefghij'),
  );
});

test('a long line costs its length and not its square, and is bounded', () => {
  const parser = new EventStreamParser(() => {}, { longestEvent: 8 * 1024 * 1024 });
  const piece = bytes('x'.repeat(1024));
  parser.push(bytes('data: '));
  const began = process.cpuUsage();
  for (let i = 0; i < 8_000; i += 1) parser.push(piece);
  const { user } = process.cpuUsage(began);
  assert.ok(user < 2e6, `${user} µs for 8 MB`);
  assert.throws(
    () => {
      for (let i = 0; i < 1_000; i += 1) parser.push(piece);
    },
    (error) => error instanceof ModelError && error.kind === 'protocol' && !error.isRetryable,
  );
  assert.throws(() => eventsOf([bytes('data: aaaa\n'.repeat(10))], 30), /longer than 30/);
  assert.equal(eventsOf([bytes('data: aaaa\n\n: comment\n'.repeat(100))], 30).length, 100);
});

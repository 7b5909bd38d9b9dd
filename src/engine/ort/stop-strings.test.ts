import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { StopStrings } from './stop-strings.ts';
import { tokenBytesOf } from './token-bytes.ts';

/** Tokens of one to three letters, one of no bytes at all, and the two bytes of é apart. */
const vocabulary: (Uint8Array | undefined)[] = [
  ...['a', 'b', 'ab', 'aab', 'bba'].map((text) => new TextEncoder().encode(text)),
  undefined,
  Uint8Array.of(0xc3),
  Uint8Array.of(0xa9),
];
const table = tokenBytesOf({ bytesOf: (id) => vocabulary[id] }, vocabulary.length);

/** What a matcher finds in the tokens, and after how many of them. */
function found(texts: readonly string[], tokens: readonly number[]) {
  const matcher = new StopStrings(texts, table).matcher();
  for (const [index, token] of tokens.entries()) {
    const text = matcher.advance(token);
    if (text !== undefined) return { text, tokens: index + 1 };
  }
  return undefined;
}

/** The definition: the string that ends first in the bytes, the longest of those. */
function foundBySearching(texts: readonly string[], tokens: readonly number[]) {
  let bytes = '';
  for (const [index, token] of tokens.entries()) {
    for (const byte of vocabulary[token] ?? []) {
      bytes += String.fromCharCode(byte);
      const ending = texts.filter((text) => bytes.endsWith(Buffer.from(text).toString('latin1')));
      const [text] = ending.sort((a, b) => Buffer.byteLength(b) - Buffer.byteLength(a));
      if (text !== undefined) return { text, tokens: index + 1 };
    }
  }
  return undefined;
}

test('a stop string is found wherever tokens cut it, with the token that completes it', () => {
  assert.deepEqual(found(['ab'], [1, 0, 1, 0]), { text: 'ab', tokens: 3 });
  assert.deepEqual(found(['abb'], [2, 2, 4]), { text: 'abb', tokens: 3 });
  assert.deepEqual(found(['aaa', 'ba'], [3, 0]), { text: 'ba', tokens: 2 });
  assert.equal(found(['abab'], [2, 1, 2]), undefined);
});

test('bytes count: a character that two tokens share is found, a half of it is not', () => {
  assert.deepEqual(found(['é'], [0, 6, 5, 7]), { text: 'é', tokens: 4 });
  assert.equal(found(['é'], [7, 6, 0]), undefined);
});

test('any strings in any text are found as by searching', () => {
  const texts = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'é'), minLength: 1, maxLength: 6 }), {
    minLength: 1,
    maxLength: 3,
  });
  const tokens = fc.array(fc.nat(vocabulary.length - 1), { maxLength: 30 });
  fc.assert(
    fc.property(texts, tokens, (strings, ids) => {
      assert.deepEqual(found(strings, ids), foundBySearching(strings, ids));
    }),
    { numRuns: 2000 },
  );
});

test('a matcher begins anew for each sequence', () => {
  const strings = new StopStrings(['ab'], table);
  assert.equal(strings.matcher().advance(0), undefined);
  assert.equal(strings.matcher().advance(1), undefined);
});

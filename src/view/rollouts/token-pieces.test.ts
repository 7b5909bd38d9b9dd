/** Pieces of tokens: joined they are the text, wherever tokens cut characters. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { tokenPieces } from './token-pieces.ts';

test('bytes that are cut into tokens anywhere join to the text, invalid bytes included', () => {
  const mixed = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => [...new TextEncoder().encode(text)]),
    fc.array(fc.nat({ max: 255 }), { maxLength: 4 }),
  );
  fc.assert(
    fc.property(fc.array(mixed, { maxLength: 6 }), fc.array(fc.nat({ max: 3 })), (parts, cuts) => {
      const all = parts.flat();
      const tokens: Uint8Array[] = [];
      for (let at = 0, cut = 0; at < all.length; cut += 1) {
        const length = (cuts[cut] ?? 2) + 1;
        tokens.push(Uint8Array.from(all.slice(at, at + length)));
        at += length;
      }
      const ids = tokens.map((_, id) => id);
      const { pieces, bytes } = tokenPieces({ bytesOf: (id) => tokens[id] }, ids);
      assert.equal(pieces.length, ids.length);
      assert.equal(
        pieces.join(''),
        new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(all)),
      );
      pieces.forEach((piece, id) => {
        const own = new TextDecoder('utf-8', { ignoreBOM: true }).decode(tokens[id]);
        if (!(id in bytes)) assert.equal(piece, own);
        else assert.equal(bytes[id], Buffer.from(tokens[id] ?? []).toString('hex'));
      });
    }),
    { numRuns: 500 },
  );
});

test('a character of several tokens belongs to the one that ends it; an unknown id says so', () => {
  const tokens = [Uint8Array.of(0xe2, 0x88), Uint8Array.of(0x91), Uint8Array.of(0x61)];
  const found = tokenPieces({ bytesOf: (id) => tokens[id] }, [0, 1, 2, 9]);
  assert.deepEqual(found.pieces, ['', '∑', 'a', '[9]']);
  assert.deepEqual(found.bytes, { 0: 'e288', 1: '91' });
});

/** Whatever the pieces, the text is all of them joined. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TextBuffer } from './text-buffer.ts';

test('pieces of every length and script, surrogates cut in two, and texts read in between', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom(
      '',
      ' divides',
      'é',
      '∑',
      '\ud835',
      '\udd3d',
      'x'.repeat(511),
      '≤'.repeat(512),
      'ab'.repeat(300),
    ),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 200 }), fc.nat(), (pieces, readAt) => {
      const buffer = new TextBuffer();
      for (const [i, one] of pieces.entries()) {
        buffer.add(one);
        if (i === readAt % 200) assert.equal(buffer.toString(), pieces.slice(0, i + 1).join(''));
      }
      const whole = pieces.join('');
      assert.equal(buffer.toString(), whole);
      assert.equal(buffer.length, whole.length);
    }),
    { numRuns: 200, seed: 13 },
  );
});

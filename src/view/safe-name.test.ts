/** Safe names: every text comes back, no name needs escaping, and no other text is a name. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromSafeName, safeName } from './safe-name.ts';

test('a name is harmless in an address and in a file system, and gives the text back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const name = safeName(text);
      assert.match(name, /^[A-Za-z0-9._~-]*$/);
      assert.ok(!name.startsWith('.'));
      assert.equal(encodeURIComponent(name), name);
      assert.equal(fromSafeName(name), text.toWellFormed());
    }),
  );
});

test('what is no name is undefined, also what only looks like one', () => {
  for (const text of ['a/b', '..', '.hidden', '~zz', '~6', '~61', '~ff', 'ü', '%2e']) {
    assert.equal(fromSafeName(text), undefined, text);
  }
  assert.equal(fromSafeName(safeName('../secret')), '../secret');
});

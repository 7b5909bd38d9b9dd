import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BytePairEncoder } from './byte-pair-encoder.ts';
import type { BpeModel, Merge } from './tokenizer-file.ts';

function model(merges: readonly Merge[], more: Partial<BpeModel> = {}): BpeModel {
  const entries = [...'abc ', ...merges.map((pair) => pair.join(''))];
  return {
    vocab: new Map(entries.map((entry, id) => [entry, id])),
    merges,
    unkToken: undefined,
    fuseUnk: false,
    byteFallback: false,
    ignoreMerges: false,
    ...more,
  };
}

/** By the definition: what has no token goes, then the best merge anywhere, the first of equals, again and again. */
function plain(word: string, { merges, vocab }: BpeModel): number[] {
  const parts = [...word].filter((character) => vocab.has(character));
  for (;;) {
    let best = merges.length;
    let at = -1;
    for (let i = 0; i + 1 < parts.length; i += 1) {
      const rank = merges.findIndex(([left, right]) => left === parts[i] && right === parts[i + 1]);
      if (rank >= 0 && rank < best) [best, at] = [rank, i];
    }
    if (at < 0) return parts.map((part) => vocab.get(part) ?? -1);
    parts.splice(at, 2, `${parts[at]}${parts[at + 1]}`);
  }
}

function encode(encoder: BytePairEncoder, word: string): number[] {
  const ids: number[] = [];
  encoder.encode(word, ids);
  return ids;
}

test('words of any length are merged as the definition says, also where they are cut and remembered', () => {
  const grown = fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 12 }).map((choices) => {
    const entries = [...'abc '];
    const merges: Merge[] = [];
    for (const [i, j] of choices) {
      const [left, right] = [entries[i % entries.length] ?? '', entries[j % entries.length] ?? ''];
      if (entries.includes(left + right)) continue;
      merges.push([left, right]);
      entries.push(left + right);
    }
    return merges;
  });
  const unit = fc.constantFrom('a', 'b', 'c', ' ', 'x');
  // Longer ones than are remembered whole are cut.
  const word = fc.oneof(fc.string({ unit, maxLength: 9 }), fc.string({ unit, minLength: 70, maxLength: 99 }));
  fc.assert(
    fc.property(grown, fc.array(word, { maxLength: 5 }), (merges, words) => {
      const known = model(merges);
      const encoder = new BytePairEncoder(known);
      for (const text of [...words, ...words]) assert.deepEqual(encode(encoder, text), plain(text, known));
    }),
    { seed: 6, numRuns: 200 },
  );
});

test('a long text without a place to cut is merged in reasonable time', () => {
  const merges: Merge[] = [
    ['a', 'a'],
    ['aa', 'aa'],
    ['aaaa', 'aaaa'],
  ];
  const encoder = new BytePairEncoder(model(merges));
  const ids = encode(encoder, 'a'.repeat(200_001));
  assert.equal(ids.length, 25_001);
});

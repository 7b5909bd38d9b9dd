/** Grams, MinHash and buckets against what they stand for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Random } from '../../../stats/random.ts';
import { bucketsOf } from './buckets.ts';
import { distinct, gramHashes, winnowed } from './grams.ts';
import {
  bandKeys,
  bands,
  minHashSignature,
  rowsPerBand,
  signatureLength,
  sketchOf,
  sketchSimilarity,
  sketchWords,
} from './min-hash.ts';

const few = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 60 }).map((list) => Uint32Array.from(list));

test('runs of words have one hash exactly if they are the same run', () => {
  fc.assert(
    fc.property(few, few, fc.integer({ min: 1, max: 6 }), (a, b, length) => {
      const runs = (words: Uint32Array): string[] =>
        Array.from({ length: Math.max(0, words.length - length + 1) }, (_, i) =>
          words.slice(i, i + length).join(),
        );
      const [runsA, runsB] = [runs(a), runs(b)];
      const [gramsA, gramsB] = [gramHashes(a, length), gramHashes(b, length)];
      assert.equal(gramsA.length, runsA.length);
      for (const [i, run] of runsA.entries())
        for (const [j, other] of runsB.entries()) assert.equal(gramsA[i] === gramsB[j], run === other);
    }),
    { seed: 1, numRuns: 100 },
  );
  assert.equal(gramHashes(Uint32Array.of(1, 2), 0).length, 0);
});

test('texts with a window of runs in common have a kept one in common', () => {
  const numbers = fc.array(fc.nat(), { maxLength: 12 });
  const common = fc.array(fc.nat(), { minLength: 4, maxLength: 8 });
  fc.assert(
    fc.property(numbers, numbers, common, numbers, numbers, (a, b, middle, c, d) => {
      const kept = new Set(winnowed(Uint32Array.from([...a, ...middle, ...b]), 4));
      assert.ok(winnowed(Uint32Array.from([...c, ...middle, ...d]), 4).some((gram) => kept.has(gram)));
    }),
    { seed: 1 },
  );
  const many = Uint32Array.from({ length: 10_000 }, (_, i) => new Random('gram', i).uint32());
  const share = winnowed(many, 4).length / many.length;
  assert.ok(share > 0.37 && share < 0.43, `2 of 5 are kept, not ${share}`);
});

test('sketches estimate Jaccard similarity, and bands are shared as often as they should be', () => {
  const random = new Random('jaccard');
  for (const similarity of [0.2, 0.5, 0.8]) {
    let [estimate, shared] = [0, 0];
    const trials = 200;
    for (let trial = 0; trial < trials; trial += 1) {
      const size = 120;
      const common = Math.round((2 * size * similarity) / (1 + similarity));
      const all = Uint32Array.from({ length: 2 * size - common }, () => random.uint32());
      const [a, b] = [all.slice(0, size), all.slice(size - common)].map((set) =>
        minHashSignature(distinct(set)),
      );
      assert.ok(a !== undefined && b !== undefined);
      const [left, right] = [sketchOf(a), sketchOf(b)];
      const found = sketchSimilarity(sketchWords(Uint8Array.of(...left, ...right)), 0, 1);
      const same = left.filter((byte, i) => byte === right[i]).length / signatureLength;
      assert.ok(
        Math.abs(found - Math.max(0, (256 * same - 1) / 255)) < 1e-12,
        'bytes are counted one by one',
      );
      estimate += found / trials;
      const keys = bandKeys(b);
      if (bandKeys(a).some((key, band) => key === keys[band])) shared += 1 / trials;
    }
    assert.ok(Math.abs(estimate - similarity) < 0.02, `${similarity} is estimated as ${estimate}`);
    const expected = 1 - (1 - similarity ** rowsPerBand) ** bands;
    assert.ok(Math.abs(shared - expected) < 0.1, `${similarity}: ${shared} share a band, not ${expected}`);
  }
});

test('a bucket has the owners of one key, in order, if there are neither one nor too many', () => {
  const entries = fc.array(
    fc.record({ key: fc.integer({ min: 0, max: 8 }), owner: fc.integer({ min: 0, max: 20 }) }),
  );
  fc.assert(
    fc.property(entries, (list) => {
      const mostOwners = 4;
      const { bucketOf, members, starts } = bucketsOf(
        Uint32Array.from(list, ({ key }) => key * 0x1fffffff),
        Int32Array.from(list, ({ owner }) => owner),
        mostOwners,
      );
      for (const [i, { key }] of list.entries()) {
        const owners = [...new Set(list.filter((one) => one.key === key).map(({ owner }) => owner))];
        const bucket = bucketOf[i] ?? -1;
        const found = bucket < 0 ? [] : [...members.subarray(starts[bucket], starts[bucket + 1])];
        const isBucket = owners.length > 1 && owners.length <= mostOwners;
        assert.deepEqual(found, isBucket ? owners.toSorted((a, b) => a - b) : []);
      }
    }),
    { seed: 1, numRuns: 300 },
  );
});

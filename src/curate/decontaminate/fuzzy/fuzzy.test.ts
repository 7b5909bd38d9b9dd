/** Similarities against RapidFuzz's own figures, against their definitions, and by their laws. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type CodePoints, codePointsOf } from './code-points.ts';
import { partialRatio } from './partial-ratio.ts';
import { Pattern } from './pattern.ts';
import { commonLength, ratio, similarity } from './ratio.ts';
import { tokenSetOf, tokenSetRatio } from './token-set-ratio.ts';

type GoldenCase = readonly [a: string, b: string, ratio: number, partial: number, tokenSet: number];
const golden = JSON.parse(
  readFileSync(new URL('../../../../golden/fuzzy/golden.json', import.meta.url), 'utf8'),
) as readonly GoldenCase[];

/** The table of the textbook. */
function plainCommonLength(a: CodePoints, b: CodePoints): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const x of a) {
    const next = [0];
    for (let j = 1; j <= b.length; j += 1)
      next[j] = b[j - 1] === x ? (row[j - 1] ?? 0) + 1 : Math.max(row[j] ?? 0, next[j - 1] ?? 0);
    row = next;
  }
  return row[b.length] ?? 0;
}

/** All parts, one by one. */
function plainPartialRatio(a: CodePoints, b: CodePoints): number {
  const [shorter, longer] = a.length <= b.length ? [a, b] : [b, a];
  if (shorter.length === 0) return longer.length === 0 ? 100 : 0;
  const scoreOf = (start: number, end: number): number => {
    const part = longer.slice(start, end);
    return similarity(plainCommonLength(shorter, part), shorter.length + part.length);
  };
  let best = 0;
  for (let i = 1; i < shorter.length; i += 1)
    best = Math.max(best, scoreOf(0, i), scoreOf(longer.length - i, longer.length));
  for (let i = 0; i + shorter.length <= longer.length; i += 1)
    best = Math.max(best, scoreOf(i, i + shorter.length));
  if (shorter.length === longer.length) {
    for (let i = 1; i < longer.length; i += 1) {
      const [head, tail] = [shorter.slice(0, i), shorter.slice(i)];
      best = Math.max(
        best,
        similarity(plainCommonLength(longer, head), longer.length + head.length),
        similarity(plainCommonLength(longer, tail), longer.length + tail.length),
      );
    }
  }
  return best;
}

/** Long strings of few letters, or short ones of many: both have common subsequences. */
const strings = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' '), maxLength: 100 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
);
const close = (actual: number, expected: number, what: string): void =>
  assert.ok(Math.abs(actual - expected) <= 1e-9, `${what}: ${actual}, but ${expected} is expected`);

describe('against RapidFuzz', () => {
  for (const [name, index, score] of [
    ['ratio', 2, (a: string, b: string) => ratio(codePointsOf(a), codePointsOf(b))],
    [
      'partial_ratio',
      3,
      (a: string, b: string) => partialRatio(codePointsOf(a), codePointsOf(b))?.score ?? 0,
    ],
    ['token_set_ratio', 4, (a: string, b: string) => tokenSetRatio(tokenSetOf(a), tokenSetOf(b))],
  ] as const) {
    test(`${name} of ${golden.length} pairs is the same within 1e-9`, () => {
      assert.ok(golden.length > 300);
      for (const one of golden) close(score(one[0], one[1]), one[index], JSON.stringify(one.slice(0, 2)));
    });
  }
});

test('the bit-parallel length is that of the table, for parts and for all beginnings', () => {
  fc.assert(
    fc.property(strings, strings, fc.nat(), fc.nat(), (left, right, x, y) => {
      const [a, b] = [codePointsOf(left), codePointsOf(right)];
      assert.equal(commonLength(a, b), plainCommonLength(a, b));
      const pattern = new Pattern(a);
      const places = pattern.places(b);
      const [from, to] = [x % (b.length + 1), y % (b.length + 1)].toSorted((p, q) => p - q) as [
        number,
        number,
      ];
      assert.equal(pattern.lcsWithin(places, from, to), plainCommonLength(a, b.slice(from, to)));
      const lengths = pattern.lcsOfPrefixes(places, from, b.length + 1);
      for (let i = Math.max(1, from); i <= b.length; i += 1)
        assert.equal(lengths[i], plainCommonLength(a, b.slice(0, i)));
    }),
    { seed: 1, numRuns: 150 },
  );
});

test('partial ratio is the best of all parts, and its part has its score', () => {
  fc.assert(
    fc.property(strings, strings, (left, right) => {
      const [a, b] = [codePointsOf(left), codePointsOf(right)];
      const found = partialRatio(a, b);
      close(found?.score ?? 0, plainPartialRatio(a, b), 'partial ratio');
      if (found === undefined || a.length === b.length) return;
      const [shorter, longer] = a.length <= b.length ? [a, b] : [b, a];
      if (found.score > 0)
        close(ratio(shorter, longer.slice(found.start, found.end)), found.score, 'its part');
    }),
    { seed: 2, numRuns: 150 },
  );
});

test('scores are symmetric, from 0 to 100, and 100 for a string with itself', () => {
  fc.assert(
    fc.property(strings, strings, (left, right) => {
      const [a, b] = [codePointsOf(left), codePointsOf(right)];
      const [setA, setB] = [tokenSetOf(left), tokenSetOf(right)];
      for (const [one, other] of [
        [ratio(a, b), ratio(b, a)],
        [partialRatio(a, b)?.score ?? 0, partialRatio(b, a)?.score ?? 0],
        [tokenSetRatio(setA, setB), tokenSetRatio(setB, setA)],
      ] as const) {
        close(one, other, 'the other way round');
        assert.ok(one >= 0 && one <= 100);
      }
      assert.equal(ratio(a, a), 100);
      assert.equal(partialRatio(a, a)?.score, 100);
      assert.equal(tokenSetRatio(setA, setA), setA.words.length === 0 ? 0 : 100);
      // A part is no worse than the whole.
      assert.ok((partialRatio(a, b)?.score ?? 0) >= ratio(a, b) - 1e-9);
    }),
    { seed: 3, numRuns: 300 },
  );
});

test('a cutoff changes no score that reaches it, and hides all others', () => {
  fc.assert(
    fc.property(strings, strings, fc.integer({ min: 0, max: 100 }), (left, right, cutoff) => {
      const [a, b] = [codePointsOf(left), codePointsOf(right)];
      const partial = partialRatio(a, b)?.score ?? 0;
      assert.equal(partialRatio(a, b, cutoff)?.score, partial >= cutoff ? partial : undefined);
      const whole = tokenSetRatio(tokenSetOf(left), tokenSetOf(right));
      assert.equal(tokenSetRatio(tokenSetOf(left), tokenSetOf(right), cutoff), whole >= cutoff ? whole : 0);
    }),
    { seed: 4, numRuns: 300 },
  );
});

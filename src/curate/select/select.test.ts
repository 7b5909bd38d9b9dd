import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { Random } from '../../stats/random.ts';
import { readDataRows } from '../step-files.ts';
import { choose, type Measured, type SelectSettings } from './choose.ts';
import { fillBins } from './fill-bins.ts';
import { runSelect, selectPicture } from './run-select.ts';
import { binCount, binOf, targetShares } from './target-shape.ts';

const settings: SelectSettings = {
  ...{ minAttempts: 1, maxReward: 0.9, minSolved: 1, peak: 0.1, tail: 2, bySource: false, seed: 1 },
};

const measured = (meanReward: number, solved = 1, source = 'a', attempts = 128): Measured => ({
  source,
  difficulty: { attempts, meanReward, solved },
});

test('the shape has one peak, at hard, and a tail that falls no faster than a power', () => {
  const shares = targetShares({ peak: 0.1, tail: 2, most: 0.9 });
  assert.ok(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-12);
  const peak = shares.indexOf(Math.max(...shares));
  assert.ok(peak === 1 || peak === 2, `${peak}`);
  for (let bin = 1; bin < binCount; bin += 1) {
    const rise = (shares[bin] ?? 0) - (shares[bin - 1] ?? 0);
    assert.ok(bin <= peak ? rise > 0 : rise <= 0, `bin ${bin}`);
  }
  // r^−3 from 0.4 to 0.8 is 8; an exponential tail that falls so from 0.2 to 0.4 would fall far more.
  assert.ok((shares[8] ?? 0) / (shares[16] ?? 0) < 8);
  assert.equal(shares[18], 0);
  assert.throws(() => targetShares({ peak: 0.95, tail: 2, most: 0.9 }), /the peak 0.95 does not lie/);
  assert.throws(() => targetShares({ peak: 0.1, tail: 1, most: 0.9 }), /has no peak/);
});

test('of a source that tells means alone, a mean of nothing was never solved', () => {
  const told = (meanReward: number): Measured => ({ source: 'a', difficulty: { attempts: 128, meanReward } });
  assert.deepEqual(choose([told(0.2), told(0), told(0.95)], settings), [
    ...[undefined, 'never-solved', 'too-easy'],
  ]);
});

test('bins hold their lower ends', () => {
  assert.deepEqual([0, 0.05, 0.1, 0.15, 0.3, 0.35, 0.999, 1].map(binOf), [0, 1, 2, 3, 6, 7, 19, 19]);
});

test('bins are filled to the size, never beyond what is there, and what one lacks the others give', () => {
  assert.deepEqual(fillBins([100, 100, 100], [0.5, 0.3, 0.2], 10), [5, 3, 2]);
  assert.deepEqual(fillBins([2, 100, 100], [0.5, 0.3, 0.2], 10), [2, 5, 3]);
  assert.deepEqual(fillBins([1, 1], [0.5, 0.5], 10), [1, 1]);
  assert.deepEqual(fillBins([4, 4], [0, 0], 4), [2, 2]);
  const bins = fc.array(fc.record({ there: fc.nat(30), share: fc.nat(10) }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(bins, fc.nat(400), (drawn, size) => {
      const there = drawn.map((bin) => bin.there);
      const total = there.reduce((sum, count) => sum + count, 0);
      const weights = drawn.map((bin) => bin.share);
      const all = weights.reduce((sum, weight) => sum + weight, 0) || 1;
      const taken = fillBins(
        there,
        weights.map((weight) => weight / all),
        size,
      );
      assert.equal(
        taken.reduce((sum, count) => sum + count, 0),
        Math.min(size, total),
      );
      assert.ok(
        taken.every((count, bin) => Number.isInteger(count) && count >= 0 && count <= (there[bin] ?? 0)),
      );
    }),
    { seed: 2, numRuns: 500 },
  );
});

test('each rule has its reason, and what the rules leave stays whole without a size', () => {
  const problems = [
    measured(0.3),
    measured(0.95, 120),
    measured(0.02, 0),
    measured(0.5, 3, 'a', 4),
    { source: 'a', difficulty: undefined },
  ];
  assert.deepEqual(choose(problems, { ...settings, minAttempts: 8 }), [
    undefined,
    'too-easy',
    'never-solved',
    'not-measured',
    'not-measured',
  ]);
});

/** Half of the problems are easy: nothing like the shape. */
function pool(count: number): Measured[] {
  const random = new Random('pool');
  return Array.from({ length: count }, (_, i) =>
    measured(random.chance(0.5) ? random.next() : random.next() ** 3, 1, i % 4 === 0 ? 'b' : 'a'),
  );
}

test('what is drawn has the shape, depends on the seed alone, and takes sources in proportion if asked', () => {
  const problems = pool(5000);
  const kept = (more: Partial<SelectSettings>) => {
    const leaving = choose(problems, { ...settings, size: 600, ...more });
    return problems.filter((_, index) => leaving[index] === undefined);
  };
  const drawn = kept({});
  assert.equal(drawn.length, 600);
  const shares = targetShares({ peak: 0.1, tail: 2, most: 0.9 });
  for (let bin = 0; bin < binCount; bin += 1) {
    const own = drawn.filter(({ difficulty }) => binOf(difficulty?.meanReward ?? 0) === bin).length;
    assert.ok(Math.abs(own - 600 * (shares[bin] ?? 0)) <= 1, `bin ${bin}: ${own}`);
  }
  assert.deepEqual(kept({}), drawn);
  assert.notDeepEqual(kept({ seed: 2 }), drawn);
  const byRule = problems.filter(({ difficulty }) => (difficulty?.meanReward ?? 1) <= 0.9);
  const share = byRule.filter(({ source }) => source === 'b').length / byRule.length;
  const b = kept({ bySource: true }).filter(({ source }) => source === 'b').length;
  assert.ok(Math.abs(b - 600 * share) <= 1, `${b} of 600, ${share}`);
});

test('the step keeps rows in their order, says why others left, and draws the histograms', async (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'qed-select-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const input = path.join(directory, 'rows.jsonl');
  const rows = pool(400).map(({ source, difficulty }, i) => ({
    ...{ id: `p${i}`, statement: 'Prove it.', origin: { source, row: i + 1 } },
    difficulty: { ...difficulty, model: 'm', judge: 'j', ungraded: 0, interval: [0, 1] },
  }));
  writeFileSync(input, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const out = path.join(directory, 'select');
  const record = await runSelect({ input, out, settings: { ...settings, size: 60 } });
  const ids: number[] = [];
  for await (const { item } of readDataRows(out)) ids.push(Number(item.id.slice(1)));
  assert.equal(ids.length, 60);
  assert.deepEqual(
    ids,
    [...ids].sort((a, b) => a - b),
  );
  const left = Object.values(record.dropped)
    .flatMap(Object.values)
    .reduce((sum, count) => sum + count, 0);
  assert.equal(left, 340);
  assert.deepEqual(Object.keys(record.dropped).sort(), ['not-drawn', 'too-easy']);
  const { isUnimodal, distanceFromShape } = record.figures;
  assert.equal(isUnimodal, true);
  assert.ok(Number(distanceFromShape) < 0.05, `${distanceFromShape}`);
  const svg = readFileSync(path.join(out, selectPicture), 'utf8');
  assert.ok(svg.includes('before: 400') && svg.includes('after: 60') && svg.includes('line: the shape'));
});

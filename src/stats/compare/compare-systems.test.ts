import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pairedDifference } from '../paired-difference.ts';
import { Random } from '../random.ts';
import type { ScoredSystem } from './align-systems.ts';
import { compareSystems } from './compare-systems.ts';

const options = () => ({ random: new Random('compare'), resamples: 400, permutations: 2000 });

/** A system with this chance of full marks above or below each problem's own, over so many attempts. */
function simulated(name: string, skill: number, problems = 60, attempts = 4): ScoredSystem {
  const random = new Random('system', name);
  const scores = Array.from({ length: problems }, (_, p): [string, number[]] => {
    const rate = Math.max(0, Math.min(1, 0.5 + 0.4 * Math.sin(p) + skill));
    return [`problem ${p}`, Array.from({ length: attempts }, () => (random.chance(rate) ? 7 : 0))];
  });
  return { name, scores: new Map(scores) };
}

test('systems far apart are told apart, nearly equal ones are not, and ranks say so', () => {
  const { systems, pairs } = compareSystems(
    [simulated('weak', -0.3), simulated('strong', 0.3), simulated('also strong', 0.31, 60, 2)],
    options(),
  );
  assert.deepEqual(systems.map(({ name }) => name).at(-1), 'weak');
  assert.deepEqual(
    systems.map(({ rankInterval }) => rankInterval),
    [
      { low: 1, high: 2 },
      { low: 1, high: 2 },
      { low: 3, high: 3 },
    ],
  );
  assert.deepEqual(
    systems.map(({ rank }) => rank),
    [1, 2, 3],
  );
  assert.deepEqual(
    pairs.map(({ significant }) => significant),
    [false, true, true],
  );
  for (const { difference, pValue, holm, benjaminiHochberg, significant } of pairs) {
    assert.ok(difference.estimate >= 0 && difference.low <= difference.estimate);
    assert.ok(pValue <= benjaminiHochberg && benjaminiHochberg <= holm && significant === holm <= 0.05);
  }
});

test('a pair is what pairedDifference makes of it', () => {
  const [first, second] = [simulated('one', 0.1), simulated('two', 0, 60, 3)];
  const [pair] = compareSystems([first, second], options()).pairs;
  const alone = pairedDifference(
    [...first.scores.values()] as number[][],
    [...second.scores.values()] as number[][],
    {
      random: new Random('alone'),
      resamples: 4000,
    },
  );
  assert.ok(pair !== undefined);
  const [sign, low, high] =
    pair.better === 'one' ? [1, alone.low, alone.high] : [-1, -alone.high, -alone.low];
  const near = (actual: number, expected: number, tolerance: number) =>
    assert.ok(Math.abs(actual - expected) < tolerance, `${actual} is not ${expected}`);
  near(pair.difference.estimate, sign * alone.estimate, 1e-12);
  near(pair.difference.low, low, 0.12);
  near(pair.difference.high, high, 0.12);
  near(pair.pValue, alone.pValue, 0.03);
});

test('neither the order of systems nor that of problems changes anything', () => {
  const systems = [simulated('a', 0), simulated('b', 0.1), simulated('c', 0.2)];
  const shuffled = systems.toReversed().map(({ name, scores }) => ({
    name,
    scores: new Map([...scores].toReversed()),
  }));
  assert.deepEqual(compareSystems(shuffled, options()), compareSystems(systems, options()));
});

test('NULL-NOT-ZERO: a problem that one system has no grade for is left out for all, and named', () => {
  const { problems, leftOut, systems } = compareSystems(
    [
      {
        name: 'A',
        scores: new Map([
          ['p1', [7, null]],
          ['p2', [null, null]],
          ['p3', [1]],
        ]),
      },
      {
        name: 'B',
        scores: new Map([
          ['p1', [0]],
          ['p2', [7]],
          ['p4', [7]],
        ]),
      },
    ],
    options(),
  );
  assert.deepEqual(problems, ['p1']);
  assert.deepEqual(leftOut, [
    { problem: 'p2', missing: ['A'] },
    { problem: 'p3', missing: ['B'] },
    { problem: 'p4', missing: ['A'] },
  ]);
  assert.deepEqual(
    systems.map(({ name, score, graded, ungraded }) => [name, score.estimate, graded, ungraded]),
    [
      ['A', 7, 1, 3],
      ['B', 0, 1, 0],
    ],
  );
});

test('equal systems share their rank, and one problem tells no ranks', () => {
  const scores = new Map([['p1', [7, 0]]]);
  const { systems, pairs } = compareSystems(
    [
      { name: 'B', scores },
      { name: 'A', scores },
    ],
    options(),
  );
  assert.deepEqual(
    systems.map(({ name, rank, resampledRanks }) => ({ name, rank, resampledRanks })),
    [
      { name: 'A', rank: 1, resampledRanks: { low: 1, high: 2 } },
      { name: 'B', rank: 1, resampledRanks: { low: 1, high: 2 } },
    ],
  );
  assert.equal(pairs[0]?.pValue, 1);
});

test('intervals of scores stay within the marks that are given', () => {
  const near = new Map(
    Array.from({ length: 12 }, (_, p): [string, number[]] => [`p${p}`, [p === 0 ? 0 : 7]]),
  );
  const systems = [{ name: 'A', scores: near }, simulated('B', 0, 12)].map(({ name, scores }, i) => ({
    name,
    scores: i === 0 ? near : new Map([...scores].map(([, score], p) => [`p${p}`, score] as const)),
  }));
  const [best] = compareSystems(systems, { ...options(), fullMarks: 7 }).systems;
  assert.ok(best !== undefined && best.score.high <= 7 && best.score.low < 6);
});

test('one system, two of one name, and none that share a problem are errors that say so', () => {
  const system = (name: string, problem: string) => ({ name, scores: new Map([[problem, [1]]]) });
  assert.throws(() => compareSystems([system('A', 'p')], options()), /takes two/);
  assert.throws(
    () => compareSystems([system('A', 'p'), system('A', 'q')], options()),
    /two systems are called "A"/,
  );
  assert.throws(
    () => compareSystems([system('A', 'p'), system('B', 'q')], options()),
    /no problem at which every/,
  );
  const broken = { name: 'B', scores: new Map([['p', [Number.NaN]]]) };
  assert.throws(() => compareSystems([system('A', 'p'), broken], options()), /"p" of "B", attempt 0 is NaN/);
});

test('ten systems, 400 problems and 16 attempts with 10,000 resamples take seconds', () => {
  const systems = Array.from({ length: 10 }, (_, s) => simulated(`system ${s}`, s / 30, 400, 16));
  const start = process.cpuUsage();
  // A tenth of the resamples, with a tenth of the time.
  compareSystems(systems, { random: new Random('speed'), resamples: 1000, permutations: 1000 });
  const { user, system } = process.cpuUsage(start);
  assert.ok(user + system < 1_200_000, `${(user + system) / 1000} ms of processor time`);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mean } from '../moments.ts';
import { Random } from '../random.ts';
import { majorityAtK, type Vote } from './majority-at-k.ts';
import { overSubsets } from './subsets-fixture.ts';

const near = (actual: number | undefined, expected: number, tolerance = 1e-10) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= tolerance, `${actual} is not ${expected}`);

const scoreOf: Record<string, number> = { a: 1, b: 0, c: 0, d: 0.5 };
const voteFor = (answer: string | null): Vote => ({
  answer,
  score: answer === null ? null : (scoreOf[answer] ?? 0),
});
const votes = (text: string): Vote[] => [...text].map((letter) => voteFor(letter === '-' ? null : letter));

/** Score of the most frequent answer of these, ties averaged, 0 where nobody votes. */
function plurality(subset: readonly Vote[]): number {
  const counts = new Map<string, number>();
  for (const { answer } of subset) if (answer !== null) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  const most = Math.max(0, ...counts.values());
  const winners = [...counts].filter(([, count]) => count === most).map(([answer]) => scoreOf[answer] ?? 0);
  return winners.length === 0 ? 0 : mean(winners);
}

test('it is the mean over all subsets of the score of the plurality', () => {
  const answers = fc.array(fc.constantFrom('a', 'a', 'b', 'c', 'd', null), { minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(answers, fc.integer({ min: 1, max: 9 }), (answers_A, k) => {
      const votes_A = answers_A.map(voteFor);
      const majority = majorityAtK(votes_A, k);
      if (k > votes_A.length) assert.equal(majority, undefined);
      else near(majority, overSubsets(votes_A, k, plurality));
    }),
    { seed: 11, numRuns: 200 },
  );
});

test('one draw is the mean score, and all draws are the one plurality', () => {
  near(majorityAtK(votes('aab-c'), 1), 2 / 5);
  near(majorityAtK(votes('aab-c'), 5), 1);
  near(majorityAtK(votes('abab-'), 5), 0.5);
  near(majorityAtK(votes('--'), 2), 0);
});

test('it agrees with drawing at random where all subsets are too many', () => {
  const random = new Random('majority');
  const votes_A = Array.from({ length: 64 }, () =>
    voteFor(random.pick(['a', 'a', 'a', 'b', 'b', 'c', 'd', null])),
  );
  for (const k of [3, 16, 40]) {
    const draws = 4000;
    let sum = 0;
    for (let i = 0; i < draws; i += 1) sum += plurality(random.shuffled(votes_A).slice(0, k));
    near(majorityAtK(votes_A, k), sum / draws, 0.03);
  }
});

test('thousands of attempts do not overflow', () => {
  const votes_A = votes('a'.repeat(1200) + 'b'.repeat(1800));
  near(majorityAtK(votes_A, 1), 0.4, 1e-9);
  near(majorityAtK(votes_A, 2), 0.4, 1e-9);
  assert.ok((majorityAtK(votes_A, 101) ?? Number.NaN) < 0.03);
});

test('NULL-NOT-ZERO: an answer nobody scored makes it absent only if it can win', () => {
  const unscored: Vote = { answer: 'x', score: null };
  assert.equal(majorityAtK([...votes('aa'), unscored], 1), undefined);
  near(majorityAtK([...votes('aa'), unscored], 3), 1);
  // One scored attempt scores its answer.
  near(majorityAtK([{ answer: 'a', score: null }, ...votes('a')], 1), 1);
});

test('equal answers with different scores are an error', () => {
  assert.throws(() => majorityAtK([...votes('a'), { answer: 'a', score: 0 }], 1), /"a" is scored 1 and 0/);
});

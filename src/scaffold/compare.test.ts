import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attendance } from './attendance.ts';
import type { Candidate } from './candidate.ts';
import { comparePair, type Orders } from './compare.ts';
import { type Script, type ScriptedRun, scriptedRun } from './fixtures/scripted-run.ts';
import { promptSet } from './prompt-set.ts';
import type { Scaffold } from './scaffold.ts';

const { compare } = promptSet().rsa;
const pair = [1, 2].map((number) => ({
  ...{ label: `solve-${number}`, proof: `the proof of solve-${number}`, isCut: false },
})) as [Candidate, Candidate];

/** One comparison of two proofs, always given in this order. */
const comparison =
  (orders: Orders): Scaffold =>
  async (problem, context) => {
    const options = { problem, compare, orders, context, attendance: attendance(context) };
    const { winner } = await comparePair('compare', pair, options);
    return { proof: winner.proof, turns: [] };
  };

/** The comparison for many seeds: how often the first proof won, and the runs. */
async function overSeeds(orders: Orders, judge: (prompt: string) => string) {
  const seeds = 400;
  const runs: ScriptedRun[] = [];
  for (let seed = 0; seed < seeds; seed += 1) {
    const answer: Script['answer'] = ({ prompt }) => judge(prompt);
    runs.push(await scriptedRun(comparison(orders), { answer, seed, order: seed }));
  }
  const first = runs.filter(({ proof }) => proof === 'the proof of solve-1').length;
  return { first, share: first / seeds, runs };
}

/** Five standard deviations of a fair coin thrown 400 times. */
function assertFair(share: number): void {
  assert.ok(share > 0.375 && share < 0.625, `the first of a pair won ${share} of the time`);
}

const decidedBy = (runs: readonly ScriptedRun[]): unknown[] => [
  ...new Set(runs.map(({ notes }) => notes.compare?.decidedBy)),
];

for (const [what, verdict, by] of [
  ['a judge that always names the first it reads', '\\boxed{1}', 'judge'],
  ['a judge that always names the last it reads', '\\boxed{2}', 'judge'],
  ['a tie', '\\boxed{equal}', 'coin'],
  ['a judge that cannot be read', 'Both have merits.', 'coin'],
  ['a judge that names somebody who is not there', '\\boxed{3}', 'coin'],
] as const) {
  test(`${what} favours nobody`, async () => {
    const { share, runs } = await overSeeds('random', () => verdict);
    assertFair(share);
    assert.deepEqual(decidedBy(runs), [by]);
  });
}

/** Finds the proof that holds the words, wherever it stands. */
const prefers = (words: string) => (prompt: string) => {
  const [, number] = new RegExp(`<candidate-(\\d+)-[0-9a-f]{8}>\\n${words}`).exec(prompt) ?? [];
  return `\\boxed{${number}}`;
};

test('the proof that the judge prefers wins in every order, and each order is drawn about as often', async () => {
  const { first, runs } = await overSeeds('random', prefers('the proof of solve-1'));
  assert.equal(first, runs.length);
  const asFirst = runs.filter(({ asked }) =>
    /<candidate-1-[0-9a-f]{8}>\nthe proof of solve-1/.test(asked.at(-1)?.prompt ?? ''),
  );
  assertFair(asFirst.length / runs.length);
});

test('with both orders each pair is read both ways round, and a judge that clings to a place decides nothing', async () => {
  const { share, runs } = await overSeeds('both', () => '\\boxed{1}');
  assertFair(share);
  assert.deepEqual(decidedBy(runs), ['coin']);
  for (const { asked, notes } of runs.slice(0, 20)) {
    const compared = asked.filter(({ role }) => role === 'compare');
    const orders = compared.map(({ from }) => from.join());
    assert.deepEqual(orders.sort(), ['solve-1,solve-2', 'solve-2,solve-1']);
    const votes = notes.compare?.votes;
    assert.ok(Array.isArray(votes));
    assert.deepEqual(votes.toSorted(), ['solve-1', 'solve-2']);
  }
});

test('with both orders one verdict beside an abstention or a tie decides', async () => {
  for (const other of ['\\boxed{equal}', 'no verdict']) {
    const { first, runs } = await overSeeds('both', (prompt) => {
      // The one way round says equal, or nothing; also when it is asked again.
      const isFirst = /<candidate-1-[0-9a-f]{8}>\nthe proof of solve-1/.test(prompt);
      return isFirst ? other : prefers('the proof of solve-1')(prompt);
    });
    assert.equal(first, runs.length);
    assert.deepEqual(decidedBy(runs), ['judge']);
  }
});

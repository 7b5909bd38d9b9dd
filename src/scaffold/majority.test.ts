import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scaffoldWarnings } from './create-scaffold.ts';
import { type Script, scriptedRun } from './fixtures/scripted-run.ts';
import { hasConclusion, sameConclusion } from './same-conclusion.ts';

/** Solution n is the n-th text. */
const solved =
  (...texts: readonly (string | { answer: string; finish: 'length' })[]): Script['answer'] =>
  ({ label }) =>
    texts[Number(/\d+/.exec(label)?.[0]) - 1] ?? '';

const vote = (answer: Script['answer'], n: number, seed = 0) =>
  scriptedRun(`majority(n=${n})`, { answer, seed, asks: 'answer', order: seed });

test('the answer that most solutions come to wins, however it is written, by the first that came to it', async () => {
  const run = await vote(
    solved('so \\boxed{2}', 'so \\boxed{\\frac{1}{2}}', '\\boxed{0.5}', 'The answer is $1/2$.', '\\boxed{2}'),
    5,
  );
  assert.equal(run.proof, 'so \\boxed{\\frac{1}{2}}');
  assert.deepEqual(run.notes.choice, {
    ...{ chosen: 'solve-2', votes: 3, of: 5, decidedBy: 'votes' },
    classes: [
      ['solve-1', 'solve-5'],
      ['solve-2', 'solve-3', 'solve-4'],
    ],
  });
});

test('a tie is decided by a coin that favours nobody, and is told as one', async () => {
  const won = new Map<unknown, number>();
  for (let seed = 0; seed < 400; seed += 1) {
    const { notes, kept } = await vote(
      solved('\\boxed{1}', '\\boxed{2}', '\\boxed{1}', '\\boxed{2}', '\\boxed{3}'),
      5,
      seed,
    );
    assert.equal(notes.choice?.decidedBy, 'coin');
    assert.match(kept.at(-1)?.why ?? '', /2 of 5 votes, by the toss of a coin/);
    won.set(notes.choice?.chosen, (won.get(notes.choice?.chosen) ?? 0) + 1);
  }
  assert.deepEqual([...won.keys()].sort(), ['solve-1', 'solve-2']);
  for (const times of won.values()) assert.ok(times > 150 && times < 250, `${times}`);
});

test('a solution that was cut or comes to nothing has no vote, and wins only where nobody has one', async () => {
  const cut = { answer: 'perhaps \\boxed{7}, but', finish: 'length' } as const;
  for (let seed = 0; seed < 10; seed += 1) {
    const run = await vote(solved('I give up.', cut, cut, '\\boxed{3}'), 4, seed);
    assert.equal(run.proof, '\\boxed{3}');
    assert.deepEqual([run.notes.choice?.votes, run.notes.choice?.of], [1, 4]);
  }
  const none = await vote(solved('I give up.', 'So do I.'), 2);
  assert.ok(none.proof !== undefined);
  assert.deepEqual([none.notes.choice?.votes, none.notes.choice?.decidedBy], [0, 'coin']);
});

test('conclusions are compared exactly: numbers, sets, intervals, functions; what is not decided is different', () => {
  const same = (first: string, second: string, statement = 'Find it.'): boolean =>
    sameConclusion(`\\boxed{${first}}`, `It is \\boxed{${second}}.`, statement);
  for (const [first, second] of [
    ['1000000007', '1{,}000{,}000{,}007'],
    ['\\sqrt{8}', '2\\sqrt2'],
    ['1, 3', '\\{3, 1\\}'],
    ['[1,\\infty)', '\\left[1, \\infty\\right)'],
    ['x^2-1', '(x-1)(x+1)'],
    ['f(x)=2x', 'f(t)=2t'],
  ] as const) {
    assert.ok(same(first, second), `${first} and ${second}`);
  }
  for (const [first, second] of [
    ['1/3', '0.333'],
    ['(1,2)', '(2,1)'],
    ['[1,2]', '(1,2)'],
    ['n', 'n+1'],
    ['9^{9^{9^9}}', '9^{9^{9^8}}'],
    ['prime numbers', 'odd primes'],
  ] as const) {
    assert.ok(!same(first, second), `${first} and ${second}`);
  }
  assert.ok(!hasConclusion('Hence the claim.'));
  assert.ok(sameConclusion('Hence the claim.', ' Hence the claim. ', 's'));
  assert.ok(!sameConclusion('Hence the claim.', '\\boxed{1}', 's'));
});

test('with proofs there is a warning, since they have no final answers to count', () => {
  assert.match(scaffoldWarnings('majority', 'proof')[0] ?? '', /majority counts final answers/);
  assert.deepEqual(scaffoldWarnings('majority', 'answer'), []);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Script, scriptedRun } from './fixtures/scripted-run.ts';

/** Solution n gets the n-th row of scores; undefined cannot be read. */
const scored =
  (table: readonly (readonly (number | undefined)[])[]): Script['answer'] =>
  ({ role, label }) => {
    const [, solution = '', verification = ''] = /^(?:solve|score)-(\d+)-?(\d*)/.exec(label) ?? [];
    if (role === 'solve') return `proof ${solution}`;
    const score = table[Number(solution) - 1]?.[Number(verification) - 1];
    return score === undefined ? 'no box' : `\\boxed{${score}}`;
  };

test('the best scored of n is the answer', async () => {
  const { proof, notes, counts } = await scriptedRun('best-of-n(n=4)', {
    answer: scored([[3], [6], [1], [5]]),
  });
  assert.equal(proof, 'proof 2');
  assert.deepEqual(notes.choice, { chosen: 'solve-2', score: 6, of: 4 });
  assert.deepEqual(counts, { solve: 4, score: 4 });
});

test('NULL-NOT-ZERO: of equal means more scores, then the later; a score that cannot be read is none', async () => {
  const spec = 'best-of-n(n=3,verifications=2)';
  const more = await scriptedRun(spec, {
    answer: scored([
      [4, 4],
      [4, undefined],
      [undefined, 4],
    ]),
  });
  assert.equal(more.proof, 'proof 1');
  const later = await scriptedRun(spec, {
    answer: scored([
      [2, 6],
      [4, 4],
      [5, 3],
    ]),
  });
  assert.equal(later.proof, 'proof 3');
  const unread = await scriptedRun(spec, {
    answer: scored([
      [1, 1],
      [7, undefined],
      [1, 1],
    ]),
  });
  assert.equal(unread.proof, 'proof 2');
  assert.equal(unread.notes['score-2-2']?.abstained, 'it has no score in \\boxed{}');
});

test('a budget’s end leaves the best scored so far, not the last written', async () => {
  const { kept } = await scriptedRun('best-of-n(n=3)', { answer: scored([[6], [2], [4]]), budget: 5 });
  assert.equal(kept.at(-1)?.proof, 'proof 1');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { factsText } from './facts-text.ts';

test('notes read as words', () => {
  for (const [facts, text] of [
    [{ score: 6 }, 'score 6'],
    [{ score: 2 / 3, pool: 12 }, 'score 0.667, pool 12'],
    [{ score: null }, 'score none'],
    [{ abstained: 'it is empty' }, 'no verdict: it is empty'],
    [{ leftInPlace: 'solve-1', wasCut: true }, 'left in place solve-1, was cut'],
    [{ verdict: 'rejected', of: 'improve' }, 'verdict rejected, of improve'],
    [
      { winner: 'solve-2', decidedBy: 'coin', votes: ['solve-1', 'equal'] },
      'winner solve-2, decided by coin, votes solve-1, equal',
    ],
    [{ kept: [] }, 'kept none'],
    [{ classes: [['solve-1', 'solve-3'], ['solve-2']] }, 'classes solve-1 = solve-3, solve-2'],
  ] as const) {
    assert.equal(factsText(facts as Parameters<typeof factsText>[0]), text);
  }
});

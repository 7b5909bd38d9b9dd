import assert from 'node:assert/strict';
import { test } from 'node:test';
import { severalAttempts } from './several-attempts.ts';

const options = { fullMarks: 7, seed: 1 };

test('the best of k and the chance of full marks, for 2, 4, … and all attempts', () => {
  const half = [7, 0, 7, 0, 7, 0];
  const several = severalAttempts([half, [1, 1, 1, 1, 1, 1]], options);
  assert.deepEqual(
    several.map(({ k, problems }) => [k, problems]),
    [
      [2, 2],
      [4, 2],
      [6, 2],
    ],
  );
  // Of 15 pairs of the first problem's, 3 have no 7.
  const [two] = several;
  assert.ok(Math.abs((two?.pass?.estimate ?? 0) - 12 / 15 / 2) < 1e-12);
  assert.ok(Math.abs((two?.best?.estimate ?? 0) - (7 * (12 / 15) + 1) / 2) < 1e-12);
  assert.equal(several.at(-1)?.pass?.estimate, 0.5);
  assert.deepEqual(severalAttempts([[7], [0]], options), []);
});

test('hundreds of attempts with full marks have full marks, rounding or not', () => {
  const many = severalAttempts([Array<number>(250).fill(7)], options);
  assert.deepEqual(
    many.map(({ k, best }) => [k, best?.estimate]),
    [2, 4, 8, 16, 32, 64, 128, 250].map((k) => [k, 7]),
  );
});

test('NULL-NOT-ZERO: a problem with fewer than k graded attempts is left out', () => {
  const [two] = severalAttempts(
    [
      [7, null],
      [0, 7],
    ],
    options,
  );
  assert.deepEqual([two?.problems, two?.pass?.estimate], [1, 1]);
  const [none] = severalAttempts([[null, 7]], options);
  assert.deepEqual([none?.problems, none?.best, none?.pass], [0, undefined, undefined]);
});

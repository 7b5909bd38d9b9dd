import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../stats/random.ts';
import { knockout } from './knockout.ts';

async function play(
  entrants: readonly (number | undefined)[],
  seed: number,
  wins: (pair: readonly [number, number]) => number,
) {
  const names: string[] = [];
  const matches = knockout(
    entrants.map(async (one) => one),
    new Random(seed),
    async (name, pair) => {
      names.push(name);
      return wins(pair);
    },
  );
  return { winner: (await Promise.all(matches)).at(-1), names };
}

test('the strongest wins, in one match fewer than there are entrants', async () => {
  for (const count of [1, 2, 3, 7, 8, 12]) {
    const entrants = Array.from({ length: count }, (_, index) => index);
    for (let seed = 0; seed < 20; seed += 1) {
      const { winner, names } = await play(entrants, seed, ([a, b]) => Math.max(a, b));
      assert.equal(winner, count - 1);
      assert.equal(names.length, count - 1);
      assert.equal(new Set(names).size, names.length);
    }
  }
});

test('one that is missing loses without a match; when all are missing nobody wins', async () => {
  const { winner, names } = await play([undefined, 3, undefined, 1], 1, ([a, b]) => Math.min(a, b));
  assert.equal(winner, 1);
  assert.equal(names.length, 1);
  assert.equal((await play([undefined, undefined], 1, ([a]) => a)).winner, undefined);
});

test('no place in the row is favoured, nor those who pass a round, when a coin decides', async () => {
  const seeds = 2800;
  const entrants = [0, 1, 2, 3, 4, 5, 6];
  const won = entrants.map(() => 0);
  for (let seed = 0; seed < seeds; seed += 1) {
    const coins = new Random('coins', seed);
    const { winner = 0 } = await play(entrants, seed, (pair) => coins.pick(pair));
    won[winner] = (won[winner] ?? 0) + 1;
  }
  // 400 each, give or take five standard deviations.
  assert.ok(
    won.every((times) => times > 307 && times < 493),
    won.join(),
  );
});

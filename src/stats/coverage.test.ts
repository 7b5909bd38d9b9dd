/** The short form of `npm run coverage`: what this room says of a sample is true about as often as it claims. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulate, simulations } from './coverage-fixture.ts';

const trials = 300;
// Four standard errors of a share of 5 % or 95 % over so many trials.
const tolerance = 4 * Math.sqrt((0.05 * 0.95) / trials);

for (const group of ['mean', 'difference']) {
  test(`intervals of a ${group} hold the truth as often as they claim, with six problems too`, () => {
    for (const make of (simulations[group] ?? []).slice(0, 3)) {
      const simulation = make();
      for (const [line, share] of Object.entries(simulate(simulation, trials, 1))) {
        assert.ok(Math.abs(share - 0.95) < tolerance, `${simulation.name}, ${line}: ${share}`);
      }
    }
  });
}

test('a permutation test at 5 % finds what is not there in 5 % of the cases, also with unequal attempts', () => {
  for (const make of simulations['sign-flip'] ?? []) {
    const simulation = make();
    for (const [line, share] of Object.entries(simulate(simulation, trials, 2))) {
      assert.ok(share < 0.05 + tolerance, `${simulation.name}, ${line}: ${share}`);
    }
  }
});

test('rank intervals hold all true ranks at once', () => {
  const [make] = simulations.ranks ?? [];
  assert.ok(make !== undefined);
  const shares = simulate(make(), 100, 3);
  assert.ok((shares['by significance'] ?? 0) > 0.95 - tolerance, JSON.stringify(shares));
});

test('attempts may stop when the interval of their mean is narrow enough: it still holds the mean', () => {
  const [make] = simulations.stopping ?? [];
  assert.ok(make !== undefined);
  const shares = simulate(make(), 60, 4);
  assert.ok(
    (shares['betting interval'] ?? 0) > 0.95 - 4 * Math.sqrt((0.05 * 0.95) / 60),
    JSON.stringify(shares),
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveLora } from './lora-options.ts';

test('what is absent has the defaults of the Tinker API', () => {
  assert.deepEqual(resolveLora({ rank: 8, seed: 3 }), {
    ...{ rank: 8, alpha: 32, seed: 3 },
    ...{ attention: true, feedForward: true, head: true },
  });
  const given = { rank: 1, alpha: 0.5, seed: 0, attention: false, feedForward: true, head: false };
  assert.deepEqual(resolveLora(given), given);
});

test('a bad option is refused with its name', () => {
  const good = { rank: 8, seed: 1 };
  const refused = (options: object, message: RegExp) => {
    assert.throws(() => resolveLora({ ...good, ...options }), message);
  };
  for (const rank of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '8']) refused({ rank }, /rank is/);
  for (const alpha of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) refused({ alpha }, /alpha is/);
  for (const seed of [0.5, Number.NaN, undefined]) refused({ seed }, /seed is/);
  for (const name of ['attention', 'feedForward', 'head']) refused({ [name]: 1 }, new RegExp(`${name} is 1`));
  refused({ attention: false, feedForward: false, head: false }, /at least one is adapted/);
});

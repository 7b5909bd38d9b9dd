import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IdRegister } from './id-register.ts';

test('no id is given twice, also where a number makes it another’s', () => {
  const ids = new IdRegister();
  assert.deepEqual(
    ['a', 'a-2', 'a', 'a', 'b'].map((id) => ids.take(id)),
    ['a', 'a-2', 'a-3', 'a-4', 'b'],
  );
  assert.equal(ids.repeated, 2);
});

test('ids of an earlier sitting are taken; the table grows with them', () => {
  const ids = new IdRegister();
  for (let i = 0; i < 100_000; i += 1) ids.restore(`id-${i}`);
  for (const i of [0, 40_000, 99_999]) assert.equal(ids.take(`id-${i}`), `id-${i}-2`);
  assert.equal(ids.take('id-100000'), 'id-100000');
  assert.equal(ids.repeated, 3);
});

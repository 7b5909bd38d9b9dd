import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DataFeatures } from './data-features.ts';

function featuresOf(...rows: Record<string, unknown>[]): DataFeatures {
  const features = new DataFeatures();
  for (const row of rows) features.add(row);
  return features;
}

test('columns are those of all rows, with the widest type that they have', () => {
  const features = featuresOf(
    { id: 'a', points: 1, solutions: [], tags: { year: 2020 }, done: true },
    {
      id: 'b',
      points: 1.5,
      solutions: ['x'],
      tags: { level: 'hard' },
      parts: [{ n: 1 }, { m: 'x' }],
      none: null,
    },
  );
  assert.deepEqual(features.toYaml(), [
    { name: 'id', dtype: 'string' },
    { name: 'points', dtype: 'float64' },
    { name: 'solutions', sequence: 'string' },
    {
      name: 'tags',
      struct: [
        { name: 'year', dtype: 'int64' },
        { name: 'level', dtype: 'string' },
      ],
    },
    { name: 'done', dtype: 'bool' },
    {
      name: 'parts',
      list: [
        { name: 'n', dtype: 'int64' },
        { name: 'm', dtype: 'string' },
      ],
    },
    { name: 'none', dtype: 'null' },
  ]);
  assert.equal(features.hasMixed, false);
});

test('a value that is a text in one row and a number in another is a text in all', () => {
  const rows = [{ tags: { year: 2020 } }, { tags: { year: '2021-2' } }, { tags: {} }];
  const features = featuresOf(...rows);
  assert.equal(features.hasMixed, true);
  assert.deepEqual(
    rows.map((row) => features.fitted(row)),
    [{ tags: { year: '2020' } }, { tags: { year: '2021-2' } }, { tags: {} }],
  );
});

test('what no column can hold is refused by field', () => {
  assert.throws(
    () => featuresOf({ a: { b: [1] } }, { a: { b: 1 } }),
    /field a\.b is a list in one row and a scalar/,
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnTexts, columnValues } from './column-values.ts';

test('paths go into objects, into items of lists, and over numbered columns in their order', () => {
  const cells = {
    a: { b: 1, 'c.d': null },
    list: [{ text: 'x' }, { other: 1 }, { text: 'y' }],
    solution_10: 'ten',
    solution_2: 'two',
    solution_1: 'one',
    solution_count: 'none',
    'x.y': 'dotted',
  };
  assert.deepEqual(columnValues(cells, 'a.b'), [1]);
  assert.deepEqual(columnValues(cells, 'a.c.d'), []);
  assert.deepEqual(columnValues(cells, 'list[].text'), ['x', 'y']);
  assert.deepEqual(columnValues(cells, 'solution_*'), ['one', 'two', 'ten']);
  assert.deepEqual(columnValues(cells, 'x.y'), ['dotted']);
  assert.deepEqual(columnValues(cells, 'absent.b'), []);
  assert.deepEqual(columnValues(cells, 'toString'), []);
});

test('texts are strings and numbers, also in lists; blank ones and placeholders are none', () => {
  const cells = { a: [' x ', '', 3, null, { b: 1 }, 'n/a'] };
  assert.deepEqual(columnTexts(cells, 'a', ['n/a']), ['x', '3']);
});

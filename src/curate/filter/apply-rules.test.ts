import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyRules } from './apply-rules.ts';
import { defaultFilterSettings } from './filter-settings.ts';
import { rowOf } from './fixtures/check-rule.ts';
import { filterReasons } from './rules.ts';

const proof = `Suppose it is not. ${'Then each point lies on the line, which cannot be. '.repeat(4)}`;

test('a row leaves for the first reason in the order of the rules, and all that apply are told', () => {
  const row = rowOf({
    statement: 'In the figure, find $x$. ![](https://a.example/b.png)',
    tags: { contest: 'AMC_10A' },
    solutions: [],
  });
  const reasons = applyRules(row, defaultFilterSettings).findings.map(({ reason }) => reason);
  assert.deepEqual(reasons, ['easy-contest', 'image', 'figure', 'final-answer', 'no-solution']);
  const order = reasons.map((reason) => filterReasons.indexOf(reason));
  assert.deepEqual(
    order,
    order.toSorted((a, b) => a - b),
  );
});

test('a row that gives no reason goes on as it is', () => {
  const row = rowOf({ solutions: [proof] });
  const outcome = applyRules(row, defaultFilterSettings);
  assert.deepEqual(outcome.findings, []);
  assert.equal(outcome.row, row);
});

test('a refused solution is taken out; the row leaves when none is left', () => {
  const some = applyRules(rowOf({ solutions: ['Trivial.', proof] }), defaultFilterSettings);
  assert.deepEqual(some.findings, []);
  assert.deepEqual(some.row.solutions, [proof]);
  assert.equal(some.solutionsRemoved, 1);
  const none = applyRules(rowOf({ solutions: ['Trivial.', `${proof}$`] }), defaultFilterSettings);
  assert.deepEqual(
    none.findings.map(({ reason }) => reason),
    ['short-solution', 'solution-tex'],
  );
});

test('with a marking scheme, or where no solution is asked for, a bad one is no reason to leave', () => {
  const graded = rowOf({ solutions: ['Trivial.'], guidelines: 'Checkpoints' });
  assert.deepEqual(applyRules(graded, defaultFilterSettings).findings, []);
  const optional = { ...defaultFilterSettings, solutions: 'optional' as const };
  const outcome = applyRules(rowOf({ solutions: ['Trivial.'] }), optional);
  assert.deepEqual([outcome.findings, outcome.row.solutions], [[], []]);
});

test('rules that are off are not asked', () => {
  const settings = { ...defaultFilterSettings, off: ['short-solution'] };
  assert.deepEqual(applyRules(rowOf({ solutions: ['Trivial.'] }), settings).findings, []);
});

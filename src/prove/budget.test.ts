import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BudgetTextError, budgetText, dollarsText, parseBudget } from './budget.ts';

test('tokens, money and time are read, alone and together', () => {
  const cases: [string, object][] = [
    ['200k tokens', { tokens: 200_000 }],
    ['2M tokens', { tokens: 2_000_000 }],
    ['1.5m tok', { tokens: 1_500_000 }],
    ['1,000,000 tokens', { tokens: 1_000_000 }],
    ['$2', { dollars: 2 }],
    ['0.50 dollars', { dollars: 0.5 }],
    ['$ .25', { dollars: 0.25 }],
    ['10m', { seconds: 600 }],
    ['1h30m', { seconds: 5400 }],
    ['1 h 30 min', { seconds: 5400 }],
    ['90 seconds', { seconds: 90 }],
    ['$2, 90 min', { dollars: 2, seconds: 5400 }],
    ['10m 200k tokens and $1.5', { seconds: 600, tokens: 200_000, dollars: 1.5 }],
    ['1h+$3', { seconds: 3600, dollars: 3 }],
  ];
  for (const [text, budget] of cases) assert.deepEqual(parseBudget(text), budget, text);
});

test('what is no budget is refused in one line that says what was expected', () => {
  const cases: [string, RegExp][] = [
    ['', /it is empty/],
    ['200000', /200000 of what\?/],
    ['10m 5', /5 of what\?/],
    ['lots', /"lots" is no budget/],
    ['$0', /above 0/],
    ['$2 $3', /dollars are there twice/],
    ['10mtokens?', /"\?" is no budget/],
    ['5 minutesss', /5 of what\?/],
    ['-5 tokens', /is no budget/],
  ];
  for (const [text, message] of cases) {
    assert.throws(
      () => parseBudget(text),
      (error) => {
        assert.ok(error instanceof BudgetTextError, text);
        assert.match(error.message, message, text);
        assert.match(error.message, /for example "200k tokens"/);
        assert.doesNotMatch(error.message, /\n/);
        return true;
      },
    );
  }
});

test('a budget is shown as it is meant', () => {
  assert.equal(budgetText({ tokens: 200_000, dollars: 2, seconds: 600 }), '200,000 tokens, $2.00, 10 min');
  assert.equal(budgetText({}), 'no cap');
  assert.deepEqual([0, 0.0013, 0.1, 12.345].map(dollarsText), ['$0.00', '$0.0013', '$0.10', '$12.35']);
});

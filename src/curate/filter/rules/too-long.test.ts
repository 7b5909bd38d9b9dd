import { test } from 'node:test';
import { checkRowRule } from '../fixtures/check-rule.ts';
import { tooLong } from './too-long.ts';

test('too-long', () => {
  checkRowRule(tooLong, {
    leaves: [{ statement: 'x'.repeat(4001) }],
    stays: [{ statement: `Find it. [asy] ${'draw(x);'.repeat(900)} [/asy]` }],
  });
});

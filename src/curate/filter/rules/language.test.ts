import { test } from 'node:test';
import { checkRowRule } from '../fixtures/check-rule.ts';
import { language } from './language.ts';

test('language', () => {
  checkRowRule(language, {
    leaves: [
      { statement: 'Montrer que pour tout nombre $n$ la somme est un nombre premier.' },
      { statement: '证明: 每个正整数 $n$ 都是三个三角数之和.' },
      { statement: 'Докажите, что число $n$ простое.' },
      { statement: '$x=1$', tags: { language: 'zh' } },
    ],
    stays: [
      { statement: 'On a map, a $12$-centimeter line is a road. Find its length.' },
      { statement: 'Prove that the sum of the angles is $180$.', tags: { language: 'en' } },
    ],
  });
});

import { test } from 'node:test';
import { checkRowRule } from '../fixtures/check-rule.ts';
import { fragment } from './fragment.ts';

test('fragment', () => {
  checkRowRule(fragment, {
    leaves: [
      { statement: 'such that $P(i)=a_i$ for all $i$. Prove it.' },
      { statement: 'Prove that there is a point $a$ such that' },
      { statement: 'AoPS Community 2013 China National Olympiad' },
      { statement: 'Find all values of $x$ with $x^2 <' },
    ],
    stays: [
      { statement: 'The sum of the roots is', answer: '3' },
      { statement: '证明: 点 $I$ 在一条定直线上;' },
      { statement: 'Prove that $x$ is prime.' },
    ],
  });
});

import { test } from 'node:test';
import { checkSolutionRule } from '../fixtures/check-rule.ts';
import { computationalSolution } from './computational-solution.ts';

test('computational-solution', () => {
  checkSolutionRule(
    computationalSolution,
    {
      leaves: ['We get $x=1+2=3$, so $y=2x=6$ and $z=y+1=7$.'],
      stays: [
        'Suppose $x=1$. Then $y=2$, a contradiction, so $z=3$ for every choice.',
        'By AM-GM $x+y \\geq 2$, $y+z \\geq 2$, $z+x \\geq 2$, with $x=y=z=1$.',
      ],
    },
    { statement: 'Find $z$.' },
  );
});

import { test } from 'node:test';
import { checkRowRule } from '../fixtures/check-rule.ts';
import { brokenTex } from './broken-tex.ts';

test('broken-tex', () => {
  checkRowRule(brokenTex, {
    leaves: [
      { statement: 'Prove that $x>0.' },
      { statement: 'Prove $\\frac{1}{2$.' },
      { statement: 'Let \\angle A B D$ be right and $x$ \\angle E$.' },
      { statement: 'He pays $325 a year and realizes five on each of his $1000 notes.' },
      { statement: 'Let \\begin{cases} x \\end{align}.' },
      { statement: 'Prove $\\left(x)$.' },
      { statement: 'Determine � all $x$.' },
      { statement: 'If f(x) = x3 + ax2 + b then prove it.' },
    ],
    stays: [
      { statement: 'Prove $x$$\\geq$$y$ and $$\\text{ for some large } n$$ it costs \\$5.' },
      { statement: 'Show \\[x^2\\] and \\(y\\) and $\\{1\\}$, $\\leftarrow$.' },
      { statement: '\\begin{align*} x &= \\text{$y$} \\\\ &= 2 \\end{align*} Prove it.' },
    ],
  });
});

import { test } from 'node:test';
import { checkRowRule } from '../fixtures/check-rule.ts';
import { figure } from './figure.ts';

test('figure', () => {
  checkRowRule(figure, {
    leaves: [
      { statement: 'In the figure, $AB = 3$. Find $AC$.' },
      { statement: 'A board is cut as shown. Prove it.' },
      { statement: 'Use the tiles shown below.' },
      { statement: '如图, $AB$ 是直径.' },
    ],
    stays: [
      { statement: 'A figure of area $1$ is cut into two congruent figures.' },
      { statement: 'Arcs with centres $A$ and $B$ are drawn. Prove that they meet.' },
      { statement: 'Show that the graph of $f$ is connected.' },
    ],
  });
});

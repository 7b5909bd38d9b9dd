import { test } from 'node:test';
import { checkRowRule } from '../fixtures/check-rule.ts';
import { image } from './image.ts';

test('image', () => {
  checkRowRule(image, {
    leaves: [
      { statement: 'Find $x$. ![](https://cdn.mathpix.com/cropped/a.jpg?height=3)' },
      { statement: 'Find it. [asy] draw((0,0)--(1,1)); [/asy]' },
      { statement: 'See \\includegraphics{a.png}' },
      { statement: 'Help Ali. [img]https://a.example/b.png[/img]' },
    ],
    stays: [
      { statement: 'Prove that the image of $f$ is closed.' },
      { statement: 'Let $[A]$ be a class; find $[a, s]$.' },
    ],
  });
});

import { test } from 'node:test';
import { checkSolutionRule } from '../fixtures/check-rule.ts';
import { solutionImage } from './image.ts';

test('solution-image', () => {
  checkSolutionRule(
    solutionImage,
    {
      leaves: [
        'The path is as shown: [asy] draw(a--b); [/asy]',
        'This is attained as in the diagram below.',
        'Refer to the diagram above. ![](https://a.example/b.png)',
      ],
      stays: [
        'Then $M$ is the midpoint. ![](https://cdn.mathpix.com/a.jpg) It lies on $AB$.',
        'Therefore the image of $f$ is closed.',
      ],
    },
    {},
  );
});

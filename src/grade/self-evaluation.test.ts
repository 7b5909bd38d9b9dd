import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutSelfEvaluation } from './self-evaluation.ts';

const removed = (text: string): string | undefined => withoutSelfEvaluation(text).removed?.heading;

test('a final section of self-evaluation is removed, and told', () => {
  const text = '## Solution\n\nLet $n = 2$.\n\n## Self Evaluation\n\nI am sure. \\boxed{1}\n';
  assert.deepEqual(withoutSelfEvaluation(text), {
    proof: '## Solution\n\nLet $n = 2$.',
    removed: {
      heading: '## Self Evaluation',
      characters: text.length - '## Solution\n\nLet $n = 2$.'.length,
    },
  });
  for (const heading of [
    '# Self-Evaluation',
    '### self evaluation:',
    '**Self-Evaluation**',
    '**Self-Evaluation:**',
    '**Self-assessment**:',
    '## 3. Self-Evaluation',
    '## **Self–Evaluation**',
    '## SELF EVALUATION ##',
    '## Final self-evaluation of the proof',
  ]) {
    assert.equal(removed(`A proof.\n\n${heading}\nAll steps hold.`), heading, heading);
  }
});

test('mathematics with such a heading stays', () => {
  for (const text of [
    'Proof.\n\n## Evaluation of the sum\n\nIt is $n^2$.',
    'Proof.\n\n## Evaluation\n\nThe integral is $\\pi$, so the claim follows.',
    'Proof.\n\n## Evaluation of the integral\nIts score function vanishes.',
    'Proof.\n\n## Self-evaluation maps\n\nA map that evaluates itself is constant.',
    'The self-evaluation of $f$ is $f(f)$.',
    'Proof.\n\nself evaluation: none was asked for, so we go on with Lemma 2.',
    '## Self-evaluation\n\nThe first draft was wrong.\n\n## Solution\n\nLet $n = 2$.',
    '**Self-evaluation**\n\nA draft.\n\n**Proof**\n\nLet $n = 2$.',
    '## Self-evaluation\n\nOnly this.',
  ]) {
    assert.deepEqual(withoutSelfEvaluation(text), { proof: text, removed: undefined }, text);
  }
});

test('an evaluation without "self" goes only when it rates; parts of the section go with it', () => {
  assert.equal(removed('A proof.\n\n## Final Evaluation\n\nScore: \\boxed{1}'), '## Final Evaluation');
  assert.equal(
    removed('A proof.\n\n## Evaluation\n\nBased on this I rate it \\boxed{0.5}.'),
    '## Evaluation',
  );
  assert.equal(
    withoutSelfEvaluation(
      'A proof.\n\n## Self-evaluation\n\n### Strengths\n\nMany.\n\n**Weaknesses**\n\nFew.',
    ).proof,
    'A proof.',
  );
});

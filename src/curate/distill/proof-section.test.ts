import assert from 'node:assert/strict';
import { test } from 'node:test';
import { proofSection } from './proof-section.ts';

const proofOf = (answer: string): string | undefined => {
  const reading = proofSection(answer);
  return reading.ok ? reading.value : undefined;
};

test('a heading begins the section, in every form that models write it, and is not part of it', () => {
  for (const heading of [
    '## Proof',
    '# Solution',
    '### Complete Proof:',
    '**Proof**',
    '**Proof.**',
    '**Full solution:**',
    'Proof',
    'Proof.',
    'Solution:',
    'Solution\n========',
    '## 2. Proof of the theorem',
    '**Proof of Theorem 1.**',
    '## Solution (with all details)',
    '\\section*{Proof}',
  ]) {
    assert.equal(
      proofOf(`We shall see.\n\n${heading}\n\nLet $x = 1$.\nDone.`),
      'Let $x = 1$.\nDone.',
      heading,
    );
  }
});

test('a paragraph that begins with the word begins it too, and is part of it', () => {
  for (const lead of ['**Proof.** Let', '*Proof*. Let', 'Proof. Let', 'Proof: Let', '**Solution:** Let']) {
    assert.equal(proofOf(`The claim is clear.\n\n${lead} $x$ be.`), `${lead} $x$ be.`, lead);
  }
});

test('TeX’s proof environment is a section', () => {
  assert.equal(proofOf('Claim.\n\\begin{proof}\nLet $x$.\n\\end{proof}\nRemarks.'), 'Let $x$.');
  assert.equal(proofOf('\\begin{proof} Let $x$.'), undefined);
});

test('the author’s assessment is no part of it', () => {
  const answer = '## Solution\n\nLet $x$.\n\n## Self-evaluation\n\nI rate it 1.';
  assert.equal(proofOf(answer), 'Let $x$.');
  assert.equal(proofOf(answer.replace('## Self-evaluation', '**Self Evaluation:**')), 'Let $x$.');
  // Words in a sentence end nothing.
  assert.equal(
    proofOf('## Proof\nEvaluation at 0 gives 1.\nSo be it.'),
    'Evaluation at 0 gives 1.\nSo be it.',
  );
});

test('words inside a sentence begin nothing; an empty section is none', () => {
  for (const answer of [
    'The proof is easy. Let x be 1.',
    'A proof of this is in the book.\nProof by induction works here and we do it.',
    'Solution set: all x.',
    'proof',
    '## Proof strategy\n\nInduction.',
    '## Proof\n\n## Self-evaluation\n1',
    '## Proof\n  \n',
    '',
  ]) {
    assert.equal(proofOf(answer), undefined, answer);
  }
});

test('reasoning that a model left in its answer is no section', () => {
  assert.equal(proofOf('<think>\n## Proof\nmaybe\n</think>\n\n## Proof\nLet $x$.'), 'Let $x$.');
});

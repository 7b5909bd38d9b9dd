import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseGuidelines } from './parse-guidelines.ts';

test('headings with numbered items become sections with their points', () => {
  const text =
    'See below.\n(Incorrect)\n 1. Small cases.\n(Partial)\n 1. Shows $a_1.5$,\nand (Almost) more.\n 2. Other.\n(ALMOST)\nAll but 3. steps.';
  assert.deepEqual(parseGuidelines(text), {
    preamble: 'See below.',
    sections: [
      { grade: 'incorrect', points: 0, items: ['Small cases.'] },
      { grade: 'partial', points: 1, items: ['Shows $a_1.5$,\nand (Almost) more.', 'Other.'] },
      { grade: 'almost', points: 6, items: ['All but 3. steps.'] },
    ],
  });
});

test('a text without headings has no structure', () => {
  assert.equal(parseGuidelines('Give (Partial) credit for 1. trying.'), undefined);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ExtractedAnswer, extractAnswer } from './extract-answer.ts';

const boxed = (answer: string): ExtractedAnswer => ({ kind: 'boxed', answer });
const stated = (answer: string): ExtractedAnswer => ({ kind: 'stated', answer });

test('the last box is the answer, with its inner braces', () => {
  assert.deepEqual(
    extractAnswer('First \\boxed{3}, no: $$\\boxed{\\frac{1}{\\sqrt{2}}}$$ done.'),
    boxed('\\frac{1}{\\sqrt{2}}'),
  );
  assert.deepEqual(extractAnswer('\\[\n\\boxed{\n(1, 2)\n}\n\\]'), boxed('(1, 2)'));
  assert.deepEqual(extractAnswer('\\fbox{7}'), boxed('7'));
  assert.deepEqual(extractAnswer('so \\\\boxed{7}'), boxed('7'));
  assert.deepEqual(extractAnswer('so \boxed{7}'), boxed('7'));
  assert.deepEqual(extractAnswer('\\boxed{\\{1, 2\\}}'), boxed('\\{1, 2\\}'));
  assert.deepEqual(extractAnswer('\\boxed{\\boxed{5}}'), boxed('\\boxed{5}'));
  assert.deepEqual(extractAnswer('a stray } and { before \\boxed{8}'), boxed('8'));
});

test('a box without braces ends with its word', () => {
  assert.deepEqual(extractAnswer('$\\boxed 5$'), boxed('5'));
  assert.deepEqual(extractAnswer('It is \\boxed 12.'), boxed('12'));
});

test('boxes side by side are one answer, others are not', () => {
  assert.deepEqual(extractAnswer('$\\boxed{3}$ and $\\boxed{5}$'), boxed('3, 5'));
  assert.deepEqual(extractAnswer('$\\boxed{3}, \\boxed{5}$, or $\\boxed{7}$.'), boxed('3, 5, 7'));
  assert.deepEqual(extractAnswer('x = \\boxed{3} and y = \\boxed{5}'), boxed('x = 3, y = 5'));
  assert.deepEqual(extractAnswer('We found \\boxed{3}, which is not prime, so \\boxed{4}.'), boxed('4'));
  assert.deepEqual(extractAnswer('\\boxed{3}\n\n\\boxed{3}'), boxed('3'));
  assert.deepEqual(extractAnswer('\\boxed{3} \\boxed{3}'), boxed('3'));
});

test('boxes that say nothing do not count', () => {
  assert.deepEqual(extractAnswer('\\boxed{4} … put it into \\boxed{}'), boxed('4'));
  assert.deepEqual(extractAnswer('\\boxed{4}. The proof is complete. \\boxed{\\text{QED}}'), boxed('4'));
  assert.deepEqual(extractAnswer('\\boxed{4} $\\boxed{\\blacksquare}$'), boxed('4'));
  assert.deepEqual(extractAnswer('I write \\boxed{answer}.'), {
    kind: 'none',
    ending: 'I write \\boxed{answer}.',
    open: false,
  });
});

test('reasoning is not read', () => {
  assert.deepEqual(extractAnswer('<think>\\boxed{1}</think>It is \\boxed{2}.'), boxed('2'));
  assert.deepEqual(extractAnswer('<think>so \\boxed{1}'), { kind: 'none', ending: '', open: false });
});

test('without a box, a last sentence about the answer is a weaker source', () => {
  assert.deepEqual(
    extractAnswer('We see that x is even.\n\nThe final answer is $12$. It is even.'),
    stated('$12$'),
  );
  assert.deepEqual(extractAnswer('**Answer:** $\\frac{1}{2}$'), stated('$\\frac{1}{2}$'));
  assert.deepEqual(extractAnswer('### Final Answer\n\n2.5'), stated('2.5'));
  assert.deepEqual(extractAnswer('Thus the answer is\n\\[ x = 5 \\]'), stated('x = 5'));
  assert.deepEqual(extractAnswer('The answer is 3. Hence the answer is 4'), stated('4'));
});

test('a text without an answer gives its ending; one that ends in a box is open', () => {
  assert.deepEqual(extractAnswer('a\nb\n\nc\nd\ne\nf'), {
    kind: 'none',
    ending: 'b\nc\nd\ne\nf',
    open: false,
  });
  assert.deepEqual(extractAnswer(''), { kind: 'none', ending: '', open: false });
  const open = extractAnswer('first \\boxed{1}, then \\boxed{12');
  assert.ok(open.kind === 'none' && open.open);
});

test('a million hostile characters take no time', () => {
  const started = process.cpuUsage();
  for (const text of [
    '\\boxed{'.repeat(140_000),
    '{'.repeat(1_000_000),
    '\\'.repeat(1_000_000),
    '\\boxed{1} and '.repeat(70_000),
    'the answer is '.repeat(70_000),
    `${' '.repeat(1_000_000)}x`,
    '*'.repeat(1_000_000),
    `answer${'\n'.repeat(500_000)}`,
    `\\boxed${' '.repeat(1_000_000)}`,
    '$'.repeat(1_000_000),
    '\\boxed '.repeat(140_000),
  ])
    extractAnswer(text);
  const { user, system } = process.cpuUsage(started);
  assert.ok(user + system < 5_000_000, `${(user + system) / 1e6} s`);
});

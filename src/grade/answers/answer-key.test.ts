import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { answerKey } from './answer-key.ts';
import { compareHere } from './compare-here.ts';

test('usual forms of one answer have one key', () => {
  for (const forms of [
    ['\\frac12', '0.5', '1/2', '\\frac{2}{4}', '$\\dfrac{1}{2}$', '50\\cdot 10^{-2}'],
    ['2\\sqrt2', '\\sqrt8', '2^{3/2}'],
    ['1,2,3', '3, 2, 1', '1, 2 and 3', '\\{2,1,3\\}', '1,2,2,3'],
    ['f(x)=x^2-1', 'g(t)=(t-1)(t+1)'],
    ['(1,2)', '\\left(1, 2\\right)'],
    ['[1,\\infty)', '\\left[ 1, \\infty \\right)', '[1,3)\\cup[2,\\infty)'],
    ['No solutions', '\\emptyset', 'none'],
    ['45^\\circ', '45'],
    ['(x+y)^2', 'x^2+2xy+y^2'],
  ])
    assert.equal(new Set(forms.map(answerKey)).size, 1, forms.map(answerKey).join(' | '));
});

test('different answers have different keys', () => {
  const answers = [
    '1',
    '2',
    '-1',
    '1/2',
    '(1,2)',
    '(2,1)',
    '[1,2]',
    '1,2',
    'x',
    'y',
    'x=1',
    'y=1',
    'none',
    'f(x)=1',
    '50\\%',
  ];
  assert.equal(new Set(answers.map(answerKey)).size, answers.length);
});

test('nothing has no key, nor has what is too large', () => {
  assert.equal(answerKey(''), undefined);
  assert.equal(answerKey('9^{9^{9^9}}'), undefined);
});

test('equal keys mean equal answers, for all labelled answers', () => {
  const lines = ['pairs.tsv', 'pairs-later.tsv'].flatMap((file) =>
    readFileSync(new URL(`./fixtures/${file}`, import.meta.url), 'utf8').split('\n'),
  );
  const byKey = new Map<string, Set<string>>();
  for (const line of lines.filter((text) => text !== '' && !text.startsWith('#'))) {
    for (const answer of line.split('\t').slice(1, 3)) {
      const key = answerKey(answer);
      if (key !== undefined) byKey.set(key, (byKey.get(key) ?? new Set()).add(answer));
    }
  }
  let pairs = 0;
  for (const [key, answers] of byKey) {
    const [first = '', ...others] = answers;
    for (const other of others) {
      pairs += 1;
      assert.equal(compareHere(first, other).verdict, 'equal', `${key}: ${first} and ${other}`);
    }
  }
  assert.ok(pairs > 100, `${pairs} pairs`);
});

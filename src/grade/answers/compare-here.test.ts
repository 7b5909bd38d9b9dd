import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { compareHere } from './compare-here.ts';

interface Pair {
  readonly label: string;
  readonly answers: readonly [string, string];
}

/** Pairs with labels; those of `pairs.tsv` were written before the code. */
function labelledPairs(file: 'pairs.tsv' | 'pairs-later.tsv' = 'pairs.tsv'): Pair[] {
  const lines = readFileSync(new URL(`./fixtures/${file}`, import.meta.url), 'utf8').split('\n');
  return lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [label = '', a = '', b = ''] = line.split('\t');
      return { label, answers: [a, b] as const };
    });
}

test('no labelled pair is judged wrongly, in either order', () => {
  const pairs = [...labelledPairs(), ...labelledPairs('pairs-later.tsv')];
  assert.ok(pairs.length > 560);
  const wrong = pairs.flatMap(({ label, answers: [a, b] }) =>
    [compareHere(a, b), compareHere(b, a)]
      .filter(({ verdict }) => verdict !== 'unknown' && verdict !== label)
      .map((comparison) => ({ label, a, b, ...comparison })),
  );
  assert.deepEqual(wrong, []);
});

test('of the labelled pairs that the problem does not matter to, nearly all are decided', () => {
  const decidable = labelledPairs().filter(({ label }) => label !== 'unsettled');
  const open = decidable.filter(({ answers: [a, b] }) => compareHere(a, b).verdict === 'unknown');
  assert.ok(decidable.length > 380);
  assert.ok(open.length <= 9, JSON.stringify(open, undefined, 1));
});

test('every answer of the pairs equals itself', () => {
  const answers = labelledPairs().flatMap((pair) => pair.answers);
  const unequal = answers.filter((answer) => compareHere(answer, answer).verdict !== 'equal');
  assert.deepEqual(unequal, []);
});

test('letters that the problem gives keep their names, and others do not', () => {
  const statement = 'Let $n$ be a positive integer. Find all $f$ with $f(x+y)=f(x)+f(y)$.';
  const verdict = (gold: string, candidate: string): string =>
    compareHere(gold, candidate, { statement }).verdict;
  assert.equal(verdict('f(x)=cx', 'f(x)=kx'), 'equal');
  assert.equal(verdict('f(x)=nx', 'f(x)=kx'), 'unknown');
  assert.equal(verdict('f(x)=cx+n', 'f(x)=kx+n'), 'equal');
  assert.equal(verdict('f(x)=cx', 'f(x)=kx+1'), 'different');
  assert.equal(verdict('f(x)=cx', 'f(x)=2x'), 'different');
  assert.equal(verdict('f(x)=cx', 'f(t)=at'), 'equal');
  assert.equal(compareHere('f(x)=cx', 'f(x)=kx').verdict, 'unknown');
});

test('verdicts name the step that decided', () => {
  const by = (a: string, b: string): string => compareHere(a, b).by;
  assert.equal(by('\\frac12', '0.5'), 'rational');
  assert.equal(by('\\sqrt8', '2\\sqrt2'), 'zero-bound');
  assert.equal(by('\\sqrt2', '1.41421356'), 'enclosure');
  assert.equal(by('(x+1)^2', 'x^2+2x+1'), 'normal-form');
  assert.equal(by('x^2', 'x^3'), 'points');
  assert.equal(by('1,2', '2,1'), 'parts');
  assert.equal(by('the card', 'The card.'), 'text');
  assert.equal(by('9^{9^{9^9}}', '5'), 'limit');
});

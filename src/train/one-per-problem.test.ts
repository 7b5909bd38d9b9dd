import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { onePerProblem, shortestPerProblem } from './one-per-problem.ts';

const textsOf = (problems: readonly string[]) => problems.map((problem, index) => ({ problem, index }));

test('every problem has one text, one of its own, and the order stays', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'd')), fc.nat(), (problems, seed) => {
      const chosen = onePerProblem(textsOf(problems), seed);
      assert.deepEqual(chosen.map(({ problem }) => problem).toSorted(), [...new Set(problems)].toSorted());
      for (const { problem, index } of chosen) assert.equal(problems[index], problem);
      assert.deepEqual(
        chosen,
        chosen.toSorted((x, y) => x.index - y.index),
      );
    }),
  );
});

test('the choice follows from the seed and the texts of the problem, whatever the others are', () => {
  const own = Array.from({ length: 9 }, (_, index) => ({ problem: 'p', text: index }));
  const other = Array.from({ length: 5 }, (_, index) => ({ problem: 'q', text: index }));
  const choiceOf = (texts: typeof own, seed: number) =>
    onePerProblem(texts, seed).find(({ problem }) => problem === 'p')?.text;
  assert.equal(choiceOf([...other, ...own], 1), choiceOf(own, 1));
  const choices = new Set(Array.from({ length: 100 }, (_, seed) => choiceOf(own, seed)));
  assert.equal(choices.size, 9, 'each text is chosen with some seed');
});

test('the shortest text of every problem is chosen, the first of equals', () => {
  const texts = [
    { problem: 'p', text: 'three' },
    { problem: 'q', text: 'xx' },
    { problem: 'p', text: 'two' },
    { problem: 'p', text: 'one' },
  ];
  assert.deepEqual(
    shortestPerProblem(texts, ({ text }) => text.length).map(({ text }) => text),
    ['xx', 'two'],
  );
});

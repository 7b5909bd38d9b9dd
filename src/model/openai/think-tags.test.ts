/** Reasoning between tags is taken out as the chat formats do it, wherever the text is cut. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ThinkTagSplitter, type ThinkTags } from './think-tags.ts';

function split(pieces: readonly string[], isOpened: boolean) {
  let [reasoning, answer] = ['', ''];
  const tags: ThinkTags = { open: '<think>', close: '</think>', isOpened };
  const splitter = new ThinkTagSplitter(tags, {
    reasoning: (text) => {
      reasoning += text;
    },
    answer: (text) => {
      answer += text;
    },
    answerWasReasoning: (seam) => {
      reasoning += seam + answer;
      answer = '';
    },
  });
  for (const piece of pieces) splitter.push(piece);
  splitter.end();
  return { reasoning, answer, open: splitter.isInReasoning };
}

const cases: readonly (readonly [
  text: string,
  isOpened: boolean,
  reasoning: string,
  answer: string,
  open: boolean,
])[] = [
  ['<think>a</think>b', false, 'a', 'b', false],
  ['\n <think>a</think>b', false, 'a', 'b', false],
  ['a</think>b', true, 'a', 'b', false],
  ['<think>a</think>b', true, 'a', 'b', false],
  // The template had opened the block and the preset does not say so.
  ['a</think>b', false, 'a', 'b', false],
  // Only what follows the last closing tag is the answer.
  ['<think>a</think>b</think>c', false, 'a</think>b', 'c', false],
  ['plain', false, '', 'plain', false],
  ['a < b and </thin', false, '', 'a < b and </thin', false],
  ['a < b </thin', true, 'a < b </thin', '', true],
  ['<thin', false, '', '<thin', false],
  ['<think>cut', false, 'cut', '', true],
  ['', true, '', '', true],
  ['', false, '', '', false],
];

for (const [text, isOpened, reasoning, answer, open] of cases) {
  test(`${JSON.stringify(text)}${isOpened ? ', opened by the template' : ''}`, () => {
    const expected = { reasoning, answer, open };
    assert.deepEqual(split([text], isOpened), expected);
    assert.deepEqual(split([...text], isOpened), expected);
    fc.assert(
      fc.property(fc.nat({ max: text.length }), fc.nat({ max: text.length }), (a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const pieces = [text.slice(0, from), text.slice(from, to), text.slice(to)];
        assert.deepEqual(split(pieces, isOpened), expected);
      }),
      { numRuns: 30, seed: 1 },
    );
  });
}

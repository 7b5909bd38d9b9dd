import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { assertEqualsGolden } from '../../golden/tokenizer/check.ts';
import { readCases, readGolden, trainedVocabularySize } from '../../golden/tokenizer/read.ts';
import { alphabetInVocabularyOrder } from './byte-alphabet.ts';
import { loadTokenizer } from './load-tokenizer.ts';
import { qwen3SpecialTokens, qwenTokenizerConfigJson } from './qwen-tokenizer-json.ts';
import type { Tokenizer } from './tokenizer.ts';
import { trainByteLevelBpe } from './train-bpe.ts';

const fileSchema = z.object({
  added_tokens: z.array(z.object({ id: z.int(), content: z.string() })),
  model: z.object({
    vocab: z.record(z.string(), z.int()),
    merges: z.array(z.tuple([z.string(), z.string()])),
  }),
});

function learn(texts: Iterable<string>, vocabularySize: number): z.infer<typeof fileSchema> {
  return fileSchema.parse(JSON.parse(trainByteLevelBpe(texts, { vocabularySize })));
}

function tokenizerOf(texts: Iterable<string>, vocabularySize: number, contextLength = 64): Tokenizer {
  return loadTokenizer(
    trainByteLevelBpe(texts, { vocabularySize }),
    qwenTokenizerConfigJson({ contextLength }),
  );
}

const smallest = alphabetInVocabularyOrder.length + qwen3SpecialTokens.length;
/** Few characters, so that the same pairs come often and overlap (`aaa`), beside any text at all. */
const corpus = fc.array(
  fc.oneof(
    fc.string({ unit: fc.constantFrom('a', 'b', 'é', ' '), maxLength: 40 }),
    fc.string({ unit: 'binary' }),
  ),
  { maxLength: 8 },
);

test("the merges are those of Hugging Face's BpeTrainer", () => {
  const { merges } = learn(readCases().texts, trainedVocabularySize).model;
  assert.deepEqual(merges, readGolden().merges);
});

test('what it writes encodes, decodes and renders as in transformers', () => {
  assertEqualsGolden('trained', tokenizerOf(readCases().texts, trainedVocabularySize, 1024));
});

test('the most frequent pair is merged first; of equals, the one with the smaller ids', () => {
  const { merges } = learn(['cd cd cd', 'ab', 'ab', 'xyz'], smallest + 6).model;
  assert.deepEqual(merges, [
    ['c', 'd'], // 3 times, in `cd` and ` cd`
    ['a', 'b'], // 2 times, like ` cd`, but a comes before the space
    ['Ġ', 'cd'],
    ['x', 'y'], // once
    ['xy', 'z'],
  ]);
});

test('overlapping pairs are merged from the left, and counted so', () => {
  // `aaa` holds the pair twice but can merge it once: of (aa, a) there is then one.
  assert.deepEqual(learn(['aaa'], smallest + 2).model.merges, [
    ['a', 'a'],
    ['aa', 'a'],
  ]);
});

test('the file is a function of the texts, not of how they come', () => {
  const { texts } = readCases();
  const asArray = trainByteLevelBpe(texts, { vocabularySize: 400 });
  const asIterator = trainByteLevelBpe(new Set(texts).values(), { vocabularySize: 400 });
  const backwards = trainByteLevelBpe([...texts].reverse(), { vocabularySize: 400 });
  assert.equal(asIterator, asArray);
  assert.equal(backwards, asArray);
});

test('ids are contiguous: bytes, merges in order, added tokens', () => {
  fc.assert(
    fc.property(corpus, fc.nat(60), (texts, extra) => {
      const { added_tokens: added, model } = learn(texts, smallest + extra);
      const entries = [...alphabetInVocabularyOrder, ...model.merges.map((pair) => pair.join(''))];
      assert.deepEqual(
        Object.entries(model.vocab),
        Object.entries(Object.fromEntries(entries.map((e, i) => [e, i]))),
      );
      assert.equal(new Set(entries).size, entries.length, 'no entry is made twice');
      assert.deepEqual(
        added.map(({ id, content }) => ({ id, content })),
        qwen3SpecialTokens.map(({ content }, i) => ({ id: entries.length + i, content })),
      );
      assert.ok(model.merges.length <= extra);
    }),
    { seed: 2 },
  );
});

test('decode(encode(text)) is the text, whatever the tokenizer has seen', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('<|im_end|>', '<think>', '</think>', ' ', '\n', '\r\n', '$x^{2}$', '<|im_'),
  );
  const text = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join('').normalize('NFC'));
  const learnt = tokenizerOf(readCases().texts, 512);
  fc.assert(
    fc.property(text, (x) => {
      assert.equal(learnt.decode(learnt.encode(x)), x);
    }),
    { seed: 3, numRuns: 500 },
  );
  fc.assert(
    fc.property(corpus, text, (texts, x) => {
      const tokenizer = tokenizerOf([...texts, x], smallest + 40);
      assert.equal(tokenizer.decode(tokenizer.encode(x)), x);
    }),
    { seed: 4, numRuns: 50 },
  );
});

test('added tokens in the texts are not learnt from, and stay one token', () => {
  const texts = Array.from({ length: 50 }, () => '<|im_start|>ab<|im_end|>');
  assert.deepEqual(learn(texts, smallest + 9).model.merges, [['a', 'b']]);
  assert.equal(tokenizerOf(texts, smallest + 9).encode('<|im_start|>ab<|im_end|>').length, 3);
});

test('no merge crosses the pre-tokeniser: digits stand alone, words carry one space', () => {
  const { merges } = learn(['in 2024 the 2024 <=> 2024\n\n'], 400).model;
  const spelt = merges.map((pair) => pair.join(''));
  assert.ok(spelt.includes('Ġthe') && spelt.includes('ĊĊ'));
  assert.ok(!spelt.some((entry) => /\d/.test(entry)), spelt.join(' '));
});

test('it ends when no pair is left', () => {
  assert.equal(tokenizerOf(['ab'], 1000).vocabularySize, smallest + 1);
  assert.equal(tokenizerOf([], 1000).vocabularySize, smallest);
  assert.equal(tokenizerOf(['', 'a'], smallest).vocabularySize, smallest);
});

test('a size without room for bytes and added tokens is refused', () => {
  for (const size of [0, smallest - 1, 300.5, Number.NaN, 2 ** 24]) {
    assert.throws(() => trainByteLevelBpe(['ab'], { vocabularySize: size }), {
      name: 'RangeError',
      message: `vocabularySize must be an integer from 261 to 16777215, got ${size}`,
    });
  }
});

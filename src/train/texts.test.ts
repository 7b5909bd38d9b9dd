import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ChatFormat } from '../tokenizer/tokenizer.ts';
import { planBatches, tokeniseTexts } from './texts.ts';

const lengths = Array.from({ length: 500 }, (_, index) => 20 + (index % 50));

test('one epoch trains on every text once, in batches of about the asked size', () => {
  for (const order of ['as-written', 'shuffled'] as const) {
    const batches = planBatches(lengths, { tokensPerStep: 600, epochs: 1, order, seed: 1 });
    const seen = batches.flat();
    assert.equal(new Set(seen).size, seen.length);
    assert.ok(seen.length > lengths.length - 15, 'at most a small rest is left out');
    for (const batch of batches.slice(0, -1)) {
      const tokens = batch.reduce((sum, index) => sum + (lengths[index] ?? 0), 0);
      assert.ok(tokens >= 600 && tokens < 670);
    }
  }
  const asWritten = planBatches(lengths, {
    tokensPerStep: 600,
    epochs: 1,
    order: 'as-written',
    seed: 1,
  }).flat();
  assert.deepEqual(
    asWritten,
    [...asWritten].sort((a, b) => a - b),
  );
});

test('a plan depends on its arguments only; another epoch has another order; steps end it', () => {
  const options = { tokensPerStep: 600, epochs: 2, order: 'shuffled', seed: 5 } as const;
  const plan = planBatches(lengths, options);
  assert.deepEqual(planBatches(lengths, options), plan);
  assert.notDeepEqual(planBatches(lengths, { ...options, seed: 6 }), plan);
  assert.deepEqual(planBatches(lengths, { ...options, steps: 3 }), plan.slice(0, 3));
  assert.notDeepEqual(plan.flat().slice(0, 500), plan.flat().slice(500));
});

test('a step of so many texts, whatever their lengths', () => {
  const options = { tokensPerStep: 600, textsPerStep: 32, order: 'shuffled', seed: 2 } as const;
  const batches = planBatches(lengths, { ...options, epochs: 2 });
  // 1,000 texts; the last 8 are fewer than half a step.
  assert.deepEqual(
    batches.map((batch) => batch.length),
    new Array(31).fill(32),
  );
  assert.equal(new Set(planBatches(lengths, { ...options, epochs: 1 }).flat()).size, 500);
});

test('no batch is empty and no index is out of range, whatever the lengths', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 2, max: 900 }), { minLength: 1, maxLength: 60 }),
      fc.double({ min: 0.3, max: 3, noNaN: true }),
      (texts, epochs) => {
        const batches = planBatches(texts, { tokensPerStep: 500, epochs, order: 'shuffled', seed: 1 });
        for (const batch of batches) {
          assert.ok(batch.length > 0);
          for (const index of batch) assert.ok(index >= 0 && index < texts.length);
        }
      },
    ),
  );
});

/** One token a character, and a stop token. */
const format = {
  renderPrompt: (messages: readonly { readonly content: string }[]) =>
    Int32Array.from(messages.map(({ content }) => content).join(''), (character) => character.charCodeAt(0)),
  renderReply: (content: string) =>
    Int32Array.from([...content, '\0'], (character) => character.charCodeAt(0)),
} as unknown as ChatFormat;

const textOf = (prompt: string, reply: string) => ({
  messages: [
    { role: 'user' as const, content: prompt },
    { role: 'assistant' as const, content: reply },
  ],
});

test('texts are about the problem that their tag names, or else about their prompt', async () => {
  const examples = [
    { ...textOf('ab', 'c'), tags: { problem: 'p1' } },
    textOf('ab', 'c'),
    textOf('ab', 'd'),
    textOf('ac', 'd'),
  ];
  const { texts } = await tokeniseTexts(examples, format, { maximumTokens: 9, longTexts: 'cut' });
  const [tagged, first, second, other] = texts.map(({ problem }) => problem);
  assert.equal(tagged, 'p1');
  assert.equal(first, second);
  assert.equal(new Set([tagged, first, other]).size, 3);
});

test('long texts are left out, or cut without their stop token; either way they are counted', async () => {
  const texts = [textOf('ab', 'cd'), textOf('ab', 'cdefgh'), textOf('abcdef', 'g')];
  const leftOut = await tokeniseTexts(texts, format, { maximumTokens: 6, longTexts: 'leave-out' });
  assert.deepEqual(leftOut.leftOut, { count: 2, longest: 9 });
  assert.deepEqual(leftOut.cut, { count: 0, longest: 0 });
  assert.equal(leftOut.tokens, 5);
  const cut = await tokeniseTexts(texts, format, { maximumTokens: 6, longTexts: 'cut' });
  // The last one's prompt alone reaches the limit.
  assert.deepEqual(cut.leftOut, { count: 1, longest: 8 });
  assert.deepEqual(cut.cut, { count: 1, longest: 9 });
  const decoded = cut.texts.map(({ tokens_T }) => String.fromCharCode(...tokens_T));
  assert.deepEqual(decoded, ['abcd\0', 'abcdef']);
  assert.equal(cut.tokens, 11);
});

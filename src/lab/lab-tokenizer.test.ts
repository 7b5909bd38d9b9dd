import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertEqualsGolden } from '../../golden/tokenizer/check.ts';
import { Random } from '../stats/random.ts';
import { createChatFormat } from '../tokenizer/chat-format.ts';
import { tokenizerFromGguf } from '../tokenizer/gguf-tokenizer.ts';
import { loadTokenizer } from '../tokenizer/load-tokenizer.ts';
import { tokenizerToGguf } from '../tokenizer/tokenizer-to-gguf.ts';
import { generateProblems, LAB_PROFILES } from './generator.ts';
import { labLetters, labTokenizer, labTokenParts } from './lab-tokenizer.ts';
import { LAB_TASKS, skillExample } from './skills.ts';
import { STUDENTS } from './student.ts';

const { json, configJson } = labTokenizer();
const tokenizer = loadTokenizer(json, configJson);
const pieces = (text: string): string[] => Array.from(tokenizer.encode(text), (id) => tokenizer.decode([id]));

test('ids, decodings and chat renderings equal those of transformers', () => {
  assertEqualsGolden('lab', tokenizer);
});

test('a rule is two tokens, or three with two premises, and the longest match wins', () => {
  assert.deepEqual(pieces('Given A, B. Rules: A and B give C. C gives D. Prove D.'), [
    ...['Given', ' A,', ' B.', ' Rules:', ' A and', ' B give', ' C.', ' C gives', ' D.', ' Prove', ' D.'],
  ]);
  assert.deepEqual(pieces('<think> try C gives E. no. done.</think> A gives B.'), [
    ...['<think>', ' try', ' C gives', ' E.', ' no.', ' done.', '</think>', ' A gives', ' B.'],
  ]);
  assert.deepEqual(pieces(' B. ok Score 0.5'), [' B.', ' ok', ' Score', ' 0.5']);
});

test('no text of any task falls back to bytes, and each comes back as it was', () => {
  const random = new Random('lab-tokenizer-test');
  const problems = generateProblems({ profile: LAB_PROFILES.main, random, split: 'train', distinct: false });
  const format = createChatFormat(tokenizer);
  const firstWord = 256;
  for (const task of LAB_TASKS) {
    for (let i = 0; i < 30; i += 1) {
      const { messages } = skillExample(task, problems.next().value.problem, random, {
        student: STUDENTS.main,
        summariser: 'claims',
      });
      for (const { content } of messages) {
        const ids = tokenizer.encode(content);
        assert.ok(
          ids.every((id) => id >= firstWord || tokenizer.decode([id]) === '\n'),
          `${task}: ${pieces(content).join('|')}`,
        );
        assert.equal(tokenizer.decode(ids), content);
      }
      const prompt = format.renderPrompt(messages.slice(0, -1));
      assert.ok(
        prompt.every((id) => id >= firstWord || tokenizer.decode([id]) === '\n'),
        `prompt of ${task}`,
      );
    }
  }
});

test('ids are contiguous: bytes, then the added tokens in order', () => {
  const { model, added_tokens: added } = JSON.parse(json);
  const upTo = (size: number): number[] => Array.from({ length: size }, (_, id) => id);
  const bytes: number[] = Object.values(model.vocab);
  assert.deepEqual(
    bytes.toSorted((a, b) => a - b),
    upTo(256),
  );
  const ids = added.map(({ id }: { id: number }) => id);
  assert.deepEqual([...upTo(256), ...ids], upTo(tokenizer.vocabularySize));
});

test('every lab word is one token and every token has its words', () => {
  const parts = labTokenParts();
  assert.equal(parts.length, tokenizer.vocabularySize);
  assert.ok(parts.every((words) => words.length > 0));
  for (const letter of labLetters) {
    for (const [text, words] of [
      [` ${letter} gives`, [letter, 'gives']],
      [` ${letter} and`, [letter, 'and']],
      [` ${letter} give`, [letter, 'give']],
      [` ${letter}.`, [letter, '.']],
      [` ${letter},`, [letter, ',']],
      [` ${letter}`, [letter]],
    ] as const) {
      assert.deepEqual(parts[tokenizer.idOf(text) ?? -1], words, text);
    }
  }
  assert.deepEqual(parts[tokenizer.idOf(' 0.5') ?? -1], ['0.5']);
  assert.deepEqual(parts[tokenizer.idOf(' Summarise.') ?? -1], ['Summarise', '.']);
  assert.deepEqual(parts[tokenizer.idOf('user\n') ?? -1], ['user', '\n']);
  assert.deepEqual(parts[tokenizer.idOf('<think>') ?? -1], ['<think>']);
});

test('the words of a token, put together, are its text', () => {
  const squeezed = (text: string): string => text.replaceAll(' ', '');
  for (const [id, words] of labTokenParts().entries()) {
    if (id >= 256) assert.equal(words.join(''), squeezed(tokenizer.decode([id])));
  }
});

test('any text in NFC survives', () => {
  const labText = fc
    .array(
      fc.constantFrom(' A', ' A gives', '.', ' ', '\n', 'Given', ' 0', '.5', ' no', '</think>', 'é', '🙂'),
    )
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), labText), (text) => {
      const normal = text.normalize('NFC');
      assert.equal(tokenizer.decode(tokenizer.encode(normal)), normal);
    }),
    { seed: 1, numRuns: 100 },
  );
});

test('llama.cpp can be told how it splits', () => {
  const keys = tokenizerToGguf(json, configJson);
  assert.equal(keys.get('tokenizer.ggml.pre'), 'qwen2');
  const back = tokenizerFromGguf(keys);
  const text = '<think> A and B give C.</think> 2024 é\n\nno. done.';
  assert.deepEqual(loadTokenizer(back.json, back.configJson).encode(text), tokenizer.encode(text));
});

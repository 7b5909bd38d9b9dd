import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonOfKind, readFamilies } from '../../golden/tokenizer/read-families.ts';
import { ggufPreTokenizers } from './gguf-pre-tokenizers.ts';
import { tokenizerFromGguf } from './gguf-tokenizer.ts';
import { loadTokenizer } from './load-tokenizer.ts';
import { qwenTokenizerConfigJson } from './qwen-tokenizer-json.ts';
import { tokenizerToGguf } from './tokenizer-to-gguf.ts';
import { trainByteLevelBpe } from './train-bpe.ts';

const families = readFamilies();
const sentencePieceConfig = JSON.stringify({
  bos_token: { __type: 'AddedToken', content: '<s>' },
  eos_token: '</s>',
  unk_token: '<unk>',
  add_bos_token: true,
});

function kindJson(name: string): string {
  const kind = families.kinds.find((known) => known.name === name);
  assert.ok(kind !== undefined, name);
  return jsonOfKind(families, kind);
}

function changed(json: string, change: (file: Record<string, Record<string, unknown>>) => void): string {
  const file = JSON.parse(json);
  change(file);
  return JSON.stringify(file);
}

/** The tokenizer that comes back gives the same tokens, and the same keys again. */
function assertRoundTrip(json: string, configJson: string, pre: string): void {
  const keys = tokenizerToGguf(json, configJson, { vocabularySize: 2048 });
  assert.equal(keys.get('tokenizer.ggml.pre'), pre);
  const tokens = keys.get('tokenizer.ggml.tokens');
  assert.ok(Array.isArray(tokens) && tokens.length === 2048 && tokens.at(-1) === '[PAD2047]');
  const back = tokenizerFromGguf(keys);
  assert.deepEqual(tokenizerToGguf(back.json, back.configJson, { vocabularySize: 2048 }), keys);
  const [first, second] = [loadTokenizer(json, configJson), loadTokenizer(back.json, back.configJson)];
  assert.equal(second.vocabularySize, first.vocabularySize);
  for (const text of families.texts) {
    assert.deepEqual(second.encode(text), first.encode(text), JSON.stringify(text));
    assert.equal(second.decode(first.encode(text)), first.decode(first.encode(text)));
  }
}

test('byte-level tokenizers go into GGUF and come back as they were', () => {
  assertRoundTrip(kindJson('llama 3'), '{"bos_token": "<|im_start|>"}', 'llama-bpe');
  assertRoundTrip(kindJson('qwen 2'), '{}', 'qwen2');
  assertRoundTrip(kindJson('smollm'), '{}', 'smollm');
});

test('what is trained here splits as llama.cpp’s qwen2', () => {
  const configJson = qwenTokenizerConfigJson({ contextLength: 64 });
  assertRoundTrip(trainByteLevelBpe(families.texts, { vocabularySize: 400 }), configJson, 'qwen2');
});

test('SentencePiece’s merges become scores, and scores the same merges', () => {
  // Llama's own merges are every pair that spells a piece; those of a trainer are not, so the pieces are scored here.
  const keys = new Map<string, unknown>([
    ['tokenizer.ggml.model', 'llama'],
    [
      'tokenizer.ggml.tokens',
      ['<unk>', '<s>', '</s>', ...byteNames, '▁', 'a', 'b', 'ab', '▁a', 'abab', '▁ab'],
    ],
    ['tokenizer.ggml.token_type', [2, 3, 3, ...byteNames.map(() => 6), 1, 1, 1, 1, 1, 1, 1]],
    ['tokenizer.ggml.scores', [0, 0, 0, ...byteNames.map(() => 0), -9, -9, -9, -1, -2, -4, -3]],
  ]);
  const { json, configJson } = tokenizerFromGguf(keys);
  assert.deepEqual(JSON.parse(json).model.merges, [
    ['a', 'b'],
    ['▁', 'a'],
    ['▁a', 'b'],
    ['▁', 'ab'],
    ['ab', 'ab'],
  ]);
  const tokenizer = loadTokenizer(json, configJson);
  const text = 'abab ab\nc';
  assert.deepEqual(
    [...tokenizer.encode(text)].map((id) => tokenizer.decode([id])),
    ['ab', 'ab', 'ab', '\n', 'c'],
    'a space is put before, and one is taken off each token that is decoded by itself',
  );
  assert.equal(tokenizer.decode(tokenizer.encode(text)), text);
  assertRoundTrip(json, configJson, 'default');
});

const byteNames = Array.from(
  { length: 256 },
  (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
);

test('the keys say what llama.cpp has to add, and hold the templates', () => {
  const byTemplate = changed(kindJson('llama 3'), (file) => {
    file.post_processor = {
      type: 'Sequence',
      processors: [
        { type: 'ByteLevel' },
        {
          type: 'TemplateProcessing',
          single: [
            { SpecialToken: { id: '<|im_start|>', type_id: 0 } },
            { Sequence: { id: 'A', type_id: 0 } },
          ],
          special_tokens: {},
        },
      ],
    };
  });
  const keys = tokenizerToGguf(
    byTemplate,
    JSON.stringify({
      bos_token: '<|im_start|>',
      chat_template: [
        { name: 'default', template: 'a' },
        { name: 'tool_use', template: 'b' },
      ],
    }),
  );
  assert.equal(keys.get('tokenizer.ggml.add_bos_token'), true);
  assert.equal(keys.get('tokenizer.ggml.add_eos_token'), false);
  assert.equal(keys.get('tokenizer.chat_template'), 'a');
  assert.deepEqual(keys.get('tokenizer.chat_templates'), ['tool_use']);
  const back = tokenizerFromGguf(keys);
  assert.equal(JSON.parse(back.json).post_processor.single[0].SpecialToken.id, '<|im_start|>');
  assert.equal(JSON.parse(back.configJson).bos_token, '<|im_start|>');
  assert.deepEqual(JSON.parse(back.configJson).chat_template, [
    { name: 'default', template: 'a' },
    { name: 'tool_use', template: 'b' },
  ]);
  assert.throws(
    () => tokenizerToGguf(byTemplate, '{}'),
    /post_processor adds "<\|im_start\|>", which is not the bos_token/,
  );
});

test('what GGUF has no word for is refused by field', () => {
  const refuse = (json: string, pattern: RegExp, configJson = '{}') =>
    assert.throws(() => tokenizerToGguf(json, configJson), pattern);
  const qwen = kindJson('qwen 2');
  refuse(kindJson('tokens with flags'), /added_tokens\[0\]: rstrip is true/);
  refuse(kindJson('nfkc, lower case'), /normalizer is Sequence/);
  refuse(kindJson('gpt-2 with a space before'), /add_prefix_space is true/);
  refuse(kindJson('runs of digits'), /pre_tokenizer splits as no tokenizer\.ggml\.pre does: \\p\{N\}\+ then/);
  refuse(kindJson('split before'), /Split at place 0 is not a split that GGUF can say/);
  refuse(
    changed(qwen, (file) => Object.assign(file.model ?? {}, { ignore_merges: true })),
    /ignore_merges is true/,
  );
  refuse(kindJson('mistral'), /Metaspace treats spaces otherwise/, sentencePieceConfig);
  refuse(kindJson('llama 2'), /merges are not those of a SentencePiece model/, sentencePieceConfig);
  refuse(qwen, /eos_token "<end>" is no token/, '{"eos_token": "<end>"}');
  refuse(qwen, /eos_token/, '{"eos_token": 5}');
  assert.throws(
    () => tokenizerToGguf(qwen, '{}', { vocabularySize: 100 }),
    /has \d+ tokens, the model's embedding 100 rows/,
  );
});

test('broken metadata is an Error that names the key', () => {
  const keys = tokenizerToGguf(kindJson('qwen 2'), '{}');
  const broken = (changes: Readonly<Record<string, unknown>>) => () =>
    tokenizerFromGguf(new Map<string, unknown>([...keys, ...Object.entries(changes)]));
  assert.throws(broken({ 'tokenizer.ggml.model': 'bert' }), /tokenizer\.ggml\.model/);
  assert.throws(broken({ 'tokenizer.ggml.pre': 'nobody' }), /tokenizer\.ggml\.pre is "nobody"/);
  assert.throws(broken({ 'tokenizer.ggml.tokens': 5 }), /tokenizer\.ggml\.tokens/);
  assert.throws(
    broken({ 'tokenizer.ggml.tokens': ['a', 'a'] }),
    /token_type has \d+ entries, tokenizer\.ggml\.tokens 2/,
  );
  assert.throws(
    broken({ 'tokenizer.ggml.tokens': ['a', 'a'], 'tokenizer.ggml.token_type': [1, 1] }),
    /"a" is there twice, as 0 and 1/,
  );
  assert.throws(broken({ 'tokenizer.ggml.merges': ['ab'] }), /"ab" is no pair/);
  assert.throws(broken({ 'tokenizer.ggml.merges': undefined }), /merges is missing/);
  assert.throws(broken({ 'tokenizer.ggml.eos_token_id': 1e6 }), /eos_token_id is 1000000, of \d+ tokens/);
  assert.throws(
    broken({ 'tokenizer.ggml.model': 'llama', 'tokenizer.ggml.merges': undefined }),
    /scores is missing/,
  );
});

test('unused tokens keep their ids in between, and are left out at the end', () => {
  const keys = tokenizerToGguf(kindJson('qwen 2'), '{}');
  const tokens = keys.get('tokenizer.ggml.tokens');
  const types = keys.get('tokenizer.ggml.token_type');
  assert.ok(Array.isArray(tokens) && types instanceof Int32Array);
  const { json, configJson } = tokenizerFromGguf(
    new Map<string, unknown>([
      ...keys,
      ['tokenizer.ggml.tokens', [...tokens, '[PAD1]', '<new>', '[PAD2]']],
      ['tokenizer.ggml.token_type', [...types, 5, 3, 5]],
    ]),
  );
  const tokenizer = loadTokenizer(json, configJson);
  assert.equal(tokenizer.idOf('<new>'), tokens.length + 1);
  assert.equal(tokenizer.vocabularySize, tokens.length + 2);
});

test('no two splits have a name in common', () => {
  const names = ggufPreTokenizers.flatMap((known) => known.names);
  assert.equal(new Set(names).size, names.length);
});

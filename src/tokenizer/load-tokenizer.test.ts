import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadTokenizer } from './load-tokenizer.ts';
import { qwen3SpecialTokens, qwenTokenizerConfigJson, qwenTokenizerJson } from './qwen-tokenizer-json.ts';

const configJson = qwenTokenizerConfigJson({ contextLength: 64 });
const json = qwenTokenizerJson({
  merges: [
    ['a', 'b'],
    ['ab', 'c'],
    ['b', 'c'],
    ['Ġ', 'x'],
  ],
  addedTokens: [...qwen3SpecialTokens, { content: 'bcd', special: false }],
});

test('merges apply in rank order', () => {
  const tokenizer = loadTokenizer(json, configJson);
  assert.equal(tokenizer.vocabularySize, 256 + 4 + 5 + 1);
  assert.deepEqual([...tokenizer.encode('ab x')], [256, 259]);
  assert.deepEqual([...tokenizer.encode('abcd')], [64, 265], 'an added token is found before any merge');
});

test('idOf knows tokens by their text', () => {
  const tokenizer = loadTokenizer(json, configJson);
  assert.equal(tokenizer.idOf(' x'), 259);
  assert.equal(tokenizer.idOf('</think>'), 264);
  assert.equal(tokenizer.idOf('bc'), 258);
  assert.equal(tokenizer.idOf('bcd'), 265);
  assert.equal(tokenizer.idOf('nowhere'), undefined);
});

test('spaces before punctuation and at the ends are kept, and padding ids decode to nothing', () => {
  const tokenizer = loadTokenizer(json, JSON.stringify({ clean_up_tokenization_spaces: true }));
  const text = "  a , b .  don 't\n";
  assert.equal(tokenizer.decode(tokenizer.encode(text)), text);
  assert.equal(tokenizer.decode([256, 100_000, 256]), 'abab');
});

test('a mark of byte order is text, also at the beginning', () => {
  const tokenizer = loadTokenizer(json, configJson);
  assert.equal(tokenizer.decode(tokenizer.encode('\ufeffab\ufeff')), '\ufeffab\ufeff');
});

test('a code point split over tokens is joined, and broken UTF-8 becomes U+FFFD', () => {
  const tokenizer = loadTokenizer(json, configJson);
  const ids = tokenizer.encode('é');
  assert.equal(ids.length, 2);
  assert.equal(tokenizer.decode(ids), 'é');
  assert.equal(tokenizer.decode(ids.slice(0, 1)), '\ufffd');
});

test('bytesOf gives the bytes of a token, part of a code point too', () => {
  const tokenizer = loadTokenizer(json, configJson);
  const [first] = tokenizer.encode('é');
  assert.deepEqual([...(tokenizer.bytesOf(first ?? -1) ?? [])], [0xc3]);
  assert.equal(Buffer.from(tokenizer.bytesOf(259) ?? []).toString(), ' x');
  assert.equal(Buffer.from(tokenizer.bytesOf(264) ?? []).toString(), '</think>');
  assert.equal(tokenizer.bytesOf(100_000), undefined);
});

test('names like those of Object.prototype are ordinary entries', () => {
  const merges = [['_', '_']] as const;
  const file = JSON.parse(qwenTokenizerJson({ merges, addedTokens: [] }));
  file.model.vocab = JSON.parse(
    JSON.stringify(file.model.vocab).replace(/}$/, ',"__proto__":257,"constructor":258}'),
  );
  const tokenizer = loadTokenizer(JSON.stringify(file), configJson);
  assert.equal(tokenizer.idOf('__proto__'), 257);
  assert.equal(tokenizer.decode([257, 258]), '__proto__constructor');
  assert.equal(tokenizer.idOf('toString'), undefined);
});

test('what is not byte-level BPE is refused by name', () => {
  const changed = (change: (file: { model: Record<string, unknown>; decoder: unknown }) => void): string => {
    const file = JSON.parse(json);
    change(file);
    return JSON.stringify(file);
  };
  const load = (text: string) => () => loadTokenizer(text, configJson);
  assert.throws(load('{'), /tokenizer\.json is not JSON/);
  assert.throws(load('{}'), /tokenizer\.json: [\s\S]*model/);
  assert.throws(
    load(
      changed((file) => {
        file.model.type = 'Unigram';
      }),
    ),
    /tokenizer\.json: [\s\S]*model\.type/,
  );
  assert.throws(
    load(
      changed((file) => {
        file.decoder = { type: 'WordPiece' };
      }),
    ),
    /decoder\.type is WordPiece/,
  );
});

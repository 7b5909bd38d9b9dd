/** Broken files: an Error that names the file and the field, at once, whatever is wrong. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { jsonOfKind, readFamilies } from '../../golden/tokenizer/read-families.ts';
import { loadTokenizer } from './load-tokenizer.ts';
import { qwenTokenizerConfigJson, qwenTokenizerJson } from './qwen-tokenizer-json.ts';

const configJson = qwenTokenizerConfigJson({ contextLength: 64 });
const json = qwenTokenizerJson({
  merges: [
    ['a', 'b'],
    ['ab', 'c'],
  ],
  addedTokens: [
    { content: '<end>', special: true },
    { content: '<pad>', special: true },
  ],
});

interface Editable {
  [field: string]: unknown;
  added_tokens: Record<string, unknown>[];
  model: Record<string, unknown> & { vocab: Record<string, unknown>; merges: unknown[] };
}

function edited(edit: (file: Editable) => void): string {
  const file = JSON.parse(json);
  edit(file);
  return JSON.stringify(file);
}

function refuses(edit: (file: Editable) => void, pattern: RegExp): void {
  const text = edited(edit);
  assert.throws(
    () => loadTokenizer(text, configJson),
    (error) =>
      error instanceof Error && error.message.startsWith('tokenizer.json') && pattern.test(error.message),
    `${pattern}`,
  );
}

test('ids that two share, that nothing has, or that transformers would not give are refused', () => {
  refuses((file) => (file.model.vocab.ab = 0), /model\.vocab: "!" and "ab" both have id 0/);
  refuses((file) => (file.model.vocab.abc = 300), /added_tokens|no entry has id/);
  refuses((file) => (file.model.vocab.abc = -1), /vocab/);
  refuses((file) => (file.model.vocab.abc = 1.5), /vocab/);
  refuses((file) => (file.model.vocab.abc = '257'), /vocab/);
  refuses(
    (file) => Object.assign(file.added_tokens[0] ?? {}, { id: 700 }),
    /added_tokens\[0\] "<end>" has id 700/,
  );
  refuses(
    (file) => Object.assign(file.added_tokens[1] ?? {}, { content: '<end>' }),
    /"<end>" is there twice/,
  );
  refuses((file) => Object.assign(file.added_tokens[1] ?? {}, { content: '' }), /added_tokens\[1\]\.content/);
  refuses(
    (file) => Object.assign(file.added_tokens[0] ?? {}, { content: 'ab' }),
    /transformers would give it 256/,
  );
});

test('merges that name what is not there are refused by their place', () => {
  refuses((file) => file.model.merges.push(['a', 'zz']), /model\.merges\[2\] names "zz"/);
  refuses((file) => file.model.merges.push(['a', 'c']), /model\.merges\[2\] names "ac"/);
  refuses((file) => file.model.merges.push('a b c'), /model\.merges\[2\] is not a pair/);
  refuses((file) => file.model.merges.push(['a']), /model\.merges\[2\] is not a pair/);
  refuses((file) => file.model.merges.push(7), /model\.merges\[2\] is not a pair/);
  refuses((file) => Object.assign(file.model, { merges: {} }), /model\.merges|list of merges/);
  refuses((file) => Object.assign(file.model, { merges: undefined }), /merges/);
});

test('what is not computed is refused by field', () => {
  const type = 'Nobody';
  refuses((file) => Object.assign(file, { normalizer: { type } }), /normalizer\.type is Nobody/);
  refuses((file) => Object.assign(file, { pre_tokenizer: { type } }), /pre_tokenizer\.type is Nobody/);
  refuses((file) => Object.assign(file, { decoder: { type } }), /decoder\.type is Nobody/);
  refuses((file) => Object.assign(file, { decoder: null }), /decoder is missing/);
  refuses((file) => Object.assign(file, { normalizer: 5 }), /normalizer/);
  for (const model of ['Unigram', 'WordPiece', 'WordLevel']) {
    refuses((file) => Object.assign(file.model, { type: model }), /model\.type/);
  }
  refuses((file) => Object.assign(file.model, { dropout: 0.1 }), /dropout/);
  refuses((file) => Object.assign(file.model, { end_of_word_suffix: '</w>' }), /end_of_word_suffix/);
  refuses(
    (file) => Object.assign(file.model, { continuing_subword_prefix: '##' }),
    /continuing_subword_prefix/,
  );
  const split = (pattern: unknown) => ({ type: 'Split', pattern, behavior: 'Isolated', invert: false });
  for (const pattern of [{ Regex: '(' }, { Regex: '(?i)a' }, { Regex: '(?i:ss)' }, { String: '' }, {}, 5]) {
    refuses((file) => Object.assign(file, { pre_tokenizer: split(pattern) }), /pre_tokenizer\.pattern/);
  }
  refuses(
    (file) => Object.assign(file, { pre_tokenizer: { ...split({ String: 'a' }), behavior: 'Odd' } }),
    /behavior/,
  );
  const sequence = { type: 'Sequence', pretokenizers: [{ type: 'ByteLevel' }, 5] };
  refuses((file) => Object.assign(file, { pre_tokenizer: sequence }), /pre_tokenizer\.pretokenizers\[1\]/);
});

test('a million brackets end in an Error, not in a crash', () => {
  const deep = (unit: string, end: string) => unit.repeat(1e6) + end.repeat(1e6);
  assert.throws(() => loadTokenizer(deep('[', ']'), configJson), /tokenizer\.json/);
  const sequence = `${'{"type":"Sequence","normalizers":['.repeat(1e4)}${']}'.repeat(1e4)}`;
  const nested = json.replace('"normalizer": {\n  "type": "NFC"\n }', `"normalizer": ${sequence}`);
  assert.notEqual(nested, json);
  assert.throws(() => loadTokenizer(nested, configJson), /nested too deeply/);
  assert.throws(() => loadTokenizer(json, deep('[', ']')), /tokenizer_config\.json/);
});

test('a file that was cut off is an Error, wherever', () => {
  for (let length = 0; length < json.length - 2; length += 97) {
    assert.throws(() => loadTokenizer(json.slice(0, length), configJson), /^Error: tokenizer\.json/);
  }
});

test('whatever is put in whatever place: a tokenizer, or an Error that names the file', () => {
  const kinds = readFamilies();
  const files = kinds.kinds.map((kind) => jsonOfKind(kinds, kind));
  const value = fc.oneof(
    fc.constantFrom<unknown>(
      null,
      '',
      'a',
      0,
      -1,
      1e9,
      0.5,
      true,
      [],
      {},
      [[]],
      [['a', 'b']],
      { type: 'Sequence' },
      { type: 'ByteLevel' },
    ),
    fc.json({ maxDepth: 2 }).map((text): unknown => JSON.parse(text)),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...files),
      fc.array(fc.tuple(fc.array(fc.nat(400), { minLength: 1, maxLength: 5 }), value), {
        minLength: 1,
        maxLength: 2,
      }),
      (text, edits) => {
        const file = JSON.parse(text);
        for (const [steps, fresh] of edits) replaceAt(file, steps, fresh);
        try {
          const tokenizer = loadTokenizer(JSON.stringify(file), '{}');
          tokenizer.decode(tokenizer.encode('The <|im_start|> of  2 é\n'));
        } catch (error) {
          assert.ok(error instanceof Error && error.message.startsWith('tokenizer.json'), `${error}`);
        }
      },
    ),
    { seed: 5, numRuns: 400 },
  );
});

/** Walks down by the n-th entry of each level, and puts a value where it ends. */
function replaceAt(root: object, steps: readonly number[], fresh: unknown): void {
  let at: object = root;
  for (const [i, step] of steps.entries()) {
    const keys = Object.keys(at);
    const key = keys[step % Math.max(1, keys.length)];
    if (key === undefined) return;
    const next: unknown = Reflect.get(at, key);
    if (i === steps.length - 1 || typeof next !== 'object' || next === null) {
      Reflect.set(at, key, fresh);
      return;
    }
    at = next;
  }
}

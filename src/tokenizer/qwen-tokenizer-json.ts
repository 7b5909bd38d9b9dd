/**
 * Writes `tokenizer.json` and `tokenizer_config.json` of the Qwen3 kind: NFC, Qwen2's pre-tokeniser, byte-level
 * BPE, Qwen3's special tokens, a ChatML template. transformers and QED read the files alike
 * (`golden/tokenizer/`). Ids are contiguous: 256 bytes, then one per merge, then the added tokens in order.
 */
import { alphabetInVocabularyOrder } from './byte-alphabet.ts';

/** Splits text before BPE, as Qwen2's tokeniser does (Oniguruma syntax; digits stand alone). */
export const qwen2Pattern =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

export interface AddedToken {
  readonly content: string;
  /** A special token is control, not text: skipped by readers that skip them, never accepted from a message. */
  readonly special: boolean;
}

/** Qwen3's own; the thinking marks are not special there either, since they are part of what a model says. */
export const qwen3SpecialTokens: readonly AddedToken[] = [
  { content: '<|endoftext|>', special: true },
  { content: '<|im_start|>', special: true },
  { content: '<|im_end|>', special: true },
  { content: '<think>', special: false },
  { content: '</think>', special: false },
];

/**
 * Renders what Qwen3's template renders for a prompt without tools: reasoning of earlier turns is left out. An
 * assistant's turn after the last question is written as it stands (Qwen3's template would insert an empty
 * thinking block), because training must see exactly what was given.
 */
export const chatMlTemplate = `{%- set last = namespace(user=-1) -%}
{%- for message in messages -%}
  {%- if message.role == 'user' -%}{%- set last.user = loop.index0 -%}{%- endif -%}
{%- endfor -%}
{%- for message in messages -%}
  {%- set content = message.content -%}
  {%- if message.role == 'assistant' and loop.index0 < last.user and '</think>' in content -%}
    {%- set content = content.split('</think>')[-1].lstrip('\\n') -%}
  {%- endif -%}
  {{- '<|im_start|>' + message.role + '\\n' + content + '<|im_end|>\\n' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}
  {{- '<|im_start|>assistant\\n' -}}
  {%- if enable_thinking is defined and enable_thinking is false -%}{{- '<think>\\n\\n</think>\\n\\n' -}}{%- endif -%}
{%- endif -%}`;

/** Text of `tokenizer.json`. `merges` are pairs of vocabulary entries, most important first. */
export function qwenTokenizerJson(options: {
  readonly merges: readonly (readonly [string, string])[];
  readonly addedTokens: readonly AddedToken[];
}): string {
  const vocabulary = new Map(alphabetInVocabularyOrder.map((character, id) => [character, id]));
  for (const [left, right] of options.merges) {
    if (vocabulary.has(left + right)) throw new Error(`merge "${left} ${right}" makes an entry twice`);
    vocabulary.set(left + right, vocabulary.size);
  }
  const addedTokens = options.addedTokens.map((token, i) => ({
    id: vocabulary.size + i,
    content: token.content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: token.special,
  }));
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false };
  const file = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: addedTokens,
    normalizer: { type: 'NFC' },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: qwen2Pattern }, behavior: 'Isolated', invert: false },
        byteLevel,
      ],
    },
    post_processor: byteLevel,
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: '',
      end_of_word_suffix: '',
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(vocabulary),
      merges: options.merges.map(([left, right]) => [left, right]),
    },
  };
  return `${JSON.stringify(file, null, 1)}\n`;
}

/** Text of `tokenizer_config.json` that goes with such a tokenizer. `contextLength` in tokens. */
export function qwenTokenizerConfigJson(options: { readonly contextLength: number }): string {
  const file = {
    tokenizer_class: 'Qwen2Tokenizer',
    add_prefix_space: false,
    add_bos_token: false,
    bos_token: null,
    eos_token: '<|im_end|>',
    pad_token: '<|endoftext|>',
    unk_token: null,
    errors: 'replace',
    split_special_tokens: false,
    clean_up_tokenization_spaces: false,
    model_max_length: options.contextLength,
    chat_template: chatMlTemplate,
  };
  return `${JSON.stringify(file, null, 1)}\n`;
}

/**
 * The parts of the `tokenizer.json` that is written for a GGUF file: normaliser, split, decoder and model as the
 * model's own files have them, for the two kinds of tokenizer that llama.cpp and this engine share.
 */
import type { GgufPreTokenizer } from './gguf-pre-tokenizers.ts';
import { preTokenizerOf } from './gguf-splits.ts';
import type { Merge } from './tokenizer-file.ts';

export interface GgufToken {
  readonly id: number;
  readonly text: string;
  readonly type: number;
}

export interface TokenizerParts {
  readonly normalizer: unknown;
  readonly pre_tokenizer: unknown;
  post_processor: unknown;
  readonly decoder: unknown;
  readonly model: unknown;
}

export function byteLevelParts(options: {
  readonly tokens: readonly GgufToken[];
  readonly merges: readonly Merge[];
  readonly named: GgufPreTokenizer;
}): TokenizerParts {
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
  return {
    normalizer: options.named.nfc === true ? { type: 'NFC' } : null,
    pre_tokenizer: preTokenizerOf(options.named.splits),
    post_processor: byteLevel,
    decoder: byteLevel,
    model: bpeModel(options.tokens, options.merges, { ignore_merges: options.named.ignoreMerges ?? false }),
  };
}

/**
 * As Llama 2's own file: a space before the text and after every special token, spaces as U+2581, unknown characters
 * as their bytes.
 */
export function sentencePieceParts(options: {
  readonly tokens: readonly GgufToken[];
  readonly merges: readonly Merge[];
  readonly unknown: GgufToken | undefined;
  readonly spacePrefix: boolean;
}): TokenizerParts {
  const spaces = { type: 'Replace', pattern: { String: ' ' }, content: '▁' };
  return {
    normalizer: options.spacePrefix
      ? { type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: '▁' }, spaces] }
      : spaces,
    pre_tokenizer: null,
    post_processor: null,
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        ...(options.spacePrefix ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : []),
      ],
    },
    model: bpeModel(options.tokens, options.merges, {
      unk_token: options.unknown?.text ?? null,
      fuse_unk: true,
      byte_fallback: true,
    }),
  };
}

function bpeModel(
  tokens: readonly GgufToken[],
  merges: readonly Merge[],
  settings: Readonly<Record<string, unknown>>,
): unknown {
  return {
    type: 'BPE',
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: false,
    byte_fallback: false,
    ignore_merges: false,
    ...settings,
    // Added tokens too, so that each keeps its id wherever it stands.
    vocab: Object.fromEntries(tokens.map(({ id, text }) => [text, id])),
    merges,
  };
}

/** What puts a special token before or after each text; undefined where neither is wanted. */
export function templateProcessing(ends: {
  readonly before: GgufToken | undefined;
  readonly after: GgufToken | undefined;
}): unknown {
  const used = [ends.before, ends.after].filter((token) => token !== undefined);
  if (used.length === 0) return undefined;
  const part = (token: GgufToken | undefined, typeId: number): unknown[] =>
    token === undefined ? [] : [{ SpecialToken: { id: token.text, type_id: typeId } }];
  const single = (sequence: string, typeId: number): unknown[] => [
    ...part(ends.before, typeId),
    { Sequence: { id: sequence, type_id: typeId } },
    ...part(ends.after, typeId),
  ];
  return {
    type: 'TemplateProcessing',
    single: single('A', 0),
    pair: [...single('A', 0), ...single('B', 1)],
    special_tokens: Object.fromEntries(
      used.map(({ id, text }) => [text, { id: text, ids: [id], tokens: [text] }]),
    ),
  };
}

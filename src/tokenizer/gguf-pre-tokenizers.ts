/**
 * llama.cpp's names for the ways in which a byte-level BPE splits text (`tokenizer.ggml.pre`), and the splits they
 * stand for in the terms of `tokenizer.json`. A name stands for several expressions applied one after another, each
 * isolating its matches within the pieces that the ones before left (`llm_tokenizer_bpe` in llama-vocab.cpp). Where
 * llama.cpp rewrote an expression for its own matcher, the one of the model's own file is given.
 */

/** One expression of a split, in Oniguruma syntax; every match becomes a piece of its own. */
export type SplitExpressions = readonly string[];

export interface GgufPreTokenizer {
  /** Names that mean the same to llama.cpp. The first is written. */
  readonly names: readonly string[];
  readonly splits: SplitExpressions;
  /** Whether a word that is a vocabulary entry is taken whole, whatever the merges say. */
  readonly ignoreMerges?: boolean;
  /** Whether llama.cpp begins a text with BOS where `add_bos_token` is not given. */
  readonly addsBos?: boolean;
  /** Unicode NFC before everything else; llama.cpp leaves it out, the models' own files have it. */
  readonly nfc?: boolean;
}

const contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const spaces = '\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';
const words = (digits: string) =>
  `${contractions}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|${spaces}`;

/** GPT-2's own; `ByteLevel` of a `tokenizer.json` splits so unless told otherwise. */
export const gpt2Split = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
/** A digit (any character of category N) stands alone. */
export const singleDigits = '\\p{N}';
/** A run of digits stands alone. */
export const digitRuns = '\\p{N}+';

const llama3Split = words('\\p{N}{1,3}');
const qwen2Split = words('\\p{N}');
const upper = '[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]';
const lower = '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]';
const cased = (tail: string) =>
  `[^\\r\\n\\p{L}\\p{N}]?${upper}*${lower}+${tail}|[^\\r\\n\\p{L}\\p{N}]?${upper}+${lower}*${tail}`;
const casedRest = `| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|${spaces}`;
const asciiPunctuation = '[!"#$%&\'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~]';

/** Letters with case as DeepSeek's first tokenizer lists them; escaped, since some have other composed forms. */
// biome-ignore format: lines of one length
const casedLetters =
  'A-Za-z\u00b5\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u01ba\u01bc-\u01bf\u01c4-\u0293\u0295-\u02af\u0370-' +
  '\u0373\u0376\u0377\u037b-\u037d\u037f\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03f5\u03f7-' +
  '\u0481\u048a-\u052f\u0531-\u0556\u10a0-\u10c5\u13a0-\u13f5\u13f8-\u13fd\u1c90-\u1cba\u1cbd-\u1cbf' +
  '\u1d00-\u1d2b\u1d6b-\u1d77\u1d79-\u1d9a\u1e00-\u1f15\u1f18-\u1f1d\u1f20-\u1f45\u1f48-\u1f4d\u1f50-' +
  '\u1f57\u1f59\u1f5b\u1f5d\u1f5f-\u1f7d\u1f80-\u1fb4\u1fb6-\u1fbc\u1fbe\u1fc2-\u1fc4\u1fc6-\u1fcc' +
  '\u1fd0-\u1fd3\u1fd6-\u1fdb\u1fe0-\u1fec\u1ff2-\u1ff4\u1ff6-\u1ffc\u2102\u2107\u210a-\u2113\u2115' +
  '\u2119-\u211d\u2124\u2126\u2128\u212a-\u212d\u212f-\u2134\u2139\u213c-\u213f\u2145-\u2149\u214e' +
  '\u2183\u2184\u2c00-\u2c7b\u2c7e-\u2ce4\u2ceb-\u2cee\u2cf2\u2cf3\ua640-\ua66d\ua680-\ua69b\ua722-' +
  '\ua76f\ua771-\ua787\ua78b-\ua78e\uab70-\uabbf\ufb00-\ufb06\ufb13-\ufb17\uff21-\uff3a\uff41-\uff5a' +
  '\u{10400}-\u{1044f}\u{104b0}-\u{104d3}\u{104d8}-\u{104fb}\u{10c80}-\u{10cb2}\u{10cc0}-\u{10cf2}' +
  '\u{118a0}-\u{118df}\u{1e900}-\u{1e943}';
const cjk = '\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff';

/** In the order in which a name is looked for when a tokenizer is written. */
export const ggufPreTokenizers: readonly GgufPreTokenizer[] = [
  {
    names: ['qwen2', 'deepseek-r1-qwen', 'kormo', 'f2llmv2', 'megrez', 'stablelm2'],
    splits: [qwen2Split],
    nfc: true,
  },
  { names: ['hunyuan', 'solar-open', 'grok-2'], splits: [qwen2Split] },
  {
    names: ['llama-bpe', 'llama3', 'llama-v3', 'falcon3', 'falcon-h1', 'pixtral', 'midm-2.0', 'lfm2'],
    splits: [llama3Split],
    ignoreMerges: true,
    addsBos: true,
  },
  { names: ['smaug-bpe', 'dbrx', 'glm4', 'chatglm-bpe'], splits: [llama3Split] },
  {
    names: ['smollm', 'starcoder', 'refact', 'command-r', 'codeshell', 'exaone', 'minerva-7b', 'mellum2'],
    splits: [singleDigits, gpt2Split],
  },
  {
    // biome-ignore format: one list of names
    names: ['gpt-2', 'phi-2', 'mpt', 'olmo', 'jais', 'trillion', 'granite-docling', 'gigachat', 'a.x-4.0', 'mellum', 'exaone4', 'modern-bert'],
    splits: [gpt2Split],
  },
  {
    names: ['qwen35'],
    splits: [
      `${contractions}|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|${spaces}`,
    ],
    nfc: true,
  },
  {
    names: ['deepseek-v3', 'hunyuan-dense', 'joyai-llm'],
    splits: [
      '\\p{N}{1,3}',
      '[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+',
      `${asciiPunctuation}[A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|${spaces}`,
    ],
  },
  {
    names: ['deepseek-coder'],
    splits: ['[\\r\\n]', '\\s?\\p{L}+', '\\s?\\p{P}+', `[${cjk}]+`, singleDigits],
  },
  {
    names: ['deepseek-llm'],
    splits: [
      '[\\r\\n]',
      `\\s?[${casedLetters}]+`,
      '\\s?[!-/:-~\uff01-\uff0f\uff1a-\uff5e\u2018-\u201f\u3000-\u3002]+',
      '\\s+$',
      `[${cjk}]+`,
      digitRuns,
    ],
  },
  {
    names: ['tekken'],
    splits: [`${cased('')}|\\p{N}${casedRest}`],
    ignoreMerges: true,
    addsBos: true,
  },
  {
    names: ['gpt-4o', 'llama4', 'kanana2', 'talkie', 'minimax-m2'],
    splits: [`${cased(`${contractions}?`)}|\\p{N}{1,3}${casedRest}`],
  },
  {
    names: ['falcon'],
    splits: ['[\\p{P}\\$\\+<=>\\^~\\|`]+', gpt2Split, '[0-9][0-9][0-9]'],
  },
  {
    names: ['seed-coder'],
    splits: [`${contractions}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1}| ?[^\\s\\p{L}\\p{N}\\r\\n]+|${spaces}`],
  },
  {
    // What llama.cpp takes for a file that names no split.
    names: ['default'],
    splits: ['[\\p{P}\\$\\+<=>\\^~\\|]+', gpt2Split, '\\p{N}+', '[0-9][0-9][0-9]'],
  },
];

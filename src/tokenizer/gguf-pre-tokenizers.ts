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
      '[一-龥぀-ゟ゠-ヿ]+',
      `${asciiPunctuation}[A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|${spaces}`,
    ],
  },
  {
    names: ['deepseek-coder'],
    splits: ['[\\r\\n]', '\\s?\\p{L}+', '\\s?\\p{P}+', '[一-龥ࠀ-一가-퟿]+', '\\p{N}'],
  },
  {
    names: ['deepseek-llm'],
    splits: [
      '[\\r\\n]',
      '\\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅὈ-Ὅὐ-ὗὙὛὝὟ-ώᾀ-ᾴᾶ-ᾼ\u1fbeῂ-ῄῆ-ῌῐ-ΐῖ-Ίῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤ\u2126ℨ\u212a-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃]+',
      '\\s?[!-/:-~！-／：-～‘-‟\u3000-。]+',
      '\\s+$',
      '[一-龥ࠀ-一가-퟿]+',
      '\\p{N}+',
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

/**
 * The lab's tokenizer: an ordinary Qwen3-style byte-level BPE (no merges) with the lab's words as added tokens.
 * A proposition fused with the word that follows it is one token, so that a rule is two or three tokens and can
 * be looked up in context by a small model. The text a person reads is unchanged, and any other text still
 * encodes, byte by byte. Words carry their leading space; the longest match wins (` A gives` before ` A`).
 */
import { alphabetInVocabularyOrder } from '../tokenizer/byte-alphabet.ts';
import {
  type AddedToken,
  qwen3SpecialTokens,
  qwenTokenizerConfigJson,
  qwenTokenizerJson,
} from '../tokenizer/qwen-tokenizer-json.ts';

/** Names of the lab's propositions. */
export const labLetters: readonly string[] = [...'ABCDEFGHIJKLMNOPQRST'];

const followers = [' gives', ' and', ' give', '.', ',', ''];

// ` Report:`, ` Merge.` and ` Refine.` are in no text of the lab at present; the golden files have them.
// biome-ignore format: one family of words a line
const words = [
  'Given', ' Rules:', ' Prove',
  ' Summary:', ' Thought:', ' Proof:', ' Report:',
  ' Summarise.', ' Judge.', ' Compare.', ' Merge.', ' Refine.', ' Recite.',
  ' none.', ' try', ' no.', ' done.', ' check', ' from',
  ' ok', ' bad', ' extra', ' Score', ' Better', ' 0', ' 0.5', ' 1', ' 2',
];

const turnHeads = ['user\n', 'assistant\n', 'system\n', '\n'];

const textTokens = [
  ...labLetters.flatMap((letter) => followers.map((follower) => ` ${letter}${follower}`)),
  ...words,
  ...turnHeads,
];

const addedTokens: readonly AddedToken[] = [
  ...qwen3SpecialTokens,
  ...textTokens.map((content) => ({ content, special: false })),
];

/** Texts of `tokenizer.json` and `tokenizer_config.json`. */
export function labTokenizer(): { readonly json: string; readonly configJson: string } {
  return {
    json: qwenTokenizerJson({ merges: [], addedTokens }),
    configJson: qwenTokenizerConfigJson({ contextLength: 1024 }),
  };
}

/**
 * The words that each token is made of, by id: ` A gives` is A, gives; ` A.` is A and the full stop. An
 * initialisation that adds up one vector per word makes the fused tokens of a letter alike. Bytes and special
 * tokens are one part of their own, shared with no word.
 */
export function labTokenParts(): readonly (readonly string[])[] {
  return [
    ...alphabetInVocabularyOrder.map((character) => [`byte ${character}`]),
    ...qwen3SpecialTokens.map(({ content }) => [content]),
    ...textTokens.map(partsOf),
  ];
}

function partsOf(token: string): string[] {
  return token.match(/\d+(?:\.\d+)?|[A-Za-z]+|[.,:\n]/g) ?? [];
}

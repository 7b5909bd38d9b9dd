/**
 * The expressions by which the pre-tokeniser of a byte-level `tokenizer.json` splits text, in the form of
 * `gguf-pre-tokenizers.ts`, and the pre-tokeniser that splits by given expressions. Two pre-tokenisers with the same
 * expressions split alike, whatever components they are written with.
 */
import { digitRuns, gpt2Split, type SplitExpressions, singleDigits } from './gguf-pre-tokenizers.ts';
import type { Component } from './tokenizer-file.ts';

/** The expressions of a pre-tokeniser. Throws an Error that names the setting that no such list can say. */
export function splitsOf(preTokenizer: Component | null, name: string): SplitExpressions {
  const where = `${name}: pre_tokenizer`;
  const parts = preTokenizer?.type === 'Sequence' ? preTokenizer.pretokenizers : [preTokenizer];
  if (!Array.isArray(parts)) throw new Error(`${where}.pretokenizers is not a list`);
  const splits: string[] = [];
  for (const [i, part] of parts.entries()) {
    const last = i === parts.length - 1;
    if (part?.type === 'ByteLevel' && last) {
      if (part.add_prefix_space === true) {
        throw new Error(`${where}: add_prefix_space is true, which GGUF cannot say of byte-level BPE`);
      }
      if (part.use_regex !== false) splits.push(gpt2Split);
      return splits;
    }
    if (part?.type === 'Digits') {
      splits.push(part.individual_digits === true ? singleDigits : digitRuns);
    } else if (part?.type === 'Split' && typeof part.pattern?.Regex === 'string' && isolates(part)) {
      splits.push(part.pattern.Regex);
    } else {
      throw new Error(`${where}: ${part?.type ?? 'none'} at place ${i} is not a split that GGUF can say`);
    }
  }
  throw new Error(`${where} does not end in ByteLevel`);
}

/** Matches become pieces; with `Removed` and `invert` too, where everything is matched, as in these expressions. */
function isolates(split: Readonly<Record<string, unknown>>): boolean {
  return (
    (split.behavior === 'Isolated' && split.invert !== true) ||
    (split.behavior === 'Removed' && split.invert === true)
  );
}

/** A pre-tokeniser of byte-level BPE that splits by these expressions, in the components that real files use. */
export function preTokenizerOf(splits: SplitExpressions): Component {
  const useRegex = splits.at(-1) === gpt2Split;
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: useRegex };
  const before = (useRegex ? splits.slice(0, -1) : splits).map((split) =>
    split === singleDigits
      ? { type: 'Digits', individual_digits: true }
      : split === digitRuns
        ? { type: 'Digits', individual_digits: false }
        : { type: 'Split', pattern: { Regex: split }, behavior: 'Isolated', invert: false },
  );
  return before.length === 0 ? byteLevel : { type: 'Sequence', pretokenizers: [...before, byteLevel] };
}

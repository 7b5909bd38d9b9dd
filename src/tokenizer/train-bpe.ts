/**
 * Trains a byte-level BPE (Sennrich et al. 2016, section 3.2) in Qwen3's layout. Deterministic, and the same
 * merges as Hugging Face's BpeTrainer (`golden/tokenizer/`): the most frequent pair first, of equals the one with
 * the smaller left, then right id. Pair counts are kept up to date by looking only at the words that hold the
 * merged pair, so 1 MB of text takes about a second.
 */
import { alphabetInVocabularyOrder } from './byte-alphabet.ts';
import { createNormalizer } from './normalizer.ts';
import { PairQueue } from './pair-queue.ts';
import { createPreTokenizer } from './pre-tokenizer.ts';
import { qwen3SpecialTokens, qwenTokenizerJson } from './qwen-tokenizer-json.ts';
import { parseTokenizerFile } from './tokenizer-file.ts';

/** Pairs are numbers, left id × this + right id, so that their order is the order of ties. */
const pairBase = 2 ** 24;

interface Word {
  ids: number[];
  readonly count: number;
}

/**
 * Text of a `tokenizer.json` learnt from texts: 256 bytes, merges, and Qwen3's five added tokens, at most
 * `vocabularySize` entries in all (fewer if the texts have no pair left to merge). Added tokens written in the
 * texts are not learnt from. Throws a RangeError if there is no room for bytes and added tokens.
 */
export function trainByteLevelBpe(
  texts: Iterable<string>,
  { vocabularySize }: { readonly vocabularySize: number },
): string {
  const smallest = alphabetInVocabularyOrder.length + qwen3SpecialTokens.length;
  if (!Number.isInteger(vocabularySize) || vocabularySize < smallest || vocabularySize >= pairBase) {
    throw new RangeError(
      `vocabularySize must be an integer from ${smallest} to ${pairBase - 1}, got ${vocabularySize}`,
    );
  }
  const entries = [...alphabetInVocabularyOrder];
  const merges = learnMerges(countWords(texts), entries, vocabularySize - qwen3SpecialTokens.length);
  return qwenTokenizerJson({ merges, addedTokens: qwen3SpecialTokens });
}

/** Adds to `entries` until they are `size`, and returns the merges that made them. */
function learnMerges(words: readonly Word[], entries: string[], size: number): [string, string][] {
  const countOfPair = new Map<number, number>();
  const wordsWithPair = new Map<number, Set<Word>>();
  for (const word of words) {
    for (const pair of pairsOf(word)) {
      countOfPair.set(pair, (countOfPair.get(pair) ?? 0) + word.count);
      setOf(wordsWithPair, pair).add(word);
    }
  }
  const queue = new PairQueue();
  for (const [pair, count] of countOfPair) queue.push({ pair, count });

  const merges: [string, string][] = [];
  while (entries.length < size) {
    const best = queue.pop();
    if (best === undefined) break;
    const count = countOfPair.get(best.pair) ?? 0;
    if (count !== best.count) {
      // Counts of queued pairs may have fallen since; they go back with the present one.
      if (count > 0) queue.push({ pair: best.pair, count });
      continue;
    }
    const left = Math.floor(best.pair / pairBase);
    const right = best.pair % pairBase;
    merges.push([entries[left] ?? '', entries[right] ?? '']);
    // Always a new entry. Where an entry ends up, no earlier merge crossed its edges; what happened between them then
    // depends on its bytes alone, so every copy of an entry was made by the same merge.
    const mergedId = entries.push(`${entries[left]}${entries[right]}`) - 1;

    const risen = new Set<number>();
    for (const word of wordsWithPair.get(best.pair) ?? []) {
      for (const pair of pairsOf(word)) countOfPair.set(pair, (countOfPair.get(pair) ?? 0) - word.count);
      word.ids = mergePair(word.ids, left, right, mergedId);
      for (const pair of pairsOf(word)) {
        countOfPair.set(pair, (countOfPair.get(pair) ?? 0) + word.count);
        if (Math.floor(pair / pairBase) === mergedId || pair % pairBase === mergedId) {
          setOf(wordsWithPair, pair).add(word);
          risen.add(pair);
        }
      }
    }
    wordsWithPair.delete(best.pair);
    countOfPair.delete(best.pair);
    for (const pair of risen) queue.push({ pair, count: countOfPair.get(pair) ?? 0 });
  }
  return merges;
}

/** How often each pre-token occurs, in the ids of its bytes. */
function countWords(texts: Iterable<string>): Word[] {
  const { normalizer, preTokenizer } = parseTokenizerFile(qwenTokenizerJson({ merges: [], addedTokens: [] }));
  const normalize = createNormalizer(normalizer);
  const { split, spell } = createPreTokenizer(preTokenizer);
  const addedToken = new RegExp(
    qwen3SpecialTokens.map(({ content }) => content.replaceAll('|', '\\|')).join('|'),
    'g',
  );
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const part of text.split(addedToken)) {
      if (part === '') continue;
      for (const word of split(normalize(part), true)) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  const idOfCharacter = new Map(alphabetInVocabularyOrder.map((character, id) => [character, id]));
  return Array.from(counts, ([word, count]) => ({
    ids: Array.from(spell(word), (character) => idOfCharacter.get(character) ?? 0),
    count,
  }));
}

function pairsOf({ ids }: Word): number[] {
  const pairs: number[] = [];
  for (let i = 1; i < ids.length; i += 1) pairs.push((ids[i - 1] ?? 0) * pairBase + (ids[i] ?? 0));
  return pairs;
}

function mergePair(ids: readonly number[], left: number, right: number, merged: number): number[] {
  const result: number[] = [];
  for (let i = 0; i < ids.length; i += 1) {
    if (ids[i] === left && ids[i + 1] === right) {
      result.push(merged);
      i += 1;
    } else {
      result.push(ids[i] ?? 0);
    }
  }
  return result;
}

function setOf<K, V>(map: Map<K, Set<V>>, key: K): Set<V> {
  const known = map.get(key);
  if (known !== undefined) return known;
  const fresh = new Set<V>();
  map.set(key, fresh);
  return fresh;
}

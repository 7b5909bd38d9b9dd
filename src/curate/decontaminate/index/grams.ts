/**
 * Hashes of runs of words. The hash of a run follows from the one before it, so that all runs of a text cost one pass
 * whatever their length; and winnowing keeps a few of them so that a long enough common passage always keeps one in
 * common (Schleimer, Wilkerson and Aiken, Winnowing, 2003).
 */

const base = 0x01000193;

function mixed(value: number): number {
  const x = Math.imul(value ^ (value >>> 16), 0x21f0aaad);
  return (x ^ (x >>> 15)) >>> 0;
}

/** One 32-bit hash for each run of `length` words; none where the text is shorter. */
export function gramHashes(words: Uint32Array, length: number): Uint32Array {
  const count = length < 1 ? 0 : Math.max(0, words.length - length + 1);
  const grams = new Uint32Array(count);
  if (count === 0) return grams;
  let leaving = 1;
  for (let i = 0; i < length; i += 1) leaving = Math.imul(leaving, base);
  let hash = 0;
  for (let i = 0; i < words.length; i += 1) {
    hash = (Math.imul(hash, base) + (words[i] as number)) | 0;
    if (i >= length) hash = (hash - Math.imul(words[i - length] as number, leaving)) | 0;
    if (i >= length - 1) grams[i - length + 1] = mixed(hash);
  }
  return grams;
}

/**
 * Of every `window` neighbouring grams at least the least one is kept, so two texts with `window` grams in a row in common have
 * a kept one in common. Each kept hash once, in no order.
 */
export function winnowed(grams: Uint32Array, window: number): Uint32Array {
  if (grams.length === 0) return grams;
  const kept = new Set<number>();
  for (let start = 0; start === 0 || start + window <= grams.length; start += 1) {
    let least = grams[start] as number;
    const end = Math.min(start + window, grams.length);
    for (let i = start + 1; i < end; i += 1) if ((grams[i] as number) < least) least = grams[i] as number;
    kept.add(least);
  }
  return Uint32Array.from(kept);
}

/** The hashes, each once. */
export function distinct(hashes: Uint32Array): Uint32Array {
  const sorted = hashes.toSorted();
  let count = 0;
  for (let i = 0; i < sorted.length; i += 1) {
    if (i > 0 && sorted[i] === sorted[i - 1]) continue;
    sorted[count] = sorted[i] as number;
    count += 1;
  }
  return sorted.slice(0, count);
}

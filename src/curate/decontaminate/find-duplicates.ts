/**
 * Rows that are one problem. Rows are taken in the order of their rank; each is compared with rows that stay and share a MinHash
 * band or a rare run of words with it, and leaves where it is one with any of them. So whatever leaves equals the row that it
 * names, and no chain of likenesses joins two rows that are not alike.
 */
import { compareRows, type RowComparison } from './compare-rows.ts';
import { type Buckets, bucketsOf } from './index/buckets.ts';
import { bands, sketchSimilarity, sketchWords } from './index/min-hash.ts';
import { mayHaveNumbersInCommon } from './row-keys.ts';
import type { RowTable } from './row-table.ts';
import type { RowTexts } from './row-texts.ts';
import type { DecontaminationSettings } from './settings.ts';

export interface Duplicate {
  readonly row: number;
  readonly other: number;
  /** `exact`: alike but for looks and names of variables. */
  readonly comparison: RowComparison | 'exact';
}

export interface DuplicateOptions {
  readonly table: RowTable;
  readonly texts: RowTexts;
  /** Row numbers by rank. */
  readonly order: Int32Array;
  readonly settings: DecontaminationSettings;
  readonly signal?: AbortSignal | undefined;
  readonly onRow?: ((done: number) => void) | undefined;
}

/** A run of words that more rows have is a phrase. */
const mostRowsOfGram = 50;
/** Estimate of the Jaccard similarity of two rows below which they are not compared; of real duplicates it is 0.46 at least. */
const leastSimilarity = 0.35;
/** Most rows that one row is compared with, and most of a bucket that are looked at. */
const mostComparisons = 64;
const mostOfBucket = 1024;

/** Duplicates, and for other rows the nearest miss, in the order of rank. Returns how many rows had more candidates than were compared. */
export function* findDuplicates(options: DuplicateOptions): Generator<Duplicate, number> {
  const { table, texts, order, settings, signal, onRow } = options;
  const rankOf = new Int32Array(table.rows);
  for (let rank = 0; rank < order.length; rank += 1) rankOf[order[rank] as number] = rank;
  const candidates = new Candidates(table, order, rankOf, settings.coverage);
  const stays = new Uint8Array(table.rows);
  const stayingDigest = new Map<number, number>();
  const digests = table.digests.values;
  for (let rank = 0; rank < order.length; rank += 1) {
    if (rank % 1000 === 0) {
      signal?.throwIfAborted();
      onRow?.(rank);
    }
    const row = order[rank] as number;
    const same = stayingDigest.get(digests[row] as number);
    if (same !== undefined) {
      yield { row, other: same, comparison: 'exact' };
      continue;
    }
    let best: { other: number; comparison: RowComparison } | undefined;
    for (const otherRank of candidates.before(row, rank, stays)) {
      const other = order[otherRank] as number;
      const comparison = compareRows(texts.get(row).compared, texts.get(other).compared, settings);
      if (comparison !== undefined && (best === undefined || isBetter(comparison, best.comparison)))
        best = { other, comparison };
      // The likeliest come first, and any row that stays is a reason to leave.
      if (comparison?.isDuplicate === true) break;
    }
    if (best !== undefined) yield { row, ...best };
    if (best?.comparison.isDuplicate === true) continue;
    stays[rank] = 1;
    stayingDigest.set(digests[row] as number, row);
  }
  return candidates.cutShort;
}

function isBetter(a: RowComparison, b: RowComparison): boolean {
  return a.isDuplicate === b.isDuplicate ? a.score > b.score : a.isDuplicate;
}

class Candidates {
  /** Rows of which not all likely ones could be looked at. */
  cutShort = 0;
  readonly #table: RowTable;
  readonly #coverage: number;
  readonly #order: Int32Array;
  readonly #bands: Buckets[];
  readonly #grams: Buckets;
  readonly #sketches: Int32Array;
  /** Rank of the row for which each rank was last looked at. */
  readonly #seen: Int32Array;

  constructor(table: RowTable, order: Int32Array, rankOf: Int32Array, coverage: number) {
    this.#table = table;
    this.#coverage = coverage;
    this.#order = order;
    // Runs of words first: they take the most room while they are sorted.
    const owners = new Int32Array(table.grams.length);
    for (let row = 0; row < table.rows; row += 1) owners.fill(rankOf[row] as number, ...table.gramRange(row));
    this.#grams = bucketsOf(table.grams.values, owners, mostRowsOfGram);
    table.grams.clear();
    this.#bands = Array.from({ length: bands }, (_, band) =>
      bucketsOf(table.keysOfBand(band), rankOf, Number.POSITIVE_INFINITY),
    );
    table.bandKeys.clear();
    this.#sketches = sketchWords(table.sketches.values);
    this.#seen = new Int32Array(table.rows).fill(-1);
  }

  /** Ranks before this one of rows that stay and may be the same problem, the likeliest first. */
  before(row: number, rank: number, stays: Uint8Array): number[] {
    const found: { rank: number; likeness: number }[] = [];
    const sketches = this.#sketches;
    const numbers = this.#table.numberBits.values;
    const lengths = this.#table.characters.values;
    const ownLength = lengths[row] as number;
    let isCut = false;
    const look = (buckets: Buckets, entry: number): void => {
      const bucket = buckets.bucketOf[entry] as number;
      if (bucket < 0) return;
      const begin = buckets.starts[bucket] as number;
      const end = buckets.starts[bucket + 1] as number;
      for (let i = begin; i < end; i += 1) {
        const other = buckets.members[i] as number;
        if (other >= rank) break;
        if (i - begin >= mostOfBucket) {
          isCut = true;
          break;
        }
        if (stays[other] === 0 || this.#seen[other] === rank) continue;
        this.#seen[other] = rank;
        const otherRow = this.#order[other] as number;
        if (!mayHaveNumbersInCommon(numbers[row] as number, numbers[otherRow] as number)) continue;
        const length = lengths[otherRow] as number;
        if (Math.min(length, ownLength) < this.#coverage * Math.max(length, ownLength)) continue;
        const likeness = sketchSimilarity(sketches, row, otherRow);
        if (likeness < leastSimilarity) continue;
        found.push({ rank: other, likeness });
      }
    };
    for (const buckets of this.#bands) look(buckets, row);
    const [from, to] = this.#table.gramRange(row);
    for (let entry = from; entry < to; entry += 1) look(this.#grams, entry);
    if (isCut || found.length > mostComparisons) this.cutShort += 1;
    return found
      .sort((a, b) => b.likeness - a.likeness || a.rank - b.rank)
      .slice(0, mostComparisons)
      .map((one) => one.rank);
  }
}

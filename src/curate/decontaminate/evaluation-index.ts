/**
 * The statements of all evaluation sets, with what finds those that a row may hold: runs of 13 words, runs of 8 words that
 * one statement alone has, both as written and with any variable for any other, and MinHash bands. What is found is then
 * compared; see compare-statements.ts.
 */
import { ComparedStatement } from './compare-statements.ts';
import { gramHashes } from './index/grams.ts';
import { bandKeys, minHashSignature } from './index/min-hash.ts';
import { type RowKeys, shinglesOf } from './row-keys.ts';
import { StatementViews, type ViewName, viewNames } from './views.ts';

const rareWords = 8;

/** A problem of an evaluation set. */
export interface EvaluationItem {
  /** Name of the set. */
  readonly set: string;
  readonly id: string;
  readonly statement: string;
}

export class EvaluationIndex {
  readonly items: readonly (EvaluationItem & { readonly compared: ComparedStatement })[];
  readonly #words: number;
  /** Statements by runs of words, by length of the run: a statement shorter than 13 words is a run of its own. */
  readonly #grams: Readonly<Record<ViewName, Map<number, Map<number, number[]>>>> = {
    text: new Map(),
    variables: new Map(),
  };
  /** The one statement that has a short run; -1 where several have it, which is a phrase then. */
  readonly #rareGrams: Readonly<Record<ViewName, Map<number, number>>> = {
    text: new Map(),
    variables: new Map(),
  };
  readonly #bands: Map<number, number[]>[] = [];

  constructor(items: readonly EvaluationItem[], words: number) {
    this.#words = words;
    this.items = items.map((item) => ({
      ...item,
      compared: new ComparedStatement(new StatementViews(item.statement)),
    }));
    for (const [number, { compared }] of this.items.entries()) {
      for (const view of viewNames) this.#addGrams(compared.views, view, number);
      const keys = bandKeys(minHashSignature(shinglesOf(compared.views)));
      for (const [band, key] of keys.entries()) {
        this.#bands[band] ??= new Map();
        addTo(this.#bands[band], key, number);
      }
    }
  }

  #addGrams(views: StatementViews, view: ViewName, number: number): void {
    const { hashes } = views.words(view);
    const length = Math.min(this.#words, hashes.length);
    if (length === 0) return;
    const ofLength = this.#grams[view].get(length) ?? new Map<number, number[]>();
    this.#grams[view].set(length, ofLength);
    for (const gram of gramHashes(hashes, length)) addTo(ofLength, gram, number);
    const rare = this.#rareGrams[view];
    for (const gram of gramHashes(hashes, Math.min(rareWords, this.#words))) {
      const known = rare.get(gram);
      rare.set(gram, known === undefined || known === number ? number : -1);
    }
  }

  /** Numbers of the items that the row may hold, in order. */
  candidates(views: StatementViews, keys: Pick<RowKeys, 'bandKeys'>): number[] {
    const found = new Set<number>();
    for (const view of viewNames) {
      const { hashes } = views.words(view);
      for (const [length, ofLength] of this.#grams[view]) {
        for (const gram of gramHashes(hashes, length)) {
          for (const number of ofLength.get(gram) ?? []) found.add(number);
        }
      }
      for (const gram of gramHashes(hashes, Math.min(rareWords, this.#words))) {
        const number = this.#rareGrams[view].get(gram);
        if (number !== undefined && number >= 0) found.add(number);
      }
    }
    for (const [band, key] of keys.bandKeys.entries())
      for (const number of this.#bands[band]?.get(key) ?? []) found.add(number);
    return [...found].sort((a, b) => a - b);
  }
}

function addTo(map: Map<number, number[]>, key: number, number: number): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [number]);
  else if (list.at(-1) !== number) list.push(number);
}

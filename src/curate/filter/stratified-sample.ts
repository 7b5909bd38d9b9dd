/**
 * A seeded sample by stratum and source from rows that pass one by one: every row has a place in line that depends on the seed
 * and its id alone, so neither the order of the rows nor what else is in them changes who is drawn. Holds only the drawn.
 */
import { createHash } from 'node:crypto';

interface Entry<T> {
  readonly place: string;
  readonly item: T;
}

export class StratifiedSample<T> {
  readonly #seed: number;
  readonly #size: number;
  readonly #byStratum = new Map<string, Map<string, Entry<T>[]>>();

  /** `size` items of each stratum, from as many sources as there are, in turn. */
  constructor(seed: number, size: number) {
    this.#seed = seed;
    this.#size = size;
  }

  add(stratum: string, source: string, id: string, item: () => T): void {
    if (this.#size === 0) return;
    const place = placeOf(this.#seed, id);
    const bySource = getOrMake(this.#byStratum, stratum, () => new Map<string, Entry<T>[]>());
    const entries = getOrMake(bySource, source, () => []);
    const last = entries[this.#size - 1];
    if (last !== undefined && last.place <= place) return;
    const at = entries.findIndex((entry) => entry.place > place);
    entries.splice(at < 0 ? entries.length : at, 0, { place, item: item() });
    entries.splice(this.#size);
  }

  /** Strata in the order in which they came up. */
  drawn(): { readonly stratum: string; readonly items: readonly T[] }[] {
    return [...this.#byStratum].map(([stratum, bySource]) => {
      const queues = [...bySource].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entries]) => entries);
      const items: T[] = [];
      for (let turn = 0; turn < this.#size && items.length < this.#size; turn += 1) {
        for (const queue of queues) {
          const entry = queue[turn];
          if (entry !== undefined && items.length < this.#size) items.push(entry.item);
        }
      }
      return { stratum, items };
    });
  }
}

/** A row's place in the line of a seed, from 0 to 1 as a number would be, and evenly spread. */
export function placeOf(seed: number, id: string): string {
  return createHash('sha256').update(`${seed}\n${id}`).digest('hex');
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

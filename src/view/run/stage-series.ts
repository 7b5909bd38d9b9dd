/**
 * What the steps of one stage measured and took, as columns in memory. `update` reads only what was appended since the last
 * call, so a page that is looked at for hours costs as much as the run grows.
 */
import type { Json } from '../../journal/journal.ts';
import type { JournalReader } from '../../journal/journal-reader.ts';
import { recordedCost } from '../../recipe/step-cost.ts';
import { flatFigures } from './flat-figures.ts';

export type Columns = Readonly<Record<string, readonly (number | null)[]>>;

export class StageSeries {
  readonly stage: string;
  readonly #columns = new Map<string, (number | null)[]>();
  /** Place of a step in the columns. */
  readonly #places = new Map<number, number>();
  /** Costs whose step is not on record yet. */
  readonly #early = new Map<number, Json>();
  #lastStep = 0;
  #lastCost = 0;

  constructor(stage: string) {
    this.stage = stage;
  }

  /** Steps on record. */
  get length(): number {
    return this.#places.size;
  }

  /** Calls `onStep` for every new step, in order. */
  async update(
    reader: Pick<JournalReader, 'values'>,
    onStep: (step: number, figures: Json) => void = () => undefined,
  ): Promise<void> {
    for await (const { sequence, key, value } of reader.values(`${this.stage}/step`, this.#lastStep)) {
      this.#lastStep = sequence;
      const step = Number(key);
      if (this.#places.has(step)) continue;
      const place = this.#places.size;
      this.#places.set(step, place);
      this.#put(place, 'step', step);
      for (const [name, figure] of flatFigures(value)) this.#put(place, name, figure);
      onStep(step, value);
      const cost = this.#early.get(step);
      this.#early.delete(step);
      if (cost !== undefined) this.#putCost(place, cost);
    }
    const costed = this.#columns.get('cost/seconds');
    for await (const { sequence, value } of reader.values(`${this.stage}/seconds`, this.#lastCost)) {
      this.#lastCost = sequence;
      const step = recordedCost(value)?.step;
      if (step === undefined) continue;
      const place = this.#places.get(step);
      // A step that was applied again after a kill cost twice; what it took when it was made is of interest.
      if (place === undefined) this.#early.set(step, this.#early.get(step) ?? value);
      else if (((costed ?? this.#columns.get('cost/seconds'))?.[place] ?? null) === null)
        this.#putCost(place, value);
    }
  }

  /** Columns of the steps from place `from` on, `count` at most; columns that have nothing there are left out. */
  columns(from = 0, count = Number.POSITIVE_INFINITY): Columns {
    const end = Math.min(this.length, from + count);
    const found: Record<string, (number | null)[]> = {};
    for (const [name, values] of this.#columns) {
      const part = Array.from({ length: Math.max(0, end - from) }, (_, i) => values[from + i] ?? null);
      if (part.some((value) => value !== null)) found[name] = part;
    }
    return found;
  }

  /** The values of one figure, step by step. */
  column(name: string): readonly (number | null)[] {
    const values = this.#columns.get(name) ?? [];
    return Array.from({ length: this.length }, (_, place) => values[place] ?? null);
  }

  #putCost(place: number, value: Json): void {
    for (const [name, figure] of flatFigures(value)) {
      if (name !== 'step') this.#put(place, `cost/${name}`, figure);
    }
    // Digits of the clock matter.
    const endedAt = recordedCost(value)?.endedAt;
    if (endedAt !== undefined) this.#put(place, 'cost/endedAt', Math.round(endedAt * 10) / 10);
  }

  #put(place: number, name: string, value: number): void {
    const column = this.#columns.get(name) ?? [];
    this.#columns.set(name, column);
    while (column.length < place) column.push(null);
    column[place] = value;
  }
}

/**
 * What the first pass keeps of all rows, in columns: about 300 bytes a row, so that millions of rows fit. Rows are
 * numbered from 0 in the order of the file.
 */
import { bands } from './index/min-hash.ts';
import type { InspectedBatch } from './inspect-batch.ts';

type Numbers =
  | Float64Array<ArrayBufferLike>
  | Uint32Array<ArrayBufferLike>
  | Uint16Array<ArrayBufferLike>
  | Uint8Array<ArrayBufferLike>;

export class RowTable {
  readonly offsets = new Column<Float64Array>(Float64Array);
  readonly lengths = new Column<Uint32Array>(Uint32Array);
  readonly lines = new Column<Uint32Array>(Uint32Array);
  readonly solutions = new Column<Uint16Array>(Uint16Array);
  readonly isProof = new Column<Uint8Array>(Uint8Array);
  /** Index in `sourceNames`. */
  readonly sources = new Column<Uint16Array>(Uint16Array);
  readonly digests = new Column<Float64Array>(Float64Array);
  readonly numberBits = new Column<Uint32Array>(Uint32Array);
  readonly characters = new Column<Uint32Array>(Uint32Array);
  /** `bands` a row. */
  readonly bandKeys = new Column<Uint32Array>(Uint32Array);
  /** `signatureLength` a row. */
  readonly sketches = new Column<Uint8Array>(Uint8Array);
  readonly grams = new Column<Uint32Array>(Uint32Array);
  /** Those of row i end before `gramEnds[i]`. */
  readonly gramEnds = new Column<Float64Array>(Float64Array);
  readonly sourceNames: string[] = [];
  #rows = 0;

  get rows(): number {
    return this.#rows;
  }

  /** Returns the number of the batch's first row. */
  add(batch: InspectedBatch): number {
    const first = this.#rows;
    const gramsBefore = this.grams.length;
    this.offsets.append(batch.offsets);
    this.lengths.append(batch.lengths);
    this.lines.append(batch.lines);
    this.solutions.append(batch.solutions);
    this.isProof.append(batch.isProof);
    this.digests.append(batch.digests);
    this.numberBits.append(batch.numberBits);
    this.characters.append(batch.characters);
    this.bandKeys.append(batch.bandKeys);
    this.sketches.append(batch.sketches);
    this.grams.append(batch.grams);
    this.gramEnds.append(Float64Array.from(batch.gramEnds, (end) => gramsBefore + end));
    const numbers = batch.sourceNames.map((name) => this.#numberOfSource(name));
    this.sources.append(batch.sources.map((source) => numbers[source] ?? 0));
    this.#rows += batch.rows;
    return first;
  }

  #numberOfSource(name: string): number {
    const known = this.sourceNames.indexOf(name);
    return known >= 0 ? known : this.sourceNames.push(name) - 1;
  }

  /** The keys of one band, an entry a row. */
  keysOfBand(band: number): Uint32Array {
    const keys = this.bandKeys.values;
    return Uint32Array.from({ length: this.#rows }, (_, row) => keys[row * bands + band] ?? 0);
  }

  gramRange(row: number): readonly [number, number] {
    return [row === 0 ? 0 : (this.gramEnds.values[row - 1] ?? 0), this.gramEnds.values[row] ?? 0];
  }
}

/** A typed array that grows. */
class Column<T extends Numbers> {
  readonly #make: new (
    length: number,
  ) => T;
  #values: T;
  #length = 0;

  constructor(make: new (length: number) => T) {
    this.#make = make;
    this.#values = new make(1024);
  }

  get length(): number {
    return this.#length;
  }

  get values(): T {
    return this.#values.subarray(0, this.#length) as T;
  }

  append(values: T): void {
    const needed = this.#length + values.length;
    if (needed > this.#values.length) {
      const larger = new this.#make(Math.ceil(Math.max(needed, this.#values.length * 1.5)));
      larger.set(this.values);
      this.#values = larger;
    }
    this.#values.set(values, this.#length);
    this.#length = needed;
  }

  /** Gives the memory back. */
  clear(): void {
    this.#values = new this.#make(0);
    this.#length = 0;
  }
}

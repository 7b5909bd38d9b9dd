/**
 * The directory that a step of curation leaves: `rows.jsonl` what goes on, `dropped.jsonl` what left and why, `step.json`
 * what was done, to what, with which counts. `step.json` is written last: where it is, the step is whole. Rows are
 * written as they come, in flat memory.
 */
import { once } from 'node:events';
import { createWriteStream, existsSync, readFileSync, type WriteStream } from 'node:fs';
import { mkdir, open, rename, rm, stat, truncate } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../journal/atomic-file.ts';
import { diskTrouble } from '../journal/disk-trouble.ts';
import { fileDigest } from '../problems/file-digest.ts';
import { readNumberedJsonLines } from '../problems/json-lines.ts';
import { type DataRow, type DroppedRow, dataRowSchema } from './data-row.ts';

export const rowsFile = 'rows.jsonl';
export const droppedFile = 'dropped.jsonl';
export const stepFile = 'step.json';

const countsSchema = z.record(z.string(), z.int().nonnegative());

export const stepRecordSchema = z.object({
  /** Name of the step: import, filter, decontaminate, rubrics, difficulty, select, distill. */
  step: z.string().min(1),
  /** All settings that the rows depend on. */
  settings: z.record(z.string(), z.json()),
  inputs: z.array(z.object({ path: z.string(), sha256: z.string(), bytes: z.int() })),
  rows: z.object({ sha256: z.string(), bytes: z.int() }),
  /** Rows that went on, by source. */
  kept: countsSchema,
  /** Rows that left, by reason and source. */
  dropped: z.record(z.string(), countsSchema),
  /** Anything else that the step has measured. */
  figures: z.record(z.string(), z.json()).default({}),
});
export type StepRecord = z.infer<typeof stepRecordSchema>;

/** A row's source in the counts. */
export function sourceOf({ origin, source }: Pick<DataRow, 'origin' | 'source'>): string {
  return origin?.source ?? (source === '' ? 'unknown' : source);
}

/** The file of rows that a path means: itself, or the rows of the step whose directory it is. Throws an Error. */
export function rowsPath(input: string): string {
  if (!existsSync(input)) throw new Error(`${input}: there is no such file or directory`);
  if (input.endsWith('.jsonl')) return input;
  if (existsSync(path.join(input, stepFile))) return path.join(input, rowsFile);
  throw new Error(
    `${input}: neither a .jsonl file of rows nor the directory of a finished step (it has no ${stepFile})`,
  );
}

/** The rows of a file or of a step's directory, one at a time. Throws a DataFileError for a bad line. */
export function readDataRows(
  input: string,
): AsyncGenerator<{ readonly line: number; readonly item: DataRow }> {
  return readNumberedJsonLines(rowsPath(input), dataRowSchema);
}

/** What a finished step recorded, or undefined where there is none. Throws an Error for a file that is not one. */
export function readStepRecord(directory: string): StepRecord | undefined {
  const file = path.join(directory, stepFile);
  if (!existsSync(file)) return undefined;
  const parsed = stepRecordSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`${file}: field ${issue?.path.join('.')}: ${issue?.message}`);
}

/** What a writer had on disk at some moment, for a later one to go on from. */
export const stepPlaceSchema = z.object({
  rowsBytes: z.int().nonnegative(),
  droppedBytes: z.int().nonnegative(),
  kept: countsSchema,
  dropped: z.record(z.string(), countsSchema),
});
export type StepPlace = z.infer<typeof stepPlaceSchema>;

/**
 * Writes one step's directory. `finish` makes it whole; `abandon` leaves what was there before; `leave` does too, and
 * leaves what was written so far for a writer that goes on from its last `place`.
 */
export class StepWriter {
  readonly #directory: string;
  readonly #kept: Record<string, number> = {};
  readonly #dropped: Record<string, Record<string, number>> = {};
  readonly #rows: LineFile;
  readonly #leavers: LineFile;
  readonly #notes = new Map<string, LineFile>();

  private constructor(directory: string, place: StepPlace | undefined) {
    this.#directory = directory;
    this.#rows = new LineFile(path.join(directory, rowsFile), place?.rowsBytes ?? 0);
    this.#leavers = new LineFile(path.join(directory, droppedFile), place?.droppedBytes ?? 0);
    if (place === undefined) return;
    Object.assign(this.#kept, place.kept);
    for (const [reason, counts] of Object.entries(place.dropped)) this.#dropped[reason] = { ...counts };
  }

  /** Makes the directory. Throws a DiskFullError where there is no room. */
  static async open(directory: string): Promise<StepWriter> {
    await mkdir(directory, { recursive: true });
    return new StepWriter(directory, undefined);
  }

  /** Goes on where an earlier writer of the directory was. Undefined where what it wrote is not there any more. */
  static async goOn(directory: string, place: StepPlace): Promise<StepWriter | undefined> {
    const isThere = [[rowsFile, place.rowsBytes] as const, [droppedFile, place.droppedBytes] as const].map(
      async ([name, bytes]) => await cutTo(partialOf(path.join(directory, name)), bytes),
    );
    return (await Promise.all(isThere)).every(Boolean) ? new StepWriter(directory, place) : undefined;
  }

  /** Where the writer is, when all of it is on disk. */
  async place(): Promise<StepPlace> {
    const [rowsBytes, droppedBytes] = [await this.#rows.flushed(), await this.#leavers.flushed()];
    return structuredClone({ rowsBytes, droppedBytes, kept: this.#kept, dropped: this.#dropped });
  }

  async leave(): Promise<void> {
    await this.#rows.end();
    await this.#leavers.end();
  }

  async keep(row: DataRow): Promise<void> {
    const source = sourceOf(row);
    this.#kept[source] = (this.#kept[source] ?? 0) + 1;
    await this.#rows.write(row);
  }

  async drop(dropped: DroppedRow): Promise<void> {
    const source = sourceOf(dropped.row);
    this.#dropped[dropped.reason] ??= {};
    const bySource = this.#dropped[dropped.reason] as Record<string, number>;
    bySource[source] = (bySource[source] ?? 0) + 1;
    await this.#leavers.write(dropped);
  }

  /** A line of another file of the step. A writer that goes on does not know of it: such steps end in one go. */
  async note(file: string, value: unknown): Promise<void> {
    await this.#noteFile(file).write(value);
  }

  #noteFile(name: string): LineFile {
    const found = this.#notes.get(name) ?? new LineFile(path.join(this.#directory, name), 0);
    this.#notes.set(name, found);
    return found;
  }

  /** Replaces an earlier result of the step by this one, `step.json` last. */
  async finish(
    made: Pick<StepRecord, 'step' | 'settings'> & {
      readonly inputs: readonly string[];
      readonly figures?: StepRecord['figures'];
    },
  ): Promise<StepRecord> {
    await this.#rows.close();
    await this.#leavers.close();
    for (const notes of this.#notes.values()) await notes.close();
    const inputs = await Promise.all(
      made.inputs.map(async (input) => ({ path: input, ...(await fileDigest(input)) })),
    );
    const record: StepRecord = {
      ...{ step: made.step, settings: made.settings, inputs },
      rows: await fileDigest(this.#rows.temporary),
      ...{ kept: this.#kept, dropped: this.#dropped, figures: made.figures ?? {} },
    };
    await rm(path.join(this.#directory, stepFile), { force: true });
    await this.#rows.takeItsPlace();
    await this.#leavers.takeItsPlace();
    for (const notes of this.#notes.values()) await notes.takeItsPlace();
    await writeFileAtomic(path.join(this.#directory, stepFile), `${JSON.stringify(record, null, 2)}\n`);
    return record;
  }

  async abandon(): Promise<void> {
    await this.#rows.discard();
    await this.#leavers.discard();
    for (const notes of this.#notes.values()) await notes.discard();
  }
}

/** What is written so far of a file of an unfinished step. */
export function partialOf(file: string): string {
  return `${file}.part`;
}

/** Whether the file has so many bytes; what follows them is cut off. */
async function cutTo(file: string, bytes: number): Promise<boolean> {
  if ((await stat(file).catch(() => undefined))?.isFile() !== true) return false;
  if ((await stat(file)).size < bytes) return false;
  await truncate(file, bytes);
  return true;
}

/** A JSONL file that is written beside its place. */
class LineFile {
  readonly temporary: string;
  readonly #path: string;
  readonly #stream: WriteStream;
  #fault: Error | undefined;

  readonly #start: number;

  constructor(file: string, start: number) {
    this.#path = file;
    this.#start = start;
    this.temporary = partialOf(file);
    this.#stream = createWriteStream(this.temporary, start === 0 ? {} : { flags: 'r+', start });
    this.#stream.on('error', (error) => {
      this.#fault ??= error;
    });
  }

  async write(value: unknown): Promise<void> {
    this.#throwFault();
    if (this.#stream.write(`${JSON.stringify(value)}\n`)) return;
    // An error is kept by the listener above, and told with the file's name.
    await once(this.#stream, 'drain').catch(() => {});
    this.#throwFault();
  }

  /** Its bytes, once they are on disk. */
  async flushed(): Promise<number> {
    await new Promise<void>((resolve) => this.#stream.write('', () => resolve()));
    this.#throwFault();
    await this.#sync();
    return this.#start + this.#stream.bytesWritten;
  }

  async close(): Promise<void> {
    await this.end();
    await this.#sync();
  }

  async #sync(): Promise<void> {
    const handle = await open(this.temporary, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  async takeItsPlace(): Promise<void> {
    await rename(this.temporary, this.#path);
  }

  async end(): Promise<void> {
    await this.#ended();
    this.#throwFault();
  }

  async discard(): Promise<void> {
    await this.#ended();
    await rm(this.temporary, { force: true });
  }

  async #ended(): Promise<void> {
    if (this.#stream.closed) return;
    await new Promise<void>((resolve) => {
      this.#stream.once('close', resolve);
      this.#stream.end();
    });
  }

  #throwFault(): void {
    if (this.#fault !== undefined) throw diskTrouble(this.#fault, this.#path);
  }
}

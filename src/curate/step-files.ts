/**
 * The directory that a step of curation leaves: `rows.jsonl` what goes on, `dropped.jsonl` what left and why, `step.json`
 * what was done, to what, with which counts. `step.json` is written last: where it is, the step is whole. Rows are
 * written as they come, in flat memory.
 */
import { once } from 'node:events';
import { createWriteStream, existsSync, readFileSync, type WriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
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

/** Writes one step's directory. `finish` makes it whole; `abandon` leaves what was there before. */
export class StepWriter {
  readonly #directory: string;
  readonly #kept: Record<string, number> = {};
  readonly #dropped: Record<string, Record<string, number>> = {};
  readonly #rows: LineFile;
  readonly #leavers: LineFile;

  private constructor(directory: string) {
    this.#directory = directory;
    this.#rows = new LineFile(path.join(directory, rowsFile));
    this.#leavers = new LineFile(path.join(directory, droppedFile));
  }

  /** Makes the directory. Throws a DiskFullError where there is no room. */
  static async open(directory: string): Promise<StepWriter> {
    await mkdir(directory, { recursive: true });
    return new StepWriter(directory);
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

  /** Replaces an earlier result of the step by this one, `step.json` last. */
  async finish(
    made: Pick<StepRecord, 'step' | 'settings'> & {
      readonly inputs: readonly string[];
      readonly figures?: StepRecord['figures'];
    },
  ): Promise<StepRecord> {
    await this.#rows.close();
    await this.#leavers.close();
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
    await writeFileAtomic(path.join(this.#directory, stepFile), `${JSON.stringify(record, null, 2)}\n`);
    return record;
  }

  async abandon(): Promise<void> {
    await this.#rows.discard();
    await this.#leavers.discard();
  }
}

/** A JSONL file that is written beside its place. */
class LineFile {
  readonly temporary: string;
  readonly #path: string;
  readonly #stream: WriteStream;
  #fault: Error | undefined;

  constructor(file: string) {
    this.#path = file;
    this.temporary = `${file}.part`;
    this.#stream = createWriteStream(this.temporary);
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

  async close(): Promise<void> {
    await this.#ended();
    this.#throwFault();
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

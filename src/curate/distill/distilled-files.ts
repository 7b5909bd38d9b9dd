/**
 * The files of the distilled set: `all.jsonl` with every sample that stays, `one-per-problem.jsonl` with one of each problem,
 * `left.jsonl` with what left and why. They are written beside their places, and take them all at once after the old
 * step.json is gone: where a step.json is, they are of its making.
 */
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { diskTrouble } from '../../journal/disk-trouble.ts';
import { fileDigest } from '../../problems/file-digest.ts';
import { stepFile } from '../step-files.ts';

export const distilledNames = { all: 'all.jsonl', one: 'one-per-problem.jsonl', left: 'left.jsonl' } as const;
export type DistilledFile = keyof typeof distilledNames;

export class DistilledFiles {
  readonly #directory: string;
  readonly #streams = new Map<DistilledFile, { readonly stream: WriteStream; readonly faults: Error[] }>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  async write(file: DistilledFile, value: unknown): Promise<void> {
    const { stream, faults } = await this.#opened(file);
    const isFree = stream.write(`${JSON.stringify(value)}\n`);
    if (!isFree && faults.length === 0) await once(stream, 'drain').catch(() => {});
    if (faults[0] !== undefined) throw diskTrouble(faults[0], this.#path(file));
  }

  /** Puts the files in their places; returns sizes and digests by name. */
  async takePlace(): Promise<Record<string, { readonly sha256: string; readonly bytes: number }>> {
    const digests: Record<string, { readonly sha256: string; readonly bytes: number }> = {};
    for (const file of Object.keys(distilledNames) as DistilledFile[]) {
      const { stream, faults } = await this.#opened(file);
      await ended(stream);
      if (faults[0] !== undefined) throw diskTrouble(faults[0], this.#path(file));
      const handle = await open(this.#part(file), 'r');
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
      digests[distilledNames[file]] = await fileDigest(this.#part(file));
    }
    await rm(path.join(this.#directory, stepFile), { force: true });
    for (const file of this.#streams.keys()) await rename(this.#part(file), this.#path(file));
    this.#streams.clear();
    return digests;
  }

  async discard(): Promise<void> {
    for (const [file, { stream }] of this.#streams) {
      await ended(stream);
      await rm(this.#part(file), { force: true });
    }
    this.#streams.clear();
  }

  async #opened(file: DistilledFile): Promise<{ readonly stream: WriteStream; readonly faults: Error[] }> {
    const known = this.#streams.get(file);
    if (known !== undefined) return known;
    await mkdir(this.#directory, { recursive: true });
    const stream = createWriteStream(this.#part(file));
    const faults: Error[] = [];
    stream.on('error', (error) => faults.push(error));
    const opened = { stream, faults };
    this.#streams.set(file, opened);
    return opened;
  }

  #path(file: DistilledFile): string {
    return path.join(this.#directory, distilledNames[file]);
  }

  #part(file: DistilledFile): string {
    return `${this.#path(file)}.part`;
  }
}

async function ended(stream: WriteStream): Promise<void> {
  if (stream.closed) return;
  await new Promise<void>((resolve) => {
    stream.once('close', resolve);
    stream.end();
  });
}

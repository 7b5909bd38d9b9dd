/**
 * The reading side of `blobs/`: a payload by its reference, checked against its CRC. Keeps a few packs open, so
 * that replaying thousands of effects does not open a file for each.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { decodeRecord } from './blob-record.ts';
import { type BlobReference, packPath } from './blobs-pack.ts';
import { DamagedRecordError } from './errors.ts';

const mostOpen = 32;

export class BlobReader {
  readonly #directory: string;
  /** In order of last use, which a Map keeps when an entry is deleted and set again. */
  readonly #open = new Map<number, number>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** The payload. Throws a DamagedRecordError that names pack and offset if it is missing, cut or altered. */
  read(reference: BlobReference): Uint8Array {
    const { pack, offset, bytes } = reference;
    const path = packPath(this.#directory, pack);
    const record = Buffer.allocUnsafe(bytes);
    const file = this.#file(pack, path, offset);
    for (let done = 0; done < bytes; ) {
      const read = readSync(file, record, done, bytes - done, offset + done);
      if (read === 0)
        throw new DamagedRecordError(path, offset, `the pack ends ${bytes - done} bytes too early`);
      done += read;
    }
    const payload = decodeRecord(record);
    if ('damaged' in payload) throw new DamagedRecordError(path, offset, payload.damaged);
    return payload;
  }

  #file(pack: number, path: string, offset: number): number {
    let file = this.#open.get(pack);
    if (file === undefined) {
      try {
        file = openSync(path, 'r');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        throw new DamagedRecordError(path, offset, 'the pack is missing');
      }
      const [oldest] = this.#open;
      if (this.#open.size >= mostOpen && oldest !== undefined) {
        this.#open.delete(oldest[0]);
        closeSync(oldest[1]);
      }
    }
    this.#open.delete(pack);
    this.#open.set(pack, file);
    return file;
  }

  close(): void {
    for (const file of this.#open.values()) closeSync(file);
    this.#open.clear();
  }
}

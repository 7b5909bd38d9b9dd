/**
 * The writing side of `blobs/`: append-only packs of records (`blob-record.ts`), begun anew when one is full.
 * Appending only buffers; `sync` writes and fsyncs, and must return before a row names what was appended.
 *
 * A crash leaves at most a tail that no row names. On opening, the last pack is cut to its last named byte and
 * continued; a pack that is shorter than its rows say is left as it is (reading tells) and a new one is begun.
 */
import { closeSync, fstatSync, fsyncSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { encodeRecord } from './blob-record.ts';

/** Where a record lies: pack number, byte offset, length of header and body in bytes. */
export interface BlobReference {
  readonly pack: number;
  readonly offset: number;
  readonly bytes: number;
}

export function blobReferenceText({ pack, offset, bytes }: BlobReference): string {
  return `${pack}:${offset}:${bytes}`;
}

export function parseBlobReference(text: string): BlobReference {
  const [pack, offset, bytes] = text.split(':').map(Number);
  if (!Number.isSafeInteger(pack) || !Number.isSafeInteger(offset) || !Number.isSafeInteger(bytes)) {
    throw new TypeError(`"${text}" is not a blob reference`);
  }
  return { pack: pack as number, offset: offset as number, bytes: bytes as number };
}

export function packPath(directory: string, pack: number): string {
  return join(directory, `${String(pack).padStart(6, '0')}.pack`);
}

/** The few operations on files that packs need; tests make the n-th of them fail. */
export interface PackFiles {
  /** Opens for reading and writing; `create` empties or makes the file. */
  open(path: string, mode: 'continue' | 'create'): number;
  size(file: number): number;
  truncate(file: number, bytes: number): void;
  write(file: number, bytes: Uint8Array, position: number): void;
  sync(file: number): void;
  syncDirectory(path: string): void;
  close(file: number): void;
}

export const nodePackFiles: PackFiles = {
  open: (path, mode) => openSync(path, mode === 'create' ? 'w+' : 'r+'),
  size: (file) => fstatSync(file).size,
  truncate: ftruncateSync,
  write(file, bytes, position) {
    for (let done = 0; done < bytes.byteLength; ) {
      done += writeSync(file, bytes, done, bytes.byteLength - done, position + done);
    }
  },
  sync: fsyncSync,
  syncDirectory(path) {
    // Windows has no handle of a directory to sync; its file systems journal the entry themselves.
    if (process.platform === 'win32') return;
    const directory = openSync(path, 'r');
    try {
      fsyncSync(directory);
    } finally {
      closeSync(directory);
    }
  },
  close: closeSync,
};

/** The end of a pack up to which everything is on disk. */
export interface PackEnd {
  readonly pack: number;
  readonly bytes: number;
}

export interface BlobPackOptions {
  readonly files?: PackFiles;
  /** A pack that would grow beyond this many bytes is closed and the next one begun (default 64 MiB). */
  readonly packBytes?: number;
}

export class BlobPackWriter {
  readonly #directory: string;
  readonly #files: PackFiles;
  readonly #packBytes: number;
  #pack: number;
  /** End of what is written; what is buffered comes after it. */
  #end = 0;
  #file: number | undefined;
  #created = false;
  #buffer: Buffer[] = [];
  #buffered = 0;
  #closedPacks: PackEnd[] = [];

  /** `last` is the end of the last pack that rows name, or undefined for a new directory. */
  constructor(directory: string, last: PackEnd | undefined, options: BlobPackOptions = {}) {
    this.#directory = directory;
    this.#files = options.files ?? nodePackFiles;
    this.#packBytes = options.packBytes ?? 64 * 1024 * 1024;
    this.#pack = last === undefined ? 1 : last.pack + 1;
    mkdirSync(directory, { recursive: true });
    if (last !== undefined && last.bytes < this.#packBytes) this.#continue(last);
  }

  #continue(last: PackEnd): void {
    let file: number;
    try {
      file = this.#files.open(packPath(this.#directory, last.pack), 'continue');
    } catch (error) {
      // Removed by retention: its rows say so when they are read; new payloads go to a new pack.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw error;
    }
    if (this.#files.size(file) < last.bytes) {
      this.#files.close(file);
      return;
    }
    this.#files.truncate(file, last.bytes);
    this.#file = file;
    this.#pack = last.pack;
    this.#end = last.bytes;
  }

  /** Buffers a payload and says where it will lie. */
  append(payload: Uint8Array): BlobReference {
    const record = encodeRecord(payload);
    const end = this.#end + this.#buffered;
    if (end > 0 && end + record.byteLength > this.#packBytes) this.#rotate();
    const reference = { pack: this.#pack, offset: this.#end + this.#buffered, bytes: record.byteLength };
    this.#buffer.push(record);
    this.#buffered += record.byteLength;
    return reference;
  }

  /** Writes and fsyncs what was appended since the last call; returns the packs it touched and their ends. */
  sync(): readonly PackEnd[] {
    const touched = this.#closedPacks;
    this.#closedPacks = [];
    if (this.#buffered > 0) {
      this.#flush();
      touched.push({ pack: this.#pack, bytes: this.#end });
    }
    if (this.#created) {
      this.#files.syncDirectory(this.#directory);
      this.#created = false;
    }
    return touched;
  }

  #rotate(): void {
    if (this.#buffered > 0) {
      this.#flush();
      this.#closedPacks.push({ pack: this.#pack, bytes: this.#end });
    }
    this.close();
    this.#pack += 1;
    this.#end = 0;
  }

  #flush(): void {
    if (this.#file === undefined) {
      this.#file = this.#files.open(packPath(this.#directory, this.#pack), 'create');
      this.#created = true;
    }
    this.#files.write(this.#file, Buffer.concat(this.#buffer, this.#buffered), this.#end);
    this.#files.sync(this.#file);
    this.#end += this.#buffered;
    this.#buffer = [];
    this.#buffered = 0;
  }

  close(): void {
    if (this.#file === undefined) return;
    const file = this.#file;
    this.#file = undefined;
    this.#files.close(file);
  }
}

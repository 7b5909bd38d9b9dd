/**
 * Files that lines are appended to, durably and by one writer at a time, in this process and in others. A line is on disk
 * whole when `append` resolves, or the file is as it was: what a full disk or a kill left of a line is taken off before the
 * next one, and kept beside the file in `NAME.torn`. Nothing that was acknowledged is ever touched.
 */
import { mkdirSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { diskTrouble } from './disk-trouble.ts';
import { RunDirectoryInUseError } from './errors.ts';
import { nodeFileLayer } from './file-layer.ts';
import { lockRunDirectory, type RunLock } from './run-lock.ts';

/** What a file of lines is appended with. Tests put one in its place that fails. */
export interface LineLayer {
  open(file: string): Promise<Pick<FileHandle, 'stat' | 'read' | 'write' | 'truncate' | 'sync' | 'close'>>;
  syncDirectory(directory: string): Promise<void>;
}

export const nodeLineLayer: LineLayer = {
  open: (file) => open(file, 'a+'),
  syncDirectory: (directory) => nodeFileLayer.sync(directory, 'directory'),
};

const lineFeed = 0x0a;
/** Each waits for a quarter of a second by itself. */
const mostTries = 20;

/** The appenders of one directory. */
export class DurableLines {
  readonly #directory: string;
  readonly #layer: LineLayer;
  #last: Promise<unknown> = Promise.resolve();

  constructor(directory: string, layer: LineLayer = nodeLineLayer) {
    this.#directory = directory;
    this.#layer = layer;
  }

  /**
   * Lets `work` read what is there and append to it with nobody in between. Throws a RunDirectoryInUseError where another process
   * holds the directory for long, and a DiskFullError.
   */
  async exclusively<Value>(
    work: (append: (name: string, line: string) => Promise<void>) => Promise<Value>,
  ): Promise<Value> {
    const turn = this.#last.then(async () => {
      mkdirSync(this.#directory, { recursive: true });
      const lock = await this.#lock();
      try {
        return await work((name, line) => this.#append(name, line));
      } finally {
        lock.release();
      }
    });
    this.#last = turn.catch(() => undefined);
    return await turn;
  }

  /** Another process holds it for the time of a line, and is waited for without keeping this one from its work. */
  async #lock(): Promise<RunLock> {
    for (let tries = 1; ; tries += 1) {
      try {
        return lockRunDirectory(this.#directory);
      } catch (error) {
        if (!(error instanceof RunDirectoryInUseError) || tries === mostTries) throw error;
        await setTimeout(tries);
      }
    }
  }

  async #append(name: string, line: string): Promise<void> {
    const file = path.join(this.#directory, name);
    if (line.includes('\n')) throw new RangeError('a line has no line feed');
    try {
      const handle = await this.#layer.open(file);
      try {
        const size = await this.#mend(handle, name);
        await writeWhole(handle, Buffer.from(`${line}\n`), size);
        if (size === 0) await this.#layer.syncDirectory(this.#directory);
      } finally {
        await handle.close();
      }
    } catch (error) {
      throw diskTrouble(error, file);
    }
  }

  /** Takes off what is no whole line at the end, or ends it where it is one. Returns the size. */
  async #mend(handle: Handle, name: string): Promise<number> {
    const { size } = await handle.stat();
    const tail = await lastLine(handle, size);
    if (tail.length === 0) return size;
    if (isJson(tail)) {
      await writeWhole(handle, Buffer.from('\n'), size);
      return size + 1;
    }
    const torn = await this.#layer.open(path.join(this.#directory, `${name}.torn`));
    try {
      const { size: before } = await torn.stat();
      await writeWhole(torn, Buffer.concat([tail, Buffer.from('\n')]), before);
    } finally {
      await torn.close();
    }
    await handle.truncate(size - tail.length);
    await handle.sync();
    return size - tail.length;
  }
}

type Handle = Awaited<ReturnType<LineLayer['open']>>;

/** All bytes and on disk, or none. */
async function writeWhole(handle: Handle, bytes: Uint8Array, size: number): Promise<void> {
  try {
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await handle.write(bytes, at, bytes.length - at);
      at += bytesWritten;
    }
    await handle.sync();
  } catch (error) {
    try {
      await handle.truncate(size);
      await handle.sync();
    } catch {
      // It stays torn, and the next append mends it; what is told is why the line was not written.
    }
    throw error;
  }
}

/** Bytes after the last line feed. */
async function lastLine(handle: Handle, size: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - 65_536);
    const piece = Buffer.alloc(end - start);
    await handle.read(piece, 0, piece.length, start);
    const at = piece.lastIndexOf(lineFeed);
    pieces.unshift(piece.subarray(at + 1));
    if (at !== -1) break;
    end = start;
  }
  return Buffer.concat(pieces);
}

function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return true;
  } catch {
    return false;
  }
}

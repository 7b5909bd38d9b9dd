/**
 * An open GGUF file: its metadata, and its tensors as float32, read one at a time and in pieces, so that neither the
 * file nor the model is ever in memory as a whole. The header has been checked before anything of it is believed
 * (header.ts). Errors name file and tensor.
 */
import { readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dequantise, isReadable, readableTypes } from './dequantise.ts';
import { type GgufHeader, type GgufTensor, parseGgufHeader } from './header.ts';
import type { GgufMetadata } from './values.ts';

/** Bytes of a tensor that are read at once. */
const pieceBytes = 1 << 22;

/** Close it. */
export class GgufFile {
  readonly path: string;
  /** Bytes of the file. */
  readonly size: number;
  readonly version: number;
  readonly metadata: GgufMetadata;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
  readonly #handle: FileHandle;

  private constructor(path: string, size: number, handle: FileHandle, header: GgufHeader) {
    this.path = path;
    this.size = size;
    this.version = header.version;
    this.metadata = header.metadata;
    this.tensors = header.tensors;
    this.#handle = handle;
  }

  /** Opens and checks a file; throws an error that says what is wrong with it. */
  static async open(path: string): Promise<GgufFile> {
    const handle = await open(path, 'r');
    try {
      const { size } = await handle.stat();
      const header = parseGgufHeader(path, size, (position, length) => {
        const bytes = new Uint8Array(length);
        for (let done = 0; done < length; ) {
          const read = readSync(handle.fd, bytes, done, length - done, position + done);
          if (read === 0) throw shrunk(path, position + done);
          done += read;
        }
        return bytes;
      });
      return new GgufFile(path, size, handle, header);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /**
   * The values of a tensor as float32, written into `target` when given. Throws for types that are not read
   * (dequantise.ts) and when target has another length.
   */
  async read(name: string, target?: Float32Array<ArrayBuffer>): Promise<Float32Array<ArrayBuffer>> {
    const tensor = this.tensors.get(name);
    if (tensor === undefined) throw new Error(`${this.path}: no tensor ${name}`);
    const { type, length, begin, end } = tensor;
    if (!isReadable(type.name)) {
      throw new Error(
        `${this.path}: tensor ${name} is ${type.name}, which cannot be read; those that can are ${readableTypes.join(', ')}`,
      );
    }
    const values = target ?? new Float32Array(length);
    if (values.length !== length) {
      throw new Error(`${this.path}: tensor ${name} has ${length} values, expected ${values.length}`);
    }
    const blocks = Math.max(1, Math.floor(pieceBytes / type.blockBytes));
    const piece = new Uint8Array(Math.min(blocks * type.blockBytes, end - begin));
    for (let at = begin, done = 0; at < end; ) {
      const bytes = piece.subarray(0, Math.min(piece.length, end - at));
      await this.#readFully(bytes, at);
      const count = (bytes.length / type.blockBytes) * type.blockLength;
      dequantise(type.name, bytes, values.subarray(done, done + count));
      at += bytes.length;
      done += count;
    }
    return values;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #readFully(target: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < target.length; ) {
      const { bytesRead } = await this.#handle.read(target, done, target.length - done, position + done);
      if (bytesRead === 0) throw shrunk(this.path, position + done);
      done += bytesRead;
    }
  }
}

function shrunk(path: string, position: number): Error {
  return new Error(`${path}: the file ended at byte ${position} while it was read`);
}

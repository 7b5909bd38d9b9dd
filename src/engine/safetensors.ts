/**
 * Reads and writes the safetensors format (github.com/huggingface/safetensors, "Format"): a length, a JSON
 * header, the raw numbers. A file is believed only after it has been checked whole: header and data fill it
 * exactly, nothing overlaps, every tensor has the bytes that its shape asks for. Errors name file and tensor.
 * Tensors are read one at a time, so a model is never in memory twice.
 */
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { encodedHeader, isReadable, parseHeader, type TensorEntry } from './safetensors-header.ts';
import { widenBfloat16, widenFloat16 } from './widen-halves.ts';

/** A hundred times the header of a large model; the reference implementation's limit is 100 MB. */
const headerBytesLimit = 1 << 24;
/** Largest single read or write; the operating system refuses 2 GiB and more. */
const chunkBytes = 1 << 26;

export interface NamedTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** Tensors by name, in one file or in several. Close it. */
export interface TensorSource {
  /** The file that lists them. */
  readonly path: string;
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  readonly metadata: Readonly<Record<string, string>>;
  /** See `SafetensorsFile`. */
  read(name: string, target?: Float32Array<ArrayBuffer>): Promise<Float32Array<ArrayBuffer>>;
  readBytes(name: string, offset: number, target: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** An open file. Close it. */
export class SafetensorsFile implements TensorSource {
  readonly path: string;
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly #handle: FileHandle;

  private constructor(path: string, handle: FileHandle, header: ReturnType<typeof parseHeader>) {
    this.path = path;
    this.#handle = handle;
    this.tensors = header.tensors;
    this.metadata = header.metadata;
  }

  /** Opens and checks a file; throws an error that says what is wrong with it. */
  static async open(path: string): Promise<SafetensorsFile> {
    const handle = await open(path, 'r');
    try {
      const { size } = await handle.stat();
      if (size < 8) throw new Error(`${path}: ${size} bytes, too short for a safetensors file`);
      const prefix = new Uint8Array(8);
      await readFully(handle, path, prefix, 0);
      const length = Number(new DataView(prefix.buffer).getBigUint64(0, true));
      if (length > size - 8) {
        throw new Error(`${path}: header of ${length} bytes in a file of ${size}: torn, or not safetensors`);
      }
      if (length > headerBytesLimit) {
        throw new Error(`${path}: header of ${length} bytes; at most ${headerBytesLimit} are read`);
      }
      const header = new Uint8Array(length);
      await readFully(handle, path, header, 8);
      return new SafetensorsFile(path, handle, parseHeader(path, header, size));
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /**
   * The numbers of a tensor as float32 (F32 as they are; BF16 and F16 widen without loss), written into `target`
   * when given. Throws for other types and when target has another length.
   */
  async read(name: string, target?: Float32Array<ArrayBuffer>): Promise<Float32Array<ArrayBuffer>> {
    const entry = this.#entry(name);
    if (!isReadable(entry)) {
      throw new Error(`${this.path}: tensor ${name} is ${entry.dtype}; F32, BF16 and F16 can be read`);
    }
    const count = entry.dims.reduce((product, dim) => product * dim, 1);
    const values = target ?? new Float32Array(count);
    if (values.length !== count) {
      throw new Error(`${this.path}: tensor ${name} has ${count} values, expected ${values.length}`);
    }
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    // Halves go into the second half of the place that they are then widened to fill.
    await this.readBytes(name, 0, bytes.subarray(bytes.length - (entry.end - entry.begin)));
    if (entry.dtype === 'BF16') widenBfloat16(values);
    else if (entry.dtype === 'F16') widenFloat16(values);
    return values;
  }

  /** Fills `target` with the bytes of a tensor as they are in the file, from its byte `offset` on. */
  async readBytes(name: string, offset: number, target: Uint8Array): Promise<void> {
    const { begin, end } = this.#entry(name);
    if (offset + target.length > end - begin) {
      throw new Error(`${this.path}: tensor ${name} has ${end - begin} bytes, not ${offset + target.length}`);
    }
    await readFully(this.#handle, this.path, target, begin + offset);
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  #entry(name: string): TensorEntry {
    const entry = this.tensors.get(name);
    if (entry === undefined) throw new Error(`${this.path}: no tensor ${name}`);
    return entry;
  }
}

/**
 * Writes float32 tensors in the given order. The file appears under its name only when it is whole and on disk.
 */
export async function writeSafetensors(
  path: string,
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  // A map: a name may be one that objects have of their own.
  const header = new Map<string, unknown>([['__metadata__', metadata]]);
  let offset = 0;
  for (const { name, dims, data } of tensors) {
    if (dims.reduce((product, dim) => product * dim, 1) !== data.length || header.has(name)) {
      throw new Error(
        `${path}: tensor ${name} is given twice or ${data.length} values are not ${dims.join('×')}`,
      );
    }
    header.set(name, { dtype: 'F32', shape: dims, data_offsets: [offset, offset + data.byteLength] });
    offset += data.byteLength;
  }
  const head = encodedHeader(Object.fromEntries(header));

  const partial = `${path}.partial`;
  const handle = await open(partial, 'w');
  try {
    await writeFully(handle, head);
    for (const { data } of tensors) {
      await writeFully(handle, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
    await handle.sync();
  } catch (error) {
    await handle.close();
    await rm(partial, { force: true });
    throw error;
  }
  await handle.close();
  await rename(partial, path);
}

async function readFully(
  handle: FileHandle,
  path: string,
  target: Uint8Array,
  position: number,
): Promise<void> {
  let done = 0;
  while (done < target.length) {
    const length = Math.min(chunkBytes, target.length - done);
    const { bytesRead } = await handle.read(target, done, length, position + done);
    if (bytesRead === 0)
      throw new Error(`${path}: the file ended at byte ${position + done} while it was read`);
    done += bytesRead;
  }
}

async function writeFully(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, done, Math.min(chunkBytes, bytes.length - done));
    done += bytesWritten;
  }
}

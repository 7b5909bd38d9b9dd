/**
 * Reads and writes the safetensors format (github.com/huggingface/safetensors, "Format"): a length, a JSON
 * header, the raw numbers. A file is believed only after it has been checked whole: header and data fill it
 * exactly, nothing overlaps, every tensor has the bytes that its shape asks for. Errors name file and tensor.
 * Tensors are read one at a time, so a model is never in memory twice.
 */
import { type FileHandle, open, rename, rm } from 'node:fs/promises';

const elementBytes: Readonly<Record<string, number>> = {
  ...{ F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, I8: 1 },
  ...{ U64: 8, U32: 4, U16: 2, U8: 1, BOOL: 1, F8_E4M3: 1, F8_E5M2: 1 },
};

/** The reference implementation's limit. */
const headerBytesLimit = 100_000_000;
/** Largest single read or write; the operating system refuses 2 GiB and more. */
const chunkBytes = 1 << 26;

export interface TensorEntry {
  readonly dtype: string;
  readonly dims: readonly number[];
  /** First byte and the byte after the last, from the beginning of the file. */
  readonly begin: number;
  readonly end: number;
}

export interface NamedTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** An open file. Close it. */
export class SafetensorsFile {
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
      if (length > Math.min(size - 8, headerBytesLimit)) {
        throw new Error(`${path}: header of ${length} bytes in a file of ${size}: torn, or not safetensors`);
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
    const entry = this.tensors.get(name);
    if (entry === undefined) throw new Error(`${this.path}: no tensor ${name}`);
    const count = entry.dims.reduce((product, dim) => product * dim, 1);
    const values = target ?? new Float32Array(count);
    if (values.length !== count) {
      throw new Error(`${this.path}: tensor ${name} has ${count} values, expected ${values.length}`);
    }
    if (entry.dtype === 'F32') {
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      await readFully(this.#handle, this.path, bytes, entry.begin);
    } else if (entry.dtype === 'BF16' || entry.dtype === 'F16') {
      const halves = new Uint16Array(count);
      await readFully(this.#handle, this.path, new Uint8Array(halves.buffer), entry.begin);
      if (entry.dtype === 'BF16') widenBfloat16(halves, values);
      else widenFloat16(halves, values);
    } else {
      throw new Error(`${this.path}: tensor ${name} is ${entry.dtype}; F32, BF16 and F16 can be read`);
    }
    return values;
  }

  async close(): Promise<void> {
    await this.#handle.close();
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
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const { name, dims, data } of tensors) {
    if (dims.reduce((product, dim) => product * dim, 1) !== data.length || name in header) {
      throw new Error(
        `${path}: tensor ${name} is given twice or ${data.length} values are not ${dims.join('×')}`,
      );
    }
    header[name] = { dtype: 'F32', shape: dims, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // Spaces after the header keep the numbers aligned to 8 bytes.
  const head = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(head.length - 8), true);
  head.set(json, 8);

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

function parseHeader(path: string, bytes: Uint8Array, fileSize: number) {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new Error(`${path}: the header is not JSON: torn, or not safetensors`, { cause });
  }
  if (!isRecord(header)) throw new Error(`${path}: the header is not a JSON object`);
  const dataStart = 8 + bytes.length;
  const tensors = new Map<string, TensorEntry>();
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') {
      if (!isRecord(value)) throw new Error(`${path}: __metadata__ is not an object`);
      for (const [key, text] of Object.entries(value)) metadata[key] = String(text);
    } else tensors.set(name, parseEntry(path, name, value, dataStart));
  }
  let end = dataStart;
  const inOrder = [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  for (const [name, entry] of inOrder) {
    if (entry.begin !== end) {
      throw new Error(
        `${path}: tensor ${name} ${entry.begin < end ? 'overlaps' : 'leaves a gap after'} another`,
      );
    }
    end = entry.end;
    if (end > fileSize) {
      throw new Error(`${path}: tensor ${name} ends at byte ${end}, the file at ${fileSize}: torn`);
    }
  }
  if (end !== fileSize) throw new Error(`${path}: ${fileSize - end} bytes after the last tensor`);
  return { tensors, metadata };
}

function parseEntry(path: string, name: string, value: unknown, dataStart: number): TensorEntry {
  const where = `${path}: tensor ${name}`;
  if (!isRecord(value)) throw new Error(`${where}: its entry is not an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  const bytesEach = typeof dtype === 'string' ? elementBytes[dtype] : undefined;
  if (typeof dtype !== 'string' || bytesEach === undefined) {
    throw new Error(`${where}: unknown dtype ${JSON.stringify(dtype)}`);
  }
  if (!isCountList(shape)) throw new Error(`${where}: shape ${JSON.stringify(shape)} is no list of sizes`);
  if (!isCountList(offsets) || offsets.length !== 2) {
    throw new Error(`${where}: data_offsets ${JSON.stringify(offsets)} are not two offsets`);
  }
  const [begin = 0, end = 0] = offsets;
  const expected = shape.reduce((product, dim) => product * dim, bytesEach);
  if (end - begin !== expected) {
    throw new Error(`${where}: ${dtype} ${shape.join('×')} needs ${expected} bytes, it has ${end - begin}`);
  }
  return { dtype, dims: shape, begin: dataStart + begin, end: dataStart + end };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCountList(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

/** bfloat16 is the upper half of a float32. */
function widenBfloat16(halves: Uint16Array, target: Float32Array): void {
  const bits = new Uint32Array(target.buffer, target.byteOffset, target.length);
  for (let i = 0; i < halves.length; i += 1) bits[i] = (halves[i] ?? 0) << 16;
}

/** IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits. */
function widenFloat16(halves: Uint16Array, target: Float32Array): void {
  for (let i = 0; i < halves.length; i += 1) {
    const half = halves[i] ?? 0;
    const exponent = (half >> 10) & 31;
    const fraction = half & 1023;
    let magnitude = 2 ** (exponent - 15) * (1 + fraction / 1024);
    if (exponent === 0) magnitude = 2 ** -14 * (fraction / 1024);
    else if (exponent === 31) magnitude = fraction === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
    target[i] = half >> 15 ? -magnitude : magnitude;
  }
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

/**
 * Writes a GGUF file, version 3 (ggml-org/ggml, docs/gguf.md), one tensor at a time. It appears under its name only
 * when it is whole and on disk; whatever fails before leaves what was there.
 */
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { diskTrouble } from '../../journal/disk-trouble.ts';
import { nodeFileLayer } from '../../journal/file-layer.ts';
import { temporaryName } from '../../journal/temporary-name.ts';
import { defaultAlignment, magic } from './header.ts';
import { encodedTensor, floatBytes, type StreamedTensor, valueCount } from './streamed-tensor.ts';
import { tensorTypeId } from './tensor-types.ts';
import { valueTypeId } from './values.ts';

/** A number that is written as float32; plain numbers are written as uint32, all that llama.cpp asks for. */
export interface Float32Value {
  readonly float32: number;
}

export type WritableValue =
  | string
  | boolean
  | number
  | Float32Value
  | readonly string[]
  | Int32Array
  | Float32Array;

export interface GgufStreamedTensor extends StreamedTensor {
  readonly type: 'F32' | 'F16';
}

const version = 3;

/** Writes the file; `onTensor` is called after each tensor. Returns its bytes. */
export async function writeGguf(
  path: string,
  metadata: ReadonlyMap<string, WritableValue>,
  tensors: readonly GgufStreamedTensor[],
  onTensor: () => void = () => {},
): Promise<number> {
  const head = header(path, metadata, tensors);
  const temporary = temporaryName(path);
  try {
    const handle = await open(temporary.path, 'wx');
    let bytes = 0;
    try {
      bytes += await writePadded(handle, head);
      for (const tensor of tensors) {
        bytes += await writePadded(handle, await encodedTensor(tensor));
        onTensor();
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary.path, path);
    await nodeFileLayer.sync(dirname(path), 'directory');
    return bytes;
  } catch (error) {
    await rm(temporary.path, { force: true });
    throw diskTrouble(error, path);
  } finally {
    temporary.release();
  }
}

function header(
  path: string,
  metadata: ReadonlyMap<string, WritableValue>,
  tensors: readonly GgufStreamedTensor[],
): Uint8Array {
  const bytes = new ByteList();
  bytes.uint32(magic);
  bytes.uint32(version);
  bytes.uint64(tensors.length);
  bytes.uint64(metadata.size);
  for (const [key, value] of metadata) {
    bytes.text(key);
    try {
      writeValue(bytes, value);
    } catch (cause) {
      throw new Error(`${path}: metadata "${key}": ${cause instanceof Error ? cause.message : cause}`, {
        cause,
      });
    }
  }
  const names = new Set<string>();
  let offset = 0;
  for (const tensor of tensors) {
    if (names.has(tensor.name)) throw new Error(`${path}: tensor ${tensor.name} is given twice`);
    names.add(tensor.name);
    bytes.text(tensor.name);
    bytes.uint32(tensor.dims.length);
    for (const dim of tensor.dims.toReversed()) bytes.uint64(dim);
    bytes.uint32(tensorTypeId[tensor.type]);
    bytes.uint64(offset);
    offset += padded(valueCount(tensor) * floatBytes[tensor.type]);
  }
  return bytes.bytes();
}

function writeValue(bytes: ByteList, value: WritableValue): void {
  if (typeof value === 'string') {
    bytes.uint32(valueTypeId.string);
    bytes.text(value);
  } else if (typeof value === 'boolean') {
    bytes.uint32(valueTypeId.bool);
    bytes.raw(Uint8Array.of(value ? 1 : 0));
  } else if (typeof value === 'number') {
    if (!(Number.isInteger(value) && value >= 0 && value < 2 ** 32)) {
      throw new RangeError(`${value} is no unsigned number of 32 bits`);
    }
    bytes.uint32(valueTypeId.uint32);
    bytes.uint32(value);
  } else if ('float32' in value) {
    bytes.uint32(valueTypeId.float32);
    bytes.raw(new Uint8Array(Float32Array.of(value.float32).buffer));
  } else {
    bytes.uint32(valueTypeId.array);
    if (value instanceof Int32Array || value instanceof Float32Array) {
      bytes.uint32(value instanceof Int32Array ? valueTypeId.int32 : valueTypeId.float32);
      bytes.uint64(value.length);
      bytes.raw(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    } else {
      bytes.uint32(valueTypeId.string);
      bytes.uint64(value.length);
      for (const text of value) bytes.text(text);
    }
  }
}

function padded(length: number): number {
  return Math.ceil(length / defaultAlignment) * defaultAlignment;
}

async function writePadded(handle: FileHandle, bytes: Uint8Array): Promise<number> {
  await handle.writeFile(bytes);
  const length = padded(bytes.length);
  if (length > bytes.length) await handle.writeFile(new Uint8Array(length - bytes.length));
  return length;
}

/** Little-endian bytes that grow. */
class ByteList {
  readonly #utf8 = new TextEncoder();
  #bytes = new Uint8Array(1 << 16);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  uint32(value: number): void {
    const at = this.#grow(4);
    this.#view.setUint32(at, value, true);
  }

  uint64(value: number): void {
    const at = this.#grow(8);
    this.#view.setBigUint64(at, BigInt(value), true);
  }

  text(text: string): void {
    const encoded = this.#utf8.encode(text);
    this.uint64(encoded.length);
    this.raw(encoded);
  }

  raw(bytes: Uint8Array): void {
    const at = this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Makes room for more bytes; returns where they begin. */
  #grow(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, 2 * this.#bytes.length));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }
}

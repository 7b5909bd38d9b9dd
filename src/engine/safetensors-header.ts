/**
 * The JSON header of a safetensors file, checked whole: every tensor has the bytes that its shape asks for, together they
 * fill the file exactly, nothing overlaps, and no name is there twice. Errors name the file, and the tensor where
 * one is at fault.
 */
import { duplicateKey, isRecord, parseJson, shortened, show } from './json-file.ts';

export interface TensorEntry {
  readonly dtype: string;
  readonly dims: readonly number[];
  /** First byte and the byte after the last, from the beginning of the file. */
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  readonly metadata: Readonly<Record<string, string>>;
}

const elementBytes = new Map([
  ...(['F64', 'I64', 'U64'] as const).map((dtype) => [dtype, 8] as const),
  ...(['F32', 'I32', 'U32'] as const).map((dtype) => [dtype, 4] as const),
  ...(['F16', 'BF16', 'I16', 'U16'] as const).map((dtype) => [dtype, 2] as const),
  ...(['I8', 'U8', 'BOOL', 'F8_E4M3', 'F8_E5M2', 'F8_E8M0'] as const).map((dtype) => [dtype, 1] as const),
] as [string, number][]);

/** Whether the engine has these numbers as float32. */
export function isReadable({ dtype }: TensorEntry): boolean {
  return dtype === 'F32' || dtype === 'BF16' || dtype === 'F16';
}

/** How a file begins: the length of the header and the header, whose offsets count from the byte after it. */
export function encodedHeader(header: object): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(JSON.stringify(header));
  // Spaces after the header keep the numbers aligned to 8 bytes.
  const head = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(head.length - 8), true);
  head.set(json, 8);
  return head;
}

/** The header in `bytes`, which follow the eight bytes of their length in a file of `fileSize` bytes. */
export function parseHeader(path: string, bytes: Uint8Array, fileSize: number): SafetensorsHeader {
  let header: unknown;
  try {
    header = parseJson(bytes, path);
  } catch (cause) {
    throw new Error(`${path}: the header is not JSON: torn, or not safetensors`, { cause });
  }
  if (!isRecord(header)) throw new Error(`${path}: the header is not a JSON object`);
  const twice = duplicateKey(new TextDecoder().decode(bytes));
  if (twice !== undefined) throw new Error(`${path}: the header has ${shortened(twice)} twice`);
  const dataStart = 8 + bytes.length;
  const tensors = new Map<string, TensorEntry>();
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') metadata = parseMetadata(path, value);
    else tensors.set(name, parseEntry(path, name, value, dataStart));
  }
  checkCoverage(path, tensors, dataStart, fileSize);
  return { tensors, metadata };
}

function checkCoverage(
  path: string,
  tensors: ReadonlyMap<string, TensorEntry>,
  dataStart: number,
  fileSize: number,
): void {
  let end = dataStart;
  const inOrder = [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  for (const [name, entry] of inOrder) {
    if (entry.begin !== end) {
      throw new Error(
        `${path}: tensor ${shortened(name)} ${entry.begin < end ? 'overlaps' : 'leaves a gap after'} another`,
      );
    }
    end = entry.end;
    if (end > fileSize) {
      throw new Error(
        `${path}: tensor ${shortened(name)} ends at byte ${end}, the file at ${fileSize}: torn`,
      );
    }
  }
  if (end !== fileSize) throw new Error(`${path}: ${fileSize - end} bytes after the last tensor`);
}

function parseMetadata(path: string, value: unknown): Record<string, string> {
  if (!isRecord(value)) throw new Error(`${path}: __metadata__ is not an object`);
  const entries = Object.entries(value).map(([key, text]): [string, string] => {
    if (typeof text !== 'string')
      throw new Error(`${path}: __metadata__ ${shortened(key)} is ${show(text)}, no text`);
    return [key, text];
  });
  return Object.fromEntries(entries);
}

function parseEntry(path: string, name: string, value: unknown, dataStart: number): TensorEntry {
  const where = `${path}: tensor ${shortened(name)}`;
  if (!isRecord(value)) throw new Error(`${where}: its entry is not an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  const bytesEach = typeof dtype === 'string' ? elementBytes.get(dtype) : undefined;
  if (typeof dtype !== 'string' || bytesEach === undefined) {
    throw new Error(`${where}: unknown dtype ${show(dtype)}`);
  }
  if (!isCountList(shape)) throw new Error(`${where}: shape ${show(shape)} is no list of sizes`);
  if (!isCountList(offsets) || offsets.length !== 2) {
    throw new Error(`${where}: data_offsets ${show(offsets)} are not two offsets`);
  }
  const [begin = 0, end = 0] = offsets;
  // A product beyond 2⁵³ is inexact, but never equal to a difference of two offsets, which are below that.
  const expected = shape.reduce((product, dim) => product * dim, bytesEach);
  if (end - begin !== expected) {
    const sizes = shortened(shape.join('×'));
    throw new Error(`${where}: ${dtype} ${sizes} needs ${expected} bytes, it has ${end - begin}`);
  }
  return { dtype, dims: shape, begin: dataStart + begin, end: dataStart + end };
}

function isCountList(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

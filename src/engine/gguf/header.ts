/**
 * The header of a GGUF file, version 2 or 3 (ggml-org/ggml, docs/gguf.md): metadata and where each tensor lies. It is
 * believed only as a whole: counts and lengths fit the file, names are unique, shapes agree with types, and the
 * tensors fill what follows the header, aligned, without overlap and without gaps but padding. Errors name the file
 * and the key or tensor.
 */
import { HeaderCursor, type ReadBytes } from './header-cursor.ts';
import { type TensorType, tensorTypes } from './tensor-types.ts';
import { type GgufMetadata, type GgufValue, newEntryBudget, readValue } from './values.ts';

export interface GgufTensor {
  readonly type: TensorType;
  /** As transformers writes shapes, slowest first: GGUF keeps them the other way round. */
  readonly dims: readonly number[];
  /** Number of values. */
  readonly length: number;
  /** First byte and the byte after the last, from the beginning of the file. */
  readonly begin: number;
  readonly end: number;
}

export interface GgufHeader {
  readonly version: number;
  readonly metadata: GgufMetadata;
  /** In the order of the file. */
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

export const magic = 0x46554747;
export const defaultAlignment = 32;
const keyBytesLimit = 65535;
const tensorNameBytesLimit = 1024;
const dimsLimit = 4;
/** Bytes of a key without name and value, and of a tensor's entry without name and dimensions. */
const keyLeastBytes = 8 + 4 + 1;
const tensorLeastBytes = 8 + 4 + 4 + 8;

/** Reads and checks the header of a file of `fileSize` bytes. `path` is for messages. */
export function parseGgufHeader(path: string, fileSize: number, read: ReadBytes): GgufHeader {
  if (fileSize < 24) throw new Error(`${path}: ${fileSize} bytes, too short for a GGUF file`);
  const cursor = new HeaderCursor(path, fileSize, read);
  const version = readVersion(cursor);
  const tensorCount = cursor.count('the number of tensors');
  const keyCount = cursor.count('the number of metadata keys');
  cursor.require(keyCount, keyLeastBytes, 'metadata keys');
  const metadata = readMetadata(cursor, keyCount);
  refuseSplit(path, metadata);
  const alignment = alignmentOf(path, metadata);

  cursor.where = 'the header';
  cursor.require(tensorCount, tensorLeastBytes, 'tensors');
  const entries = readTensorEntries(cursor, tensorCount, alignment);
  const dataStart = roundUp(cursor.position, alignment);
  const tensors = new Map<string, GgufTensor>();
  for (const [name, { offset, bytes, ...entry }] of entries) {
    const begin = dataStart + offset;
    if (begin + bytes > fileSize) {
      throw new Error(`${path}: tensor ${name} ends at byte ${begin + bytes}, the file at ${fileSize}: torn`);
    }
    tensors.set(name, { ...entry, begin, end: begin + bytes });
  }
  checkLayout(path, tensors, { dataStart, alignment, fileSize });
  return { version, metadata, tensors };
}

function readVersion(cursor: HeaderCursor): number {
  const found = cursor.uint32();
  if (found !== magic) {
    const old = ['ggml', 'ggmf', 'ggjt', 'ggla'].find((name) => found === fourBytes(name));
    throw new Error(
      old === undefined
        ? `${cursor.path}: not a GGUF file (it does not begin with "GGUF")`
        : `${cursor.path}: a ${old.toUpperCase()} file, from before GGUF; convert the model anew`,
    );
  }
  const version = cursor.uint32();
  if (version !== 0 && version % 65536 === 0) {
    throw new Error(`${cursor.path}: a big-endian GGUF file; convert it with gguf_convert_endian.py`);
  }
  if (version !== 2 && version !== 3) {
    throw new Error(`${cursor.path}: GGUF version ${version}; versions 2 and 3 can be read`);
  }
  return version;
}

/** The file's first four bytes for magics that were written as a number, most significant letter first. */
function fourBytes(name: string): number {
  return [...name].reduce((value, letter) => value * 256 + letter.charCodeAt(0), 0);
}

function readMetadata(cursor: HeaderCursor, count: number): GgufMetadata {
  const metadata = new Map<string, GgufValue>();
  const budget = newEntryBudget();
  for (let i = 0; i < count; i += 1) {
    cursor.where = `metadata key ${i + 1} of ${count}`;
    const key = cursor.text('its name', keyBytesLimit);
    cursor.where = `metadata ${JSON.stringify(key)}`;
    if (metadata.has(key)) throw cursor.error('there twice');
    const type = cursor.uint32();
    metadata.set(key, readValue(cursor, type, budget));
  }
  return metadata;
}

function refuseSplit(path: string, metadata: GgufMetadata): void {
  const parts = metadata.get('split.count');
  if (typeof parts === 'number' && parts > 1) {
    throw new Error(
      `${path}: metadata "split.count": one of ${parts} files of a model; merge them with llama-gguf-split --merge`,
    );
  }
}

function alignmentOf(path: string, metadata: GgufMetadata): number {
  const alignment = metadata.get('general.alignment') ?? defaultAlignment;
  if (typeof alignment !== 'number' || !(alignment > 0) || !Number.isInteger(Math.log2(alignment))) {
    throw new Error(`${path}: metadata "general.alignment" is ${String(alignment)}, not a power of two`);
  }
  return alignment;
}

type Entry = Pick<GgufTensor, 'type' | 'dims' | 'length'> & {
  readonly offset: number;
  readonly bytes: number;
};

function readTensorEntries(cursor: HeaderCursor, count: number, alignment: number): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (let i = 0; i < count; i += 1) {
    cursor.where = `tensor ${i + 1} of ${count}`;
    const name = cursor.text('its name', tensorNameBytesLimit);
    cursor.where = `tensor ${JSON.stringify(name)}`;
    if (entries.has(name)) throw cursor.error('there twice');
    const dims = readDims(cursor);
    const length = dims.reduce((product, dim) => product * dim, 1);
    const typeId = cursor.uint32();
    const type = tensorTypes.get(typeId);
    if (type === undefined) throw cursor.error(`its type is ${typeId}, which is not known here`);
    if ((dims.at(-1) ?? 1) % type.blockLength !== 0) {
      throw cursor.error(
        `${dims.join('×')}: rows of ${dims.at(-1)} are no whole ${type.name} blocks of ${type.blockLength}`,
      );
    }
    const bytes = (length / type.blockLength) * type.blockBytes;
    const offset = cursor.count('its offset');
    if (!Number.isSafeInteger(bytes) || !Number.isSafeInteger(offset + bytes)) {
      throw cursor.error(`${dims.join('×')} values at offset ${offset}, which no file has`);
    }
    if (offset % alignment !== 0) {
      throw cursor.error(`its offset ${offset} is not a multiple of the alignment ${alignment}`);
    }
    entries.set(name, { type, dims, length, offset, bytes });
  }
  return entries;
}

/** Slowest dimension first. Their product is an exact number. */
function readDims(cursor: HeaderCursor): number[] {
  const count = cursor.uint32();
  if (count > dimsLimit) throw cursor.error(`${count} dimensions; GGUF has at most ${dimsLimit}`);
  const dims = Array.from({ length: count }, (_, i) => cursor.count(`dimension ${i}`)).reverse();
  if (dims.some((dim) => dim === 0)) throw cursor.error(`its shape is ${dims.join('×')}`);
  if (!Number.isSafeInteger(dims.reduce((product, dim) => product * dim, 1))) {
    throw cursor.error(`${dims.join('×')} values, which no file has`);
  }
  return dims;
}

function checkLayout(
  path: string,
  tensors: ReadonlyMap<string, GgufTensor>,
  space: { readonly dataStart: number; readonly alignment: number; readonly fileSize: number },
): void {
  let end = space.dataStart;
  const inOrder = [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  for (const [name, tensor] of inOrder) {
    if (tensor.begin < end) throw new Error(`${path}: tensor ${name} overlaps another`);
    if (tensor.begin > roundUp(end, space.alignment)) {
      throw new Error(
        `${path}: tensor ${name} leaves a gap of ${tensor.begin - end} bytes after what is before it`,
      );
    }
    end = tensor.end;
  }
  // A writer may pad after the last tensor, also where there is none.
  const rest = space.fileSize - roundUp(end, space.alignment);
  if (rest > 0) throw new Error(`${path}: ${rest} bytes after the last tensor`);
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

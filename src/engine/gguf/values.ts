/**
 * What GGUF metadata can hold, as JavaScript values: texts, booleans, numbers (bigint only where a 64-bit integer
 * is no exact number), typed arrays for arrays of numbers, plain arrays for the rest. Arrays may nest.
 */
import { type HeaderCursor, headerBytesLimit } from './header-cursor.ts';

export type GgufArray =
  | readonly string[]
  | readonly boolean[]
  | readonly GgufArray[]
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array
  | BigUint64Array
  | BigInt64Array;

export type GgufValue = string | boolean | number | bigint | GgufArray;

export type GgufMetadata = ReadonlyMap<string, GgufValue>;

/** Ids of the value types (gguf.h, `gguf_type`). */
export const valueTypeId = {
  ...{ uint8: 0, int8: 1, uint16: 2, int16: 3, uint32: 4, int32: 5, float32: 6 },
  ...{ bool: 7, string: 8, array: 9, uint64: 10, int64: 11, float64: 12 },
} as const;

/** Smallest number of bytes that a value of each type takes, by id. */
const leastBytes = [1, 1, 2, 2, 4, 4, 4, 1, 8, 12, 8, 8, 8];
/** Texts, booleans and inner arrays of a whole header; the largest vocabularies with their merges have a million. */
const entriesLimit = 1 << 22;
const nestingLimit = 4;

/** Counts what becomes objects of their own, over all values of a header. */
export interface EntryBudget {
  left: number;
}

export function newEntryBudget(): EntryBudget {
  return { left: entriesLimit };
}

/** Reads a value of the type with this id. */
export function readValue(cursor: HeaderCursor, type: number, budget: EntryBudget): GgufValue {
  switch (type) {
    case valueTypeId.uint8:
      return cursor.uint8();
    case valueTypeId.int8:
      return cursor.int8();
    case valueTypeId.uint16:
      return cursor.uint16();
    case valueTypeId.int16:
      return cursor.int16();
    case valueTypeId.uint32:
      return cursor.uint32();
    case valueTypeId.int32:
      return cursor.int32();
    case valueTypeId.float32:
      return cursor.float32();
    case valueTypeId.bool:
      return readBoolean(cursor);
    case valueTypeId.string:
      return cursor.text('the text');
    case valueTypeId.array:
      return readArray(cursor, 1, budget);
    case valueTypeId.uint64:
      return exactIfPossible(cursor.uint64());
    case valueTypeId.int64:
      return exactIfPossible(cursor.int64());
    case valueTypeId.float64:
      return cursor.float64();
    default:
      throw cursor.error(`its type is ${type}, which GGUF does not have`);
  }
}

function readArray(cursor: HeaderCursor, depth: number, budget: EntryBudget): GgufArray {
  const type = cursor.uint32();
  const bytesEach = leastBytes[type];
  if (bytesEach === undefined) throw cursor.error(`an array of type ${type}, which GGUF does not have`);
  const count = cursor.count('the length of the array');
  if (count > headerBytesLimit) throw cursor.error(`an array of ${count} values; no model has one`);
  cursor.require(count, bytesEach, 'values of an array');
  const numbers = numberArray(type, count);
  if (numbers !== undefined) {
    new Uint8Array(numbers.buffer).set(cursor.bytes(numbers.byteLength));
    return numbers;
  }
  budget.left -= count;
  if (budget.left < 0) {
    throw cursor.error(`an array of ${count} values; with those before, more than ${entriesLimit}`);
  }
  if (type === valueTypeId.bool) return Array.from({ length: count }, () => readBoolean(cursor));
  if (type === valueTypeId.string) return Array.from({ length: count }, (_, i) => cursor.text(`text ${i}`));
  if (depth === nestingLimit) throw cursor.error(`arrays nested deeper than ${nestingLimit}`);
  return Array.from({ length: count }, () => readArray(cursor, depth + 1, budget));
}

/** Zeros of the element type, or undefined if it is no number. The hosts that Node runs on are little-endian. */
function numberArray(type: number, count: number) {
  switch (type) {
    case valueTypeId.uint8:
      return new Uint8Array(count);
    case valueTypeId.int8:
      return new Int8Array(count);
    case valueTypeId.uint16:
      return new Uint16Array(count);
    case valueTypeId.int16:
      return new Int16Array(count);
    case valueTypeId.uint32:
      return new Uint32Array(count);
    case valueTypeId.int32:
      return new Int32Array(count);
    case valueTypeId.float32:
      return new Float32Array(count);
    case valueTypeId.uint64:
      return new BigUint64Array(count);
    case valueTypeId.int64:
      return new BigInt64Array(count);
    case valueTypeId.float64:
      return new Float64Array(count);
    default:
      return undefined;
  }
}

function readBoolean(cursor: HeaderCursor): boolean {
  const value = cursor.uint8();
  if (value > 1) throw cursor.error(`a boolean is ${value}`);
  return value === 1;
}

function exactIfPossible(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/**
 * The numbers of a GGUF tensor as float32, whatever type they are stored in. Types that are not known here are
 * refused by name. Where a type stores more than float32 holds (F64) values are rounded to nearest.
 */
import {
  type Dequantiser,
  dequantiseIq4Nl,
  dequantiseQ4_0,
  dequantiseQ4_1,
  dequantiseQ5_0,
  dequantiseQ5_1,
  dequantiseQ8_0,
} from './dequantise-blocks.ts';
import {
  dequantiseIq4Xs,
  dequantiseQ2K,
  dequantiseQ3K,
  dequantiseQ4K,
  dequantiseQ5K,
  dequantiseQ6K,
  dequantiseQ8K,
} from './dequantise-superblocks.ts';
import { widenBfloat16, widenFloat16 } from './float16.ts';

const dequantisers: ReadonlyMap<string, Dequantiser> = new Map<string, Dequantiser>([
  ['F32', (bytes, target) => asBytes(target).set(bytes)],
  ['F16', (bytes, target) => widenFloat16(halvesOf(bytes), target)],
  ['BF16', (bytes, target) => widenBfloat16(halvesOf(bytes), target)],
  ['F64', roundDoubles],
  ['Q4_0', dequantiseQ4_0],
  ['Q4_1', dequantiseQ4_1],
  ['Q5_0', dequantiseQ5_0],
  ['Q5_1', dequantiseQ5_1],
  ['Q8_0', dequantiseQ8_0],
  ['IQ4_NL', dequantiseIq4Nl],
  ['Q2_K', dequantiseQ2K],
  ['Q3_K', dequantiseQ3K],
  ['Q4_K', dequantiseQ4K],
  ['Q5_K', dequantiseQ5K],
  ['Q6_K', dequantiseQ6K],
  ['Q8_K', dequantiseQ8K],
  ['IQ4_XS', dequantiseIq4Xs],
]);

/** Names of the types that can be read. */
export const readableTypes: readonly string[] = [...dequantisers.keys()];

/** Whether a type, by its GGUF name, can be read. */
export function isReadable(type: string): boolean {
  return dequantisers.has(type);
}

/**
 * Writes the values of whole blocks of `type` (a name as in tensor-types.ts) into `target`, whose length says how
 * many there are. Throws for a type that is not readable.
 */
export function dequantise(type: string, bytes: Uint8Array, target: Float32Array): void {
  const dequantiser = dequantisers.get(type);
  if (dequantiser === undefined) {
    throw new Error(`values of type ${type} cannot be read; those that can are ${readableTypes.join(', ')}`);
  }
  dequantiser(bytes, target);
}

function roundDoubles(bytes: Uint8Array, target: Float32Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < target.length; i += 1) target[i] = view.getFloat64(8 * i, true);
}

function asBytes(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function halvesOf(bytes: Uint8Array): Uint16Array {
  if (bytes.byteOffset % 2 !== 0) return new Uint16Array(bytes.slice().buffer);
  return new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
}

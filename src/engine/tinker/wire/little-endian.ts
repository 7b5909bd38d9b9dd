/**
 * Arrays in the bytes of a message and back, without a copy where the bytes lie so that a view can be taken. The wire
 * is little-endian, as every machine is that Node runs on.
 */
import { WireError } from './wire-error.ts';

/** int32 values. `what` names them in errors. */
export function int32Array(bytes: Uint8Array, what: string): Int32Array {
  const aligned = alignedTo(4, bytes, what);
  return new Int32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
}

export function float32Array(bytes: Uint8Array, what: string): Float32Array {
  const aligned = alignedTo(4, bytes, what);
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
}

/** int64 values, each of which must fit into 32 bits: tokens, indices and offsets do. */
export function int64Array(bytes: Uint8Array, what: string): Int32Array {
  const aligned = alignedTo(4, bytes, what, 8);
  const halves = new Int32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
  const values = new Int32Array(halves.length / 2);
  for (let i = 0; i < values.length; i += 1) {
    const low = halves[2 * i] ?? 0;
    if (halves[2 * i + 1] !== low >> 31) {
      throw new WireError(`${what}: the value at ${i} does not fit into 32 bits`);
    }
    values[i] = low;
  }
  return values;
}

/** bfloat16 values, widened. */
export function bfloat16Array(bytes: Uint8Array, what: string): Float32Array {
  const aligned = alignedTo(2, bytes, what);
  const halves = new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.length / 2);
  const words = Uint32Array.from(halves, (half) => half << 16);
  return new Float32Array(words.buffer);
}

/** The bytes of an array, not copied. */
export function bytesOf(values: Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** int64 each. */
export function int64Bytes(values: Int32Array): Uint8Array {
  const halves = new Int32Array(2 * values.length);
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] ?? 0;
    halves[2 * i] = value;
    halves[2 * i + 1] = value >> 31;
  }
  return bytesOf(halves);
}

/** `bytes` where a view of `unit` bytes an element can be taken of them. Each value has `size` bytes. */
function alignedTo(unit: number, bytes: Uint8Array, what: string, size = unit): Uint8Array {
  if (bytes.length % size !== 0) {
    throw new WireError(`${what}: ${bytes.length} bytes are not a whole number of ${size}-byte values`);
  }
  // Not `slice`, which of a Buffer is a view.
  return bytes.byteOffset % unit === 0 ? bytes : new Uint8Array(bytes);
}

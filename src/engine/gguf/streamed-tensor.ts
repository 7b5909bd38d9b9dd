/**
 * A tensor that is read when it is written: the one form in which weights pass from a file of one kind to a file of
 * another, so that no more than one of them is in memory.
 */
import { narrowToBfloat16, narrowToFloat16 } from './float16.ts';

/** How numbers are written: as they are, or rounded to a half-precision type. */
export type FloatType = 'F32' | 'F16' | 'BF16';

export const floatBytes: Readonly<Record<FloatType, number>> = { F32: 4, F16: 2, BF16: 2 };

export interface StreamedTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly type: FloatType;
  /** The values, slowest dimension first. Called once. */
  read(): Promise<Float32Array>;
}

export function valueCount({ dims }: Pick<StreamedTensor, 'dims'>): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

/**
 * Reads a tensor as the bytes to write. Throws when finite values are too large for its type: they would become
 * infinite, and the model another one.
 */
export async function encodedTensor(source: StreamedTensor): Promise<Uint8Array> {
  const values = await source.read();
  if (values.length !== valueCount(source)) {
    throw new Error(`tensor ${source.name}: ${values.length} values, expected ${source.dims.join('×')}`);
  }
  if (source.type === 'F32') return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const halves = new Uint16Array(values.length);
  const overflowed = (source.type === 'F16' ? narrowToFloat16 : narrowToBfloat16)(values, halves);
  if (overflowed > 0) {
    throw new Error(
      `tensor ${source.name}: ${overflowed} of ${values.length} values are beyond the range of ${source.type}; write F32`,
    );
  }
  return new Uint8Array(halves.buffer);
}

/**
 * A tensor as it travels, read into arrays: float32 (bfloat16 is widened), or int64 whose values fit into 32 bits
 * (int32 is widened). Sparse matrices are read as dense ones, up to a size.
 */
import { create, type MessageShape } from '@bufbuild/protobuf';
import { DType, TensorSchema } from './generated/tensor_pb.ts';
import { bfloat16Array, bytesOf, float32Array, int32Array, int64Array, int64Bytes } from './little-endian.ts';
import { WireError } from './wire-error.ts';

export type WireTensor =
  | { readonly dtype: 'float32'; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly dtype: 'int64'; readonly shape: readonly number[]; readonly data: Int32Array };

type TensorMessage = MessageShape<typeof TensorSchema>;

/** Most elements of a sparse tensor that is made dense: a few bytes of message must not fill the memory. */
const mostElements = 1 << 26;

/** One dimension. */
export function float32Tensor(data: Float32Array): WireTensor {
  return { dtype: 'float32', shape: [data.length], data };
}

/** One dimension. */
export function int64Tensor(data: Int32Array): WireTensor {
  return { dtype: 'int64', shape: [data.length], data };
}

export function tensorToMessage(tensor: WireTensor): TensorMessage {
  const isFloat = tensor.dtype === 'float32';
  return create(TensorSchema, {
    encoding: { case: 'dense', value: tensorBytes(tensor) },
    dtype: isFloat ? DType.DTYPE_FLOAT32 : DType.DTYPE_INT64,
    shape: tensor.shape.map(BigInt),
  });
}

/** The bytes of the values. */
export function tensorBytes(tensor: WireTensor): Uint8Array {
  return tensor.dtype === 'float32' ? bytesOf(tensor.data) : int64Bytes(tensor.data);
}

/** Throws a WireError that begins with `what`. */
export function tensorFromMessage(message: TensorMessage, what: string): WireTensor {
  const shape = message.shape.map((size) => dimension(size, what));
  const { encoding } = message;
  if (encoding.case === undefined)
    throw new WireError(`${what}: has no values (neither dense nor sparse_csr)`);
  if (encoding.case === 'dense')
    return checkedTensor(valuesOf(encoding.value, message.dtype, what), shape, what);
  const { values, crowIndices, colIndices } = encoding.value;
  return densify(
    valuesOf(values, message.dtype, what),
    int64Array(crowIndices, `${what}, crow_indices`),
    int64Array(colIndices, `${what}, col_indices`),
    shape,
    what,
  );
}

/** Values of a type without a shape. */
export type Values =
  | { readonly dtype: 'float32'; readonly data: Float32Array }
  | { readonly dtype: 'int64'; readonly data: Int32Array };

export function valuesOf(bytes: Uint8Array, dtype: DType, what: string): Values {
  if (dtype === DType.DTYPE_FLOAT32) return { dtype: 'float32', data: float32Array(bytes, what) };
  if (dtype === DType.DTYPE_BFLOAT16) return { dtype: 'float32', data: bfloat16Array(bytes, what) };
  if (dtype === DType.DTYPE_INT64) return { dtype: 'int64', data: int64Array(bytes, what) };
  if (dtype === DType.DTYPE_INT32) return { dtype: 'int64', data: int32Array(bytes, what) };
  throw new WireError(`${what}: type ${dtype}; float32, int64, int32 and bfloat16 are read`);
}

/** `values` in `shape`, which must have as many elements; without a shape one dimension. */
export function checkedTensor(values: Values, shape: readonly number[], what: string): WireTensor {
  const { length } = values.data;
  if (shape.length === 0) return { ...values, shape: [length] };
  const elements = shape.reduce((product, size) => product * size, 1);
  if (elements !== length) {
    throw new WireError(`${what}: ${length} values for the shape [${shape.join(', ')}]`);
  }
  return { ...values, shape };
}

export function dimension(size: bigint | number, what: string): number {
  const value = Number(size);
  if (!(Number.isSafeInteger(value) && value >= 0)) {
    throw new WireError(`${what}: a dimension of ${size}`);
  }
  return value;
}

/** A matrix in compressed rows as a dense one. */
export function densify(
  values: Values,
  crow: Int32Array,
  columns: Int32Array,
  shape: readonly number[],
  what: string,
): WireTensor {
  const [rows, width] = shape;
  if (shape.length !== 2 || rows === undefined || width === undefined) {
    throw new WireError(`${what}: a sparse tensor of shape [${shape.join(', ')}]; two dimensions are read`);
  }
  if (rows * width > mostElements) {
    throw new WireError(
      `${what}: a sparse tensor of ${rows} × ${width}; at most ${mostElements} elements are read`,
    );
  }
  const { length } = values.data;
  const isAscending = crow.every((start, row) => row === 0 || start >= (crow[row - 1] ?? 0));
  const fits = crow.length === rows + 1 && crow[0] === 0 && crow[rows] === length;
  if (!(fits && isAscending && columns.length === length)) {
    throw new WireError(`${what}: row and column indices of a sparse tensor do not fit its ${length} values`);
  }
  const dense = values.dtype === 'float32' ? new Float32Array(rows * width) : new Int32Array(rows * width);
  for (let row = 0; row < rows; row += 1) {
    const [start = 0, end = 0] = [crow[row], crow[row + 1]];
    for (let at = start; at < end; at += 1) {
      const column = columns[at] ?? -1;
      if (!(column >= 0 && column < width)) {
        throw new WireError(`${what}: column ${column} in a sparse tensor of ${width} columns`);
      }
      dense[row * width + column] = values.data[at] ?? 0;
    }
  }
  return dense instanceof Float32Array
    ? { dtype: 'float32', shape, data: dense }
    : { dtype: 'int64', shape, data: dense };
}

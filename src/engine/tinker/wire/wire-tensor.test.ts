/** Tensors are read from every type and form that is in use, and refused where they do not hold together. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { DType, TensorSchema } from './generated/tensor_pb.ts';
import { bytesOf, float32Array, int64Array, int64Bytes } from './little-endian.ts';
import { tensorFromMessage } from './wire-tensor.ts';

const dense = (dtype: DType, value: Uint8Array, shape: readonly number[]) =>
  create(TensorSchema, { encoding: { case: 'dense', value }, dtype, shape: shape.map(BigInt) });
const sparse = (crow: readonly number[], columns: readonly number[], shape: readonly number[]) =>
  create(TensorSchema, {
    encoding: {
      case: 'sparseCsr',
      value: {
        values: bytesOf(Float32Array.from(columns, (_, index) => index + 1)),
        crowIndices: int64Bytes(Int32Array.from(crow)),
        colIndices: int64Bytes(Int32Array.from(columns)),
      },
    },
    dtype: DType.DTYPE_FLOAT32,
    shape: shape.map(BigInt),
  });

test('bfloat16 is widened to float32, int32 to int64', () => {
  // 1.0 and −2.5 are exact in bfloat16: the upper halves of their float32.
  const halves = Uint8Array.of(0x80, 0x3f, 0x20, 0xc0);
  assert.deepEqual(tensorFromMessage(dense(DType.DTYPE_BFLOAT16, halves, [2]), 't'), {
    dtype: 'float32',
    shape: [2],
    data: Float32Array.of(1, -2.5),
  });
  const integers = bytesOf(Int32Array.of(-7, 9));
  assert.deepEqual(tensorFromMessage(dense(DType.DTYPE_INT32, integers, [2, 1]), 't'), {
    dtype: 'int64',
    shape: [2, 1],
    data: Int32Array.of(-7, 9),
  });
});

test('a sparse matrix is read as a dense one', () => {
  assert.deepEqual(tensorFromMessage(sparse([0, 2, 2, 3], [0, 3, 1], [3, 4]), 't'), {
    dtype: 'float32',
    shape: [3, 4],
    data: Float32Array.of(1, 0, 0, 2, 0, 0, 0, 0, 0, 3, 0, 0),
  });
});

test('what does not hold together is refused by name', () => {
  const read = (message: Parameters<typeof tensorFromMessage>[0]) => () =>
    tensorFromMessage(message, 'weights');
  assert.throws(
    read(create(TensorSchema, { dtype: DType.DTYPE_INT64 })),
    /^WireError: weights: has no values/,
  );
  assert.throws(
    read(dense(DType.DTYPE_FLOAT32, new Uint8Array(8), [3])),
    /weights: 2 values for the shape \[3\]/,
  );
  assert.throws(
    read(dense(DType.DTYPE_FLOAT32, new Uint8Array(6), [3])),
    /not a whole number of 4-byte values/,
  );
  assert.throws(read(dense(DType.DTYPE_UNSPECIFIED, new Uint8Array(4), [1])), /weights: type 0; float32/);
  assert.throws(read(sparse([0, 1], [5], [1, 4])), /column 5 in a sparse tensor of 4 columns/);
  assert.throws(
    read(sparse([0, 2, 1], [0], [2, 4])),
    /row and column indices of a sparse tensor do not fit its 1 values/,
  );
  assert.throws(read(sparse([0, 1], [0], [1 << 20, 1 << 20])), /at most/);
  assert.throws(read(sparse([0, 1], [0], [4])), /two dimensions/);
});

test('int64 values beyond 32 bits are refused, all others come back', () => {
  const values = Int32Array.of(0, -1, 2 ** 31 - 1, -(2 ** 31));
  assert.deepEqual(int64Array(int64Bytes(values), 't'), values);
  const large = Buffer.alloc(8);
  large.writeBigInt64LE(2n ** 31n);
  assert.throws(() => int64Array(large, 'target_tokens'), /target_tokens: the value at 0 does not fit/);
});

test('an array is a view of the bytes where they lie aligned, and a copy where not', () => {
  const bytes = new Uint8Array(12);
  assert.equal(float32Array(bytes.subarray(4), 't').buffer, bytes.buffer);
  assert.notEqual(float32Array(bytes.subarray(1, 9), 't').buffer, bytes.buffer);
});

/** Tensors and tokens in the older JSON form of requests and results, and the shapes that protobuf is read into. */
import type { z } from 'zod';
import type { JsonTensor, jsonTensor, ModelInput } from './endpoints/training-endpoints.ts';
import { WireError } from './wire-error.ts';
import { checkedTensor, densify, type Values, type WireTensor } from './wire-tensor.ts';

export function tensorToJson(tensor: WireTensor): JsonTensor {
  return { data: [...tensor.data], dtype: tensor.dtype, shape: [...tensor.shape] };
}

/** Throws a WireError that begins with `what`. */
export function tensorFromJson(json: z.output<typeof jsonTensor>, what: string): WireTensor {
  const values: Values =
    json.dtype === 'float32'
      ? { dtype: 'float32', data: Float32Array.from(json.data) }
      : { dtype: 'int64', data: integers(json.data, what) };
  const { sparse_crow_indices: crow, sparse_col_indices: columns } = json;
  if (crow == null && columns == null) return checkedTensor(values, json.shape ?? [], what);
  if (crow == null || columns == null) {
    throw new WireError(`${what}: a sparse tensor needs both sparse_crow_indices and sparse_col_indices`);
  }
  return densify(values, integers(crow, what), integers(columns, what), json.shape ?? [], what);
}

export function tokensToModelInput(tokens: Int32Array): ModelInput {
  return { chunks: [{ type: 'encoded_text', tokens: [...tokens] }] };
}

/** Throws a WireError for anything but text. */
export function tokensFromModelInput({ chunks }: ModelInput, what: string): Int32Array {
  return Int32Array.from(
    chunks.flatMap(({ type, tokens }, index) => {
      if ((type ?? 'encoded_text') !== 'encoded_text' || tokens == null) {
        throw new WireError(
          `${what}.chunks[${index}]: a chunk of kind ${type ?? 'unknown'}; only encoded_text is read`,
        );
      }
      return tokens;
    }),
  );
}

/** Float32 from numbers, NaN where there is `null`. */
export function logprobsFromJson(values: readonly (number | null)[]): Float32Array {
  return Float32Array.from(values, (value) => value ?? Number.NaN);
}

function integers(values: readonly number[], what: string): Int32Array {
  const array = Int32Array.from(values);
  for (const [index, value] of values.entries()) {
    if (array[index] !== value) throw new WireError(`${what}: ${value} at ${index} is no integer of 32 bits`);
  }
  return array;
}

/**
 * Data as training requests have them. The wire's i-th position predicts token i + 1, so a datum of T tokens has N = T − 1
 * positions there. Results come back to the seam's form: T long, 0 where nothing is trained.
 */
import type { Datum } from '../engine.ts';
import type { ForwardBackwardOutput } from './wire/forward-backward-output.ts';
import type { WireDatum } from './wire/forward-backward-request.ts';
import { WireError } from './wire/wire-error.ts';
import { float32Tensor, int64Tensor, type WireTensor } from './wire/wire-tensor.ts';

/** Arrays of the datum's length by their name on the wire; index 0 is left out. */
export function wireDatum(
  { tokens_T }: Datum,
  arrays: Readonly<Record<string, Float32Array>>,
  others: Readonly<Record<string, WireTensor>> = {},
): WireDatum {
  const length = tokens_T.length;
  if (length < 2) throw new RangeError(`a datum of ${length} tokens: there is nothing to predict in it`);
  const inputs = new Map<string, WireTensor>([['target_tokens', int64Tensor(tokens_T.subarray(1))]]);
  for (const [name, values] of Object.entries(arrays)) {
    if (values.length !== length) {
      throw new RangeError(`${name} of a datum has ${values.length} values for ${length} tokens`);
    }
    inputs.set(name, float32Tensor(values.subarray(1)));
  }
  for (const [name, tensor] of Object.entries(others)) inputs.set(name, tensor);
  return { tokens_N: tokens_T.subarray(0, length - 1), inputs };
}

/** About the bytes of a datum on the wire. */
export function bytesOfDatum({ tokens_N, inputs }: WireDatum): number {
  let bytes = 4 * tokens_N.length;
  for (const { dtype, data } of inputs.values()) bytes += (dtype === 'int64' ? 8 : 4) * data.length;
  return bytes;
}

/** Cut where a part would have more than so many data or bytes. A datum that is larger alone is a part of its own. */
export function chunksOf(
  data: readonly WireDatum[],
  { chunkData, chunkBytes }: { readonly chunkData: number; readonly chunkBytes: number },
): WireDatum[][] {
  const chunks: WireDatum[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const datum of data) {
    const size = bytesOfDatum(datum);
    const chunk = chunks.at(-1);
    if (chunk === undefined || chunk.length >= chunkData || bytes + size > chunkBytes) {
      chunks.push([datum]);
      bytes = size;
    } else {
      chunk.push(datum);
      bytes += size;
    }
  }
  return chunks;
}

/** ln p of every trained token, 0 elsewhere, per datum. Throws a WireError where the result does not fit the data. */
export function logprobsOf(data: readonly Datum[], output: ForwardBackwardOutput): Float32Array[] {
  if (output.outputs_D.length !== data.length) {
    throw new WireError(`a training result has ${output.outputs_D.length} outputs for ${data.length} data`);
  }
  return data.map(({ tokens_T, weights_T }, d) => {
    const tensor = output.outputs_D[d]?.get('logprobs');
    if (tensor?.dtype !== 'float32' || tensor.data.length !== tokens_T.length - 1) {
      throw new WireError(
        `datum ${d} of a training result has ${tensor?.data.length ?? 'no'} log-probs; ${tokens_T.length - 1} are right`,
      );
    }
    const logprobs_T = new Float32Array(tokens_T.length);
    for (const [i, logprob] of tensor.data.entries()) {
      if (weights_T[i + 1] !== 0) logprobs_T[i + 1] = logprob;
    }
    return logprobs_T;
  });
}

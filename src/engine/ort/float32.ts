/** Reads an output of onnxruntime as what the graph declares it to be. */
import type { Tensor } from 'onnxruntime-node';

/** The values of a float32 output. Throws a TypeError when it is missing or of another type. */
export function float32(tensor: Tensor | undefined): Float32Array {
  if (tensor?.data instanceof Float32Array) return tensor.data;
  throw new TypeError(`expected a float32 output, got ${tensor?.type ?? 'none'}`);
}

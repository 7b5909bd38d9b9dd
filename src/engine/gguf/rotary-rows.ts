/**
 * The order of rows of query and key matrices. transformers turns dimension i of a head together with i + half;
 * llama.cpp turns neighbours, 2i and 2i + 1, in models of the llama architecture, so its converter moves the rows
 * (`permute` of convert_hf_to_gguf.py). Both ways are exact: only rows move.
 */

/** Rows of a GGUF file in transformers' order: row i·2 + t of a head becomes row t·half + i. */
export function rowsFromGguf(
  values: Float32Array<ArrayBuffer>,
  rowCount: number,
  heads: number,
): Float32Array<ArrayBuffer> {
  return moved(values, rowCount, heads, (source, target) => [source, target]);
}

/** Rows in transformers' order as a GGUF file has them: the inverse. */
export function rowsToGguf(
  values: Float32Array<ArrayBuffer>,
  rowCount: number,
  heads: number,
): Float32Array<ArrayBuffer> {
  return moved(values, rowCount, heads, (source, target) => [target, source]);
}

function moved(
  values: Float32Array<ArrayBuffer>,
  rowCount: number,
  heads: number,
  direction: (paired: number, split: number) => readonly [from: number, to: number],
): Float32Array<ArrayBuffer> {
  const width = values.length / rowCount;
  const half = rowCount / heads / 2;
  const result = new Float32Array(values.length);
  for (let head = 0; head < heads; head += 1) {
    for (let i = 0; i < half; i += 1) {
      for (let t = 0; t < 2; t += 1) {
        const start = head * 2 * half;
        const [from, to] = direction(start + 2 * i + t, start + t * half + i);
        result.set(values.subarray(from * width, (from + 1) * width), to * width);
      }
    }
  }
  return result;
}

import { describe, it } from 'node:test';
import { Random } from '../../../stats/random.ts';
import { adaptedLinear } from './adapted-linear.ts';
import { checkGradient, normals } from './gradient-check.ts';
import { tokenHead } from './token-head.ts';

/** Enough rows that onnxruntime divides its sums among threads. */
const rows = 2000;
const [into, out, rank, scale] = [24, 40, 3, 2.5];
const random = new Random('adapted linear', 1);
const weight = normals(random, [out, into], 0.2);
const bias = normals(random, [out]);
const targets = {
  data: BigInt64Array.from({ length: rows }, () => BigInt(random.below(out))),
  dims: [rows],
};
const inputs = () => ({
  x: normals(random, [rows, into]),
  a: normals(random, [rank, into], 0.2),
  b: normals(random, [out, rank], 0.2),
});

/** x·(W + scale·B·A)ᵀ. */
function products({ x, a, b }: Readonly<Record<'x' | 'a' | 'b', Float64Array>>): Float64Array {
  const sum = Float64Array.from(weight.data, (value, index) => {
    const [o, i] = [Math.floor(index / into), index % into];
    let total = value;
    for (let r = 0; r < rank; r += 1) total += scale * (b[o * rank + r] ?? 0) * (a[r * into + i] ?? 0);
    return total;
  });
  return Float64Array.from({ length: rows * out }, (_, index) => {
    const [row, o] = [Math.floor(index / out), index % out];
    let total = 0;
    for (let i = 0; i < into; i += 1) total += (x[row * into + i] ?? 0) * (sum[o * into + i] ?? 0);
    return total;
  });
}

describe('an adapted matrix against a double-precision reference', () => {
  it('alone', () =>
    checkGradient({
      inputs: inputs(),
      constants: { w: weight },
      outputs: [[rows, out]],
      trace: (g, { x, a, b, w }) => [adaptedLinear(g, x, w, { a, b, scale })],
      reference: (doubles) => [products(doubles)],
    }));

  it('beside a bias and a residual', () =>
    checkGradient({
      inputs: { ...inputs(), r: normals(random, [rows, out]) },
      constants: { w: weight, c: bias },
      outputs: [[rows, out]],
      trace: (g, { x, a, b, w, r, c }) => [adaptedLinear(g, x, w, { a, b, scale }, { residual: r, bias: c })],
      reference: ({ r, ...doubles }) => [
        products(doubles).map((value, i) => value + (r[i] ?? 0) + (bias.data[i % out] ?? 0)),
      ],
    }));

  for (const parts of [1, 3]) {
    for (const entropy of ['report', 'differentiable'] as const) {
      it(`as the head, entropy ${entropy}, ${parts} part(s)`, () =>
        checkGradient({
          inputs: inputs(),
          constants: { w: weight, targets },
          outputs: entropy === 'report' ? [[rows]] : [[rows], [rows]],
          trace: (g, { x, a, b, w, targets }) => {
            const adapter = { a, b, scale };
            const head = tokenHead(g, { x, weight: w, targets, adapter }, { entropy, parts });
            const { logprobs, entropies = logprobs } = head;
            return entropy === 'report' ? [logprobs] : [logprobs, entropies];
          },
          reference: (doubles) => headOf(products(doubles)).slice(0, entropy === 'report' ? 1 : 2),
        }));
    }
  }
});

function headOf(logits: Float64Array): Float64Array[] {
  const [logprobs, entropies] = [new Float64Array(rows), new Float64Array(rows)];
  for (let n = 0; n < rows; n += 1) {
    const row = logits.subarray(n * out, (n + 1) * out);
    const most = Math.max(...row);
    const logZ = most + Math.log(row.reduce((sum, z) => sum + Math.exp(z - most), 0));
    logprobs[n] = (row[Number(targets.data[n])] ?? 0) - logZ;
    entropies[n] = -row.reduce((sum, z) => sum + Math.exp(z - logZ) * (z - logZ), 0);
  }
  return [logprobs, entropies];
}

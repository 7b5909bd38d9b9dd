import { describe, it } from 'node:test';
import { Random } from '../../../stats/random.ts';
import { checkGradient, normals } from './gradient-check.ts';
import { linear } from './linear.ts';

/** Thousands of rows, so that onnxruntime divides the sums of the bias's gradient among threads. */
const rows = 3000;
const [into, out] = [24, 20];
const random = new Random('linear', 1);

function affine(x: Float64Array, w: Float64Array, b: Float64Array): Float64Array {
  return Float64Array.from({ length: rows * out }, (_, at) => {
    const [row, column] = [Math.floor(at / out), at % out];
    let total = b[column] ?? 0;
    for (let i = 0; i < into; i += 1) total += (x[row * into + i] ?? 0) * (w[column * into + i] ?? 0);
    return total;
  });
}

describe('linear with a bias', () => {
  const inputs = () => ({
    x: normals(random, [rows, into]),
    w: normals(random, [out, into], 0.2),
    b: normals(random, [out]),
  });

  it('alone', () =>
    checkGradient({
      inputs: inputs(),
      constants: {},
      outputs: [[rows, out]],
      trace: (g, { x, w, b }) => [linear(g, x, w, { bias: b })],
      reference: ({ x, w, b }) => [affine(x, w, b)],
    }));

  it('beside a residual', () =>
    checkGradient({
      inputs: { ...inputs(), r: normals(random, [rows, out]) },
      constants: {},
      outputs: [[rows, out]],
      trace: (g, { x, w, b, r }) => [linear(g, x, w, { residual: r, bias: b })],
      reference: ({ x, w, b, r }) => [affine(x, w, b).map((value, i) => value + (r[i] ?? 0))],
    }));
});

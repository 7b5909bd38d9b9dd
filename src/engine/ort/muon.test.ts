import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { Tensor } from 'onnxruntime-node';
import { Random } from '../../stats/random.ts';
import { buildNewtonSchulzGraph, Muon } from './muon.ts';
import type { ParameterSpec } from './parameters.ts';
import { createSession } from './sessions.ts';

type Trace = readonly Record<string, number[]>[];
interface Golden {
  readonly shapes: Record<string, [number, number]>;
  readonly start: Record<string, number[]>;
  readonly gradients: Trace;
  readonly muon: { readonly bfloat16: Trace; readonly float64: Trace };
}

const goldenPath = new URL('../../../golden/optimisers/golden.json', import.meta.url);
const golden = JSON.parse(await readFile(goldenPath, 'utf8')) as Golden;

/** The Newton–Schulz steps in double precision, as the papers write them. */
function newtonSchulz(rows: number, columns: number, x: Float64Array): Float64Array {
  const multiply = (a: Float64Array, b: Float64Array, m: number, k: number, n: number) => {
    const out = new Float64Array(m * n);
    for (let i = 0; i < m; i += 1)
      for (let l = 0; l < k; l += 1)
        for (let j = 0; j < n; j += 1) add(out, i * n + j, (a[i * k + l] ?? 0) * (b[l * n + j] ?? 0));
    return out;
  };
  let current = x;
  for (let step = 0; step < 5; step += 1) {
    const transposed = new Float64Array(rows * columns);
    for (let i = 0; i < rows; i += 1)
      for (let j = 0; j < columns; j += 1) transposed[j * rows + i] = current[i * columns + j] ?? 0;
    const a = multiply(current, transposed, rows, columns, rows);
    const a2 = multiply(a, a, rows, rows, rows);
    const b = a.map((value, i) => -4.775 * value + 2.0315 * (a2[i] ?? 0));
    const product = multiply(b, current, rows, rows, columns);
    current = current.map((value, i) => 3.4445 * value + (product[i] ?? 0));
  }
  return current;
}

function add(array: Float64Array, index: number, value: number): void {
  array[index] = (array[index] ?? 0) + value;
}

/** Matrices of Frobenius norm 1 with independent normal entries. */
function randomMatrices(count: number, rows: number, columns: number): Float32Array {
  const random = new Random('muon', rows, columns);
  const values = Float32Array.from({ length: count * rows * columns }, () => random.normal());
  for (let k = 0; k < count; k += 1) {
    const matrix = values.subarray(k * rows * columns, (k + 1) * rows * columns);
    const norm = Math.sqrt(matrix.reduce((sum, value) => sum + value * value, 0));
    for (let i = 0; i < matrix.length; i += 1) matrix[i] = (matrix[i] ?? 0) / norm;
  }
  return values;
}

async function orthogonalise(count: number, rows: number, columns: number, x: Float32Array) {
  const session = await createSession(buildNewtonSchulzGraph(rows, columns), 2);
  const results = await session.run({ x: new Tensor('float32', x, [count, rows, columns]) });
  await session.release();
  return results.orthogonal?.data as Float32Array;
}

test('Newton–Schulz equals a float64 reference within 1e-4, for wide, tall and square stacks', async () => {
  for (const [rows, columns] of [
    [24, 40],
    [40, 24],
    [32, 32],
  ] as const) {
    const x = randomMatrices(3, rows, columns);
    const got = await orthogonalise(3, rows, columns, x);
    const size = rows * columns;
    for (let k = 0; k < 3; k += 1) {
      const expected = newtonSchulz(rows, columns, Float64Array.from(x.subarray(k * size, (k + 1) * size)));
      expected.forEach((value, i) => {
        assert.ok(
          Math.abs(value - (got[k * size + i] ?? 0)) < 1e-4,
          `${rows}×${columns} matrix ${k} element ${i}`,
        );
      });
    }
  }
});

test('the singular values of the update are near 1', async () => {
  const [rows, columns] = [16, 48];
  const y = await orthogonalise(1, rows, columns, randomMatrices(1, rows, columns));
  const gram = Array.from({ length: rows }, (_, i) =>
    Array.from({ length: rows }, (_, j) => {
      let sum = 0;
      for (let c = 0; c < columns; c += 1) sum += (y[i * columns + c] ?? 0) * (y[j * columns + c] ?? 0);
      return sum;
    }),
  );
  for (const value of symmetricEigenvalues(gram)) {
    const singular = Math.sqrt(value);
    assert.ok(singular > 0.65 && singular < 1.25, `singular value ${singular}`);
  }
});

/** Jacobi rotations until nothing is left off the diagonal. */
function symmetricEigenvalues(matrix: readonly (readonly number[])[]): number[] {
  const a = matrix.map((row) => [...row]);
  const at = (i: number, j: number) => a[i]?.[j] ?? 0;
  const put = (i: number, j: number, value: number) => a[i]?.splice(j, 1, value);
  for (let sweep = 0; sweep < 12; sweep += 1) {
    for (let p = 0; p < a.length; p += 1) {
      for (let q = p + 1; q < a.length; q += 1) {
        const angle = 0.5 * Math.atan2(2 * at(p, q), at(q, q) - at(p, p));
        const [c, s] = [Math.cos(angle), Math.sin(angle)];
        for (let k = 0; k < a.length; k += 1) {
          const [x, y] = [at(k, p), at(k, q)];
          put(k, p, c * x - s * y);
          put(k, q, s * x + c * y);
        }
        for (let k = 0; k < a.length; k += 1) {
          const [x, y] = [at(p, k), at(q, k)];
          put(p, k, c * x - s * y);
          put(q, k, s * x + c * y);
        }
      }
    }
  }
  return a.map((_, i) => at(i, i));
}

test('Muon takes the steps of torch.optim.Muon: closely in float64, to its rounding in bfloat16', async () => {
  let offset = 0;
  const specs = Object.entries(golden.shapes).map(([name, dims]): ParameterSpec => {
    const spec = { name, dims, offset, length: dims[0] * dims[1], isLayerMatrix: true };
    offset += spec.length;
    return spec;
  });
  const flatten = (values: Record<string, number[]>) => specs.flatMap((spec) => values[spec.name] ?? []);
  const state = {
    parameters: Float32Array.from(flatten(golden.start)),
    gradients: new Float32Array(offset),
    momentum: new Float32Array(offset),
  };
  const muon = await Muon.create(specs, 1);
  const step = { learningRate: 0.02, momentum: 0.95, weightDecay: 0.1, gradientScale: 1 };
  for (const [i, gradients] of golden.gradients.entries()) {
    state.gradients.set(flatten(gradients));
    await muon.step(state, step);
    const exact = flatten(golden.muon.float64[i] ?? {});
    const rounded = flatten(golden.muon.bfloat16[i] ?? {});
    state.parameters.forEach((value, k) => {
      assert.ok(
        Math.abs(value - (exact[k] ?? 0)) < 2e-6,
        `step ${i} element ${k}: ${value}, float64 ${exact[k]}`,
      );
      assert.ok(Math.abs(value - (rounded[k] ?? 0)) < 1e-3, `step ${i} element ${k}`);
    });
  }
  await muon.release();
});

test('matrices of one shape are stepped together as they are alone; a zero gradient moves nothing', async () => {
  const length = 6 * 10;
  const specs = [0, 1].map(
    (k): ParameterSpec => ({ name: `${k}`, dims: [6, 10], offset: k * length, length, isLayerMatrix: true }),
  );
  const gradients = randomMatrices(2, 6, 10);
  const parameters = new Float32Array(2 * length).fill(1);
  const step = { learningRate: 0.1, momentum: 0.9, weightDecay: 0, gradientScale: 1 };
  const together = { parameters: parameters.slice(), gradients, momentum: new Float32Array(2 * length) };
  const alone = { parameters: parameters.slice(), gradients, momentum: new Float32Array(2 * length) };
  const still = { ...alone, parameters: parameters.slice(), gradients: new Float32Array(2 * length) };
  const both = await Muon.create(specs, 1);
  const first = await Muon.create(specs.slice(0, 1), 1);
  await both.step({ ...still, momentum: new Float32Array(2 * length) }, step);
  assert.deepEqual(still.parameters, parameters);
  await both.step(together, step);
  await first.step(alone, step);
  alone.parameters.subarray(0, length).forEach((value, i) => {
    assert.ok(Math.abs(value - (together.parameters[i] ?? 0)) < 1e-6);
  });
  assert.deepEqual(alone.parameters.subarray(length), parameters.subarray(length));
  await both.release();
  await first.release();
});

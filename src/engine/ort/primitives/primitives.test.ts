import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../../stats/random.ts';
import { attention, attentionBlocks } from './attention.ts';
import {
  add,
  clip,
  exp,
  minimum,
  multiply,
  negate,
  scaleBy,
  stopGradient,
  subtract,
  sumAll,
} from './elementwise.ts';
import { checkGradient, normals } from './gradient-check.ts';
import { joinHeads, splitHeads, swapHeads } from './heads.ts';
import { linear } from './linear.ts';
import { rmsNorm } from './rms-norm.ts';
import { rotary, rotaryTables } from './rotary.ts';
import { concatRows, embed, evenSizes, selectRows, splitRows } from './rows.ts';
import { swiglu } from './swiglu.ts';
import { tokenHead } from './token-head.ts';

// Sizes at which onnxruntime splits work over threads, with numbers of rows that no block size divides.
const rows = 3001;
const random = new Random('primitives');

const integers = (length: number, bound: number) => ({
  data: BigInt64Array.from({ length }, () => BigInt(random.below(bound))),
  dims: [length],
});
const scalarOf = (value: number) => ({ data: Float32Array.of(value), dims: [] });

/** a [m, k] times the transpose of b [n, k], in double precision. */
function product(a: ArrayLike<number>, b: ArrayLike<number>, k: number): Float64Array {
  const m = a.length / k;
  const n = b.length / k;
  const out = new Float64Array(m * n);
  for (let i = 0; i < m; i += 1) {
    for (let j = 0; j < n; j += 1) {
      let sum = 0;
      for (let p = 0; p < k; p += 1) sum += (a[i * k + p] as number) * (b[j * k + p] as number);
      out[i * n + j] = sum;
    }
  }
  return out;
}

const zip = (a: Float64Array, b: ArrayLike<number>, f: (a: number, b: number) => number) =>
  a.map((value, i) => f(value, b[i] as number));

describe('differentiable primitives against a double-precision reference', () => {
  it('linear', () =>
    checkGradient({
      inputs: { x: normals(random, [rows, 24]), w: normals(random, [17, 24]) },
      constants: {},
      outputs: [[rows, 17]],
      trace: (g, { x, w }) => [linear(g, x, w)],
      reference: ({ x, w }) => [product(x, w, 24)],
    }));

  it('linear with a residual, and a weight and an input used twice', () =>
    checkGradient({
      inputs: { x: normals(random, [rows, 24]), w: normals(random, [24, 24], 0.2) },
      constants: {},
      outputs: [[rows, 24]],
      trace: (g, { x, w }) => [linear(g, linear(g, x, w, { residual: x }), w)],
      reference: ({ x, w }) => [
        product(
          zip(product(x, w, 24), x, (a, b) => a + b),
          w,
          24,
        ),
      ],
    }));

  it('rmsNorm of matrices and of heads', async () => {
    for (const dims of [
      [rows, 20],
      [41, 13, 6, 20],
    ]) {
      await checkGradient({
        inputs: { x: normals(random, dims), gain: normals(random, [20]) },
        constants: {},
        outputs: [dims],
        trace: (g, { x, gain }) => [rmsNorm(g, x, gain, { size: 20, epsilon: 1e-2 })],
        reference: ({ x, gain }) => {
          const y = new Float64Array(x.length);
          for (let row = 0; row < x.length; row += 20) {
            let squares = 0;
            for (let i = 0; i < 20; i += 1) squares += (x[row + i] as number) ** 2;
            const inverse = 1 / Math.sqrt(squares / 20 + 1e-2);
            for (let i = 0; i < 20; i += 1)
              y[row + i] = (x[row + i] as number) * inverse * (gain[i] as number);
          }
          return [y];
        },
      });
    }
  });

  it('rotary, with positions out of order', () => {
    const [batch, heads, length, size] = [9, 3, 100, 8];
    const positions = { ...integers(batch * length, 120), dims: [batch, length] };
    return checkGradient({
      inputs: { x: normals(random, [batch, heads, length, size]) },
      constants: { positions },
      outputs: [[batch, heads, length, size]],
      trace: (g, values) => {
        const tables = rotaryTables(g, { head_dim: size, rope_theta: 500 }, 120);
        return [rotary(g, values.x, values.positions, tables)];
      },
      reference: ({ x }) => {
        const y = new Float64Array(x.length);
        for (let row = 0; row < x.length / size; row += 1) {
          const place = Math.floor(row / (heads * length)) * length + (row % length);
          for (let i = 0; i < size / 2; i += 1) {
            const angle = Number(positions.data[place]) / 500 ** ((2 * i) / size);
            const [a, b] = [x[row * size + i] as number, x[row * size + size / 2 + i] as number];
            y[row * size + i] = a * Math.cos(angle) - b * Math.sin(angle);
            y[row * size + size / 2 + i] = b * Math.cos(angle) + a * Math.sin(angle);
          }
        }
        return [y];
      },
    });
  });

  it('heads: split, swap, swap back, join', () => {
    const shape = { rowLength: 16, heads: 3, size: 8 };
    return checkGradient({
      inputs: { x: normals(random, [64, 24]), y: normals(random, [4, 3, 16, 8]) },
      constants: {},
      outputs: [[64, 24]],
      trace: (g, { x, y }) => {
        const sum = multiply(g, swapHeads(g, splitHeads(g, x, shape)), y);
        return [joinHeads(g, swapHeads(g, sum), shape)];
      },
      reference: ({ x, y }) => [
        x.map((value, i) => {
          const [batch, step, head, at] = [
            Math.floor(i / 384),
            Math.floor(i / 24) % 16,
            Math.floor(i / 8) % 3,
            i % 8,
          ];
          return value * (y[((batch * 3 + head) * 16 + step) * 8 + at] as number);
        }),
      ],
    });
  });

  for (const keepProbabilities of [true, false]) {
    const how = keepProbabilities ? 'kept' : 'computed again';
    it(`attention in blocks with grouped queries and a bias, probabilities ${how}`, () => {
      const [batch, heads, keyValueHeads, length, size] = [4, 4, 2, 144, 8];
      const bias = {
        data: Float32Array.from({ length: batch * length * length }, (_, i) =>
          i % length <= Math.floor(i / length) % length && random.chance(0.8) ? random.normal() : -1e9,
        ),
        dims: [batch, 1, length, length],
      };
      for (let i = 0; i < batch * length; i += 1) bias.data[i * length + (i % length)] = 0;
      const blocks = attentionBlocks(length);
      assert.ok(blocks.length > 1);
      return checkGradient({
        inputs: {
          q: normals(random, [batch, heads, length, size]),
          k: normals(random, [batch, keyValueHeads, length, size]),
          v: normals(random, [batch, keyValueHeads, length, size]),
        },
        constants: { bias },
        outputs: [[batch, heads, length, size]],
        trace: (g, { bias, ...values }) => {
          const biases = blocks.map(({ from, to }) =>
            g.op('Slice', [bias, g.integers([from, 0]), g.integers([to, to]), g.integers([2, 3])]),
          );
          const shape = { rowLength: length, heads, keyValueHeads, size };
          return [attention(g, { ...values, biases }, shape, { keepProbabilities })];
        },
        reference: ({ q, k, v }) => {
          const out = new Float64Array(q.length);
          for (let row = 0; row < batch * heads * length; row += 1) {
            const [b, head, i] = [
              Math.floor(row / (heads * length)),
              Math.floor(row / length) % heads,
              row % length,
            ];
            const group = (b * keyValueHeads + Math.floor((head * keyValueHeads) / heads)) * length;
            const scores = Array.from({ length: i + 1 }, (_, j) => {
              let sum = 0;
              for (let p = 0; p < size; p += 1) {
                sum += (q[row * size + p] as number) * (k[(group + j) * size + p] as number);
              }
              return sum / Math.sqrt(size) + (bias.data[(b * length + i) * length + j] as number);
            });
            const most = Math.max(...scores);
            const exps = scores.map((score) => Math.exp(score - most));
            const total = exps.reduce((sum, value) => sum + value, 0);
            exps.forEach((weight, j) => {
              for (let p = 0; p < size; p += 1) {
                out[row * size + p] =
                  (out[row * size + p] as number) + (weight / total) * (v[(group + j) * size + p] as number);
              }
            });
          }
          return [out];
        },
      });
    });
  }

  it('swiglu', () =>
    checkGradient({
      inputs: { gate: normals(random, [rows, 20], 3), up: normals(random, [rows, 20]) },
      constants: {},
      outputs: [[rows, 20]],
      trace: (g, { gate, up }) => [swiglu(g, gate, up)],
      reference: ({ gate, up }) => [zip(gate, up, (a, b) => (a / (1 + Math.exp(-a))) * b)],
    }));

  it('embed with many rows on few ids', () => {
    const ids = integers(rows, 7);
    return checkGradient({
      inputs: { table: normals(random, [11, 64]) },
      constants: { ids },
      outputs: [[rows, 64]],
      trace: (g, values) => [embed(g, values.table, values.ids)],
      reference: ({ table }) => [
        Float64Array.from(
          { length: rows * 64 },
          (_, i) => table[Number(ids.data[Math.floor(i / 64)]) * 64 + (i % 64)] as number,
        ),
      ],
    });
  });

  it('selectRows', () => {
    const chosen = random.shuffled(Array.from({ length: rows }, (_, i) => i)).slice(0, 1200);
    const unselect = new BigInt64Array(rows).fill(1200n);
    chosen.forEach((row, place) => {
      unselect[row] = BigInt(place);
    });
    return checkGradient({
      inputs: { x: normals(random, [rows, 16]) },
      constants: {
        select: { data: BigInt64Array.from(chosen, BigInt), dims: [1200] },
        unselect: { data: unselect, dims: [rows] },
      },
      outputs: [[1200, 16]],
      trace: (g, { x, select, unselect }) => [selectRows(g, x, { select, unselect, size: 16 })],
      reference: ({ x }) => [
        Float64Array.from(
          { length: 1200 * 16 },
          (_, i) => x[(chosen[Math.floor(i / 16)] ?? 0) * 16 + (i % 16)] as number,
        ),
      ],
    });
  });

  it('splitRows and concatRows, in uneven parts', () =>
    checkGradient({
      inputs: { x: normals(random, [11, 4]), y: normals(random, [11, 4]) },
      constants: {},
      outputs: [[11, 4]],
      trace: (g, { x, y }) => {
        const sizes = evenSizes(g, x, 4);
        const others = splitRows(g, y, sizes, 4);
        const parts = splitRows(g, x, sizes, 4).map((part, i) => multiply(g, part, others[i] ?? part));
        return [concatRows(g, parts, sizes)];
      },
      reference: ({ x, y }) => [zip(x, y, (a, b) => a * b)],
    }));

  it('elementwise: add, subtract, multiply, scaleBy, negate, exp, sumAll', () =>
    checkGradient({
      inputs: { a: normals(random, [rows]), b: normals(random, [rows]) },
      constants: { c: scalarOf(0.7) },
      outputs: [[rows], []],
      trace: (g, { a, b, c }) => {
        const left = negate(g, exp(g, subtract(g, a, b)));
        const y = multiply(g, add(g, left, scaleBy(g, a, c)), b);
        return [y, sumAll(g, multiply(g, a, a))];
      },
      reference: ({ a, b }) => [
        zip(a, b, (u, v) => (-Math.exp(u - v) + Math.fround(0.7) * u) * v),
        [a.reduce((sum, u) => sum + u * u, 0)],
      ],
    }));

  it('minimum, clip, stopGradient', () =>
    checkGradient({
      inputs: { a: normals(random, [rows]), b: normals(random, [rows]) },
      constants: { low: scalarOf(-0.5), high: scalarOf(0.25), fixed: normals(new Random('fixed'), [rows]) },
      outputs: [[rows], [rows], [rows]],
      trace: (g, { a, b, low, high, fixed }) => [
        minimum(g, a, b),
        clip(g, a, low, high),
        multiply(g, b, stopGradient(g, exp(g, fixed))),
      ],
      reference: ({ a, b }) => {
        const { data } = normals(new Random('fixed'), [rows]);
        return [
          zip(a, b, Math.min),
          a.map((u) => Math.min(Math.max(u, -0.5), 0.25)),
          zip(b, data, (v, u) => v * Math.exp(u)),
        ];
      },
    }));
});

describe('token head against a double-precision reference', () => {
  const [count, vocabulary, size] = [1501, 70, 16];
  const targets = integers(count, 9);
  const inputs = { x: normals(random, [count, size]), weight: normals(random, [vocabulary, size]) };

  const reference = ({ x, weight }: Record<'x' | 'weight', Float64Array>) => {
    const logits = product(x, weight, size);
    const logprobs = new Float64Array(count);
    const entropies = new Float64Array(count);
    for (let n = 0; n < count; n += 1) {
      const row = logits.subarray(n * vocabulary, (n + 1) * vocabulary);
      const most = row.reduce((a, b) => Math.max(a, b));
      const logZ = most + Math.log(row.reduce((sum, z) => sum + Math.exp(z - most), 0));
      logprobs[n] = (row[Number(targets.data[n])] as number) - logZ;
      entropies[n] = -row.reduce((sum, z) => sum + Math.exp(z - logZ) * (z - logZ), 0);
    }
    return [logprobs, entropies];
  };

  for (const parts of [1, 4]) {
    it(`log-probs, ${parts} part(s)`, () =>
      checkGradient({
        inputs,
        constants: { targets },
        outputs: [[count]],
        trace: (g, values) => [tokenHead(g, values, { entropy: 'report', parts }).logprobs],
        reference: (doubles) => reference(doubles).slice(0, 1),
      }));

    it(`log-probs and entropies, ${parts} part(s)`, () =>
      checkGradient({
        inputs,
        constants: { targets },
        outputs: [[count], [count]],
        trace: (g, values) => {
          const { logprobs, entropies = logprobs } = tokenHead(g, values, {
            entropy: 'differentiable',
            parts,
          });
          return [logprobs, entropies];
        },
        reference,
      }));
  }
});

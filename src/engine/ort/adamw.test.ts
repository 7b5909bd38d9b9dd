import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { clipScale, gradientNorm, stepAdamW } from './adamw.ts';
import type { ParameterSpec } from './parameters.ts';

interface Golden {
  readonly shapes: Record<string, number[]>;
  readonly start: Record<string, number[]>;
  readonly gradients: readonly Record<string, number[]>[];
  readonly adamw: { readonly trace: readonly Record<string, number[]>[] };
}

const goldenPath = new URL('../../../golden/optimisers/golden.json', import.meta.url);
const golden = JSON.parse(await readFile(goldenPath, 'utf8')) as Golden;

function stateOf(parameters: readonly number[]) {
  return {
    parameters: Float32Array.from(parameters),
    gradients: new Float32Array(parameters.length),
    first: new Float32Array(parameters.length),
    second: new Float32Array(parameters.length),
  };
}

const spec = (dims: number[], offset = 0): ParameterSpec => ({
  name: 'w',
  dims,
  offset,
  length: dims.reduce((product, dim) => product * dim, 1),
  isLayerMatrix: dims.length === 2,
});

const torchSettings = { learningRate: 0.01, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1 };

test('AdamW takes the steps of torch.optim.AdamW', () => {
  for (const [name, dims] of Object.entries(golden.shapes)) {
    const state = stateOf(golden.start[name] ?? []);
    golden.gradients.forEach((gradients, i) => {
      state.gradients.set(gradients[name] ?? []);
      stepAdamW(state, [spec(dims)], { ...torchSettings, count: i + 1, gradientScale: 1 });
      golden.adamw.trace[i]?.[name]?.forEach((expected, k) => {
        assert.ok(Math.abs(expected - (state.parameters[k] ?? 0)) < 1e-6, `${name} step ${i} element ${k}`);
      });
    });
  }
});

test('the first step moves every weight by the learning rate against its gradient, decay aside', () => {
  const state = stateOf([1, -2, 3, 0]);
  state.gradients.set([5, -0.01, 2, 0]);
  stepAdamW(state, [spec([2, 2])], { ...torchSettings, weightDecay: 0, count: 1, gradientScale: 1 });
  [0.99, -1.99, 2.99, 0].forEach((expected, k) => {
    assert.ok(Math.abs(expected - (state.parameters[k] ?? 0)) < 1e-6);
  });
});

test('decay falls on matrices, not on vectors, and only the given parameters move', () => {
  const state = stateOf([1, 1, 1, 1, 1, 1]);
  const step = { ...torchSettings, weightDecay: 0.5, count: 1, gradientScale: 1 };
  stepAdamW(state, [spec([2, 1]), spec([2], 2)], step);
  const decayed = Math.fround(1 - 0.01 * 0.5);
  assert.deepEqual([...state.parameters], [decayed, decayed, 1, 1, 1, 1]);
});

test('clipping scales a gradient down to the bound and leaves smaller ones alone', () => {
  const gradients = Float32Array.of(1, 2, 2, 4, 5, -5, 5);
  assert.equal(gradientNorm(gradients), 10);
  assert.equal(clipScale(10, 2), 0.2);
  assert.equal(clipScale(10, 20), 1);
  assert.equal(clipScale(10, Number.POSITIVE_INFINITY), 1);
  const clipped = stateOf([0, 0]);
  clipped.gradients.set([3, 4]);
  stepAdamW(clipped, [spec([2])], { ...torchSettings, count: 1, gradientScale: clipScale(5, 1) });
  assert.ok(Math.abs((clipped.first[0] ?? 0) - 0.1 * 0.6) < 1e-7);
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../stats/random.ts';
import type { Loss } from '../engine.ts';
import { Graph } from './graph.ts';
import { traceLoss } from './losses.ts';
import { checkGradient, normals } from './primitives/gradient-check.ts';
import { runGraph } from './run-graph.ts';

const count = 4099;
const [ratioLow, ratioHigh, entropyCoefficient] = [0.8, 1.28, 0.05].map(Math.fround) as [
  number,
  number,
  number,
];
const random = new Random('losses');
const scalarOf = (value: number) => ({ data: Float32Array.of(value), dims: [] });
const positive = (length: number, scale: number) =>
  Float32Array.from({ length }, () => scale * random.next());

const old = normals(random, [count]);
old.data.forEach((value, i) => {
  old.data[i] = -1 - Math.abs(value);
});
const constants = {
  weights: { data: positive(count, 1).map((w) => (w < 0.3 ? 0 : w)), dims: [count] },
  oldLogprobs: old,
  advantages: normals(random, [count]),
  ratioLow: scalarOf(ratioLow),
  ratioHigh: scalarOf(ratioHigh),
  entropyCoefficient: scalarOf(entropyCoefficient),
};
const inputs = {
  logprobs: { data: old.data.map((value) => value + 0.4 * random.normal()), dims: [count] },
  entropies: { data: positive(count, 3), dims: [count] },
};

/** The formulas of `Loss`, token by token; `frozen` is what stands behind a stop-gradient. */
const terms: Record<
  Loss['kind'],
  (logprob: number, old: number, advantage: number, frozen: number) => number
> = {
  cross_entropy: (logprob) => logprob,
  importance_sampling: (logprob, old, advantage) => Math.exp(logprob - old) * advantage,
  ppo: (logprob, old, advantage) => {
    const ratio = Math.exp(logprob - old);
    return Math.min(ratio * advantage, Math.min(Math.max(ratio, ratioLow), ratioHigh) * advantage);
  },
  cispo: (logprob, old, advantage, frozen) =>
    logprob * advantage * Math.min(Math.exp(frozen - old), ratioHigh),
};

describe('losses against their formulas in double precision', () => {
  for (const kind of Object.keys(terms) as Loss['kind'][]) {
    it(kind, () =>
      checkGradient({
        inputs: kind === 'cross_entropy' ? { logprobs: inputs.logprobs } : inputs,
        constants,
        outputs: [[]],
        tolerance: 4e-6,
        trace: (g, values: Partial<Record<string, ReturnType<Graph['scalar']>>>) => {
          const value = (name: string) => () => values[name] ?? g.scalar(Number.NaN);
          return [
            traceLoss(g, kind, {
              logprobs: value('logprobs')(),
              entropies: values.entropies,
              weights: value('weights'),
              oldLogprobs: value('oldLogprobs'),
              advantages: value('advantages'),
              ratioLow: value('ratioLow'),
              ratioHigh: value('ratioHigh'),
              entropyCoefficient: value('entropyCoefficient'),
            }),
          ];
        },
        reference: (doubles: Record<string, Float64Array>) => {
          const { logprobs = [], entropies } = doubles;
          let loss = 0;
          for (let i = 0; i < count; i += 1) {
            const [w, o, a] = [constants.weights, old, constants.advantages].map(({ data }) => data[i] ?? 0);
            const objective = terms[kind](logprobs[i] ?? 0, o ?? 0, a ?? 0, inputs.logprobs.data[i] ?? 0);
            loss -=
              (w ?? 0) *
              (objective + (entropies === undefined ? 0 : entropyCoefficient * (entropies[i] ?? 0)));
          }
          return [[loss]];
        },
      }),
    );
  }
});

it('on policy, where both branches of the minimum are equal, every RL loss has the gradient −w·A', async () => {
  for (const kind of ['importance_sampling', 'ppo', 'cispo'] as const) {
    const g = new Graph();
    const vector = (name: string) => g.input(name, 'float32', [4]);
    const logprobs = vector('logprobs');
    const oldLogprobs = vector('oldLogprobs');
    const weights = vector('weights');
    const advantages = vector('advantages');
    const loss = traceLoss(g, kind, {
      logprobs,
      entropies: undefined,
      weights: () => weights,
      oldLogprobs: () => oldLogprobs,
      advantages: () => advantages,
      ratioLow: () => g.scalar(0.8),
      ratioHigh: () => g.scalar(1.2),
      entropyCoefficient: () => g.scalar(Number.NaN),
    });
    const gradient = g.backward(new Map([[loss, g.scalar(1)]])).dense.get(logprobs);
    assert.ok(gradient !== undefined);
    g.output('gradient', gradient, 'float32', [4]);
    const feed = (...values: number[]) => ({ data: Float32Array.from(values), dims: [4] });
    const results = await runGraph(g.finish(), {
      logprobs: feed(-1, -2, 0, -0.5),
      oldLogprobs: feed(-1, -2, 0, -0.5),
      weights: feed(1, 0.5, 2, 0),
      advantages: feed(1, -1, 3, 5),
    });
    const gradients = [...(results.gradient as Float32Array)].map((value) => value + 0);
    assert.deepEqual(gradients, [-1, 0.5, -6, 0], kind);
  }
});

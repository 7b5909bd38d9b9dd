import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../stats/random.ts';
import type { Loss } from '../engine.ts';
import { Graph } from './graph.ts';
import { traceLoss } from './losses.ts';
import { checkGradient, normals } from './primitives/gradient-check.ts';
import { runGraph } from './run-graph.ts';

const count = 4099;
const scalars = { ratioLow: 0.8, ratioHigh: 1.28, entropyCoefficient: 0.05, klCoefficient: 0.3 };
const { ratioLow, ratioHigh, entropyCoefficient, klCoefficient } = Object.fromEntries(
  Object.entries(scalars).map(([name, value]) => [name, Math.fround(value)]),
) as typeof scalars;
const random = new Random('losses');
const scalarOf = (value: number) => ({ data: Float32Array.of(value), dims: [] });
const positive = (length: number, scale: number) =>
  Float32Array.from({ length }, () => scale * random.next());

const old = normals(random, [count]);
old.data.forEach((value, i) => {
  old.data[i] = -1 - Math.abs(value);
});
/** Sequences of 1 to 40 tokens. */
const sequence_N: number[] = [];
for (let sequence = 0; sequence_N.length < count; sequence += 1) {
  const length = Math.min(random.integer(1, 40), count - sequence_N.length);
  sequence_N.push(...new Array<number>(length).fill(sequence));
}
const lengths_D = new Array<number>((sequence_N.at(-1) ?? 0) + 1).fill(0);
for (const sequence of sequence_N) lengths_D[sequence] = (lengths_D[sequence] ?? 0) + 1;

const constants = {
  weights: { data: positive(count, 1).map((w) => (w < 0.3 ? 0 : w)), dims: [count] },
  oldLogprobs: old,
  advantages: normals(random, [count]),
  referenceLogprobs: { data: new Float32Array(count), dims: [count] },
  sequence: { data: BigInt64Array.from(sequence_N, BigInt), dims: [count] },
  numbers: { data: BigInt64Array.from(lengths_D.keys(), BigInt), dims: [lengths_D.length] },
  share: { data: Float32Array.from(sequence_N, (s) => 1 / (lengths_D[s] ?? 0)), dims: [count] },
  ratioLow: scalarOf(ratioLow),
  ratioHigh: scalarOf(ratioHigh),
  entropyCoefficient: scalarOf(entropyCoefficient),
  klCoefficient: scalarOf(klCoefficient),
};
const inputs = {
  logprobs: { data: old.data.map((value) => value + 0.4 * random.normal()), dims: [count] },
  entropies: { data: positive(count, 3), dims: [count] },
};
inputs.logprobs.data.forEach((logprob, n) => {
  // Some are beyond the bounds of the KL term, none so near them that a difference quotient would step over.
  const delta = 2.5 * random.normal();
  const isNear = Math.abs(Math.abs(delta) - 5) < 0.01;
  constants.referenceLogprobs.data[n] = logprob + (isNear ? 0 : delta);
});

interface TokenTerms {
  readonly logprob: number;
  readonly advantage: number;
  /** exp(new − old), the same behind a stop-gradient, and the geometric mean of the sequence's. */
  readonly ratio: number;
  readonly frozenRatio: number;
  readonly sequenceRatio: number;
}

const surrogate = (ratio: number, advantage: number) =>
  Math.min(ratio * advantage, Math.min(Math.max(ratio, ratioLow), ratioHigh) * advantage);

/** The formulas of `Loss`, token by token. */
const terms: Record<Loss['kind'], (token: TokenTerms) => number> = {
  cross_entropy: ({ logprob }) => logprob,
  importance_sampling: ({ ratio, advantage }) => ratio * advantage,
  ppo: ({ ratio, advantage }) => surrogate(ratio, advantage),
  cispo: ({ logprob, advantage, frozenRatio }) => logprob * advantage * Math.min(frozenRatio, ratioHigh),
  gspo: ({ sequenceRatio, advantage }) => surrogate(sequenceRatio, advantage),
};

/** exp(mean over the sequence of new − old), for every token. */
function sequenceRatios(logprobs: ArrayLike<number>): number[] {
  const sums_D = lengths_D.map(() => 0);
  sequence_N.forEach((sequence, n) => {
    sums_D[sequence] = (sums_D[sequence] ?? 0) + (logprobs[n] ?? 0) - (old.data[n] ?? 0);
  });
  return sequence_N.map((sequence) => Math.exp((sums_D[sequence] ?? 0) / (lengths_D[sequence] ?? 0)));
}

function klTerm(reference: number, logprob: number): number {
  const delta = Math.min(Math.max(reference - logprob, -5), 5);
  return Math.exp(delta) - delta - 1;
}

function checkLoss(kind: Loss['kind'], kl: boolean): Promise<void> {
  return checkGradient({
    inputs: kind === 'cross_entropy' ? { logprobs: inputs.logprobs } : inputs,
    constants,
    outputs: [[]],
    tolerance: 4e-6,
    trace: (g, values: Partial<Record<string, ReturnType<Graph['scalar']>>>) => {
      const value = (name: string) => () => values[name] ?? g.scalar(Number.NaN);
      const lossInputs = {
        logprobs: value('logprobs')(),
        entropies: values.entropies,
        weights: value('weights'),
        oldLogprobs: value('oldLogprobs'),
        advantages: value('advantages'),
        referenceLogprobs: value('referenceLogprobs'),
        sequences: () => ({
          sequence: value('sequence')(),
          numbers: value('numbers')(),
          share: value('share')(),
        }),
        ratioLow: value('ratioLow'),
        ratioHigh: value('ratioHigh'),
        entropyCoefficient: value('entropyCoefficient'),
        klCoefficient: value('klCoefficient'),
      };
      return [traceLoss(g, kind, lossInputs, { kl })];
    },
    reference: (doubles: Record<string, Float64Array>) => {
      const { logprobs = new Float64Array(), entropies } = doubles;
      const ratios_N = sequenceRatios(logprobs);
      let loss = 0;
      for (let i = 0; i < count; i += 1) {
        const [w = 0, o = 0, advantage = 0, reference = 0] = [
          constants.weights,
          old,
          constants.advantages,
          constants.referenceLogprobs,
        ].map(({ data }) => data[i] ?? 0);
        const logprob = logprobs[i] ?? 0;
        const objective = terms[kind]({
          logprob,
          advantage,
          ratio: Math.exp(logprob - o),
          frozenRatio: Math.exp((inputs.logprobs.data[i] ?? 0) - o),
          sequenceRatio: ratios_N[i] ?? 0,
        });
        const bonus = entropies === undefined ? 0 : entropyCoefficient * (entropies[i] ?? 0);
        loss -= w * (objective + bonus - (kl ? klCoefficient * klTerm(reference, logprob) : 0));
      }
      return [[loss]];
    },
  });
}

describe('losses against their formulas in double precision', () => {
  for (const kind of Object.keys(terms) as Loss['kind'][]) {
    it(kind, () => checkLoss(kind, false));
    if (kind !== 'cross_entropy') it(`${kind} with a KL term`, () => checkLoss(kind, true));
  }
});

it('on policy, where both branches of the minimum are equal, every RL loss has the gradient −w·A', async () => {
  for (const kind of ['importance_sampling', 'ppo', 'cispo', 'gspo'] as const) {
    const g = new Graph();
    const vector = (name: string) => g.input(name, 'float32', [4]);
    const logprobs = vector('logprobs');
    const oldLogprobs = vector('oldLogprobs');
    const weights = vector('weights');
    const advantages = vector('advantages');
    const unused = () => g.scalar(Number.NaN);
    const loss = traceLoss(g, kind, {
      logprobs,
      entropies: undefined,
      weights: () => weights,
      oldLogprobs: () => oldLogprobs,
      advantages: () => advantages,
      ratioLow: () => g.scalar(0.8),
      ratioHigh: () => g.scalar(1.2),
      // Every token is a sequence of its own.
      sequences: () => ({
        sequence: g.integers([0, 1, 2, 3]),
        numbers: g.integers([0, 1, 2, 3]),
        share: g.scalar(1),
      }),
      ...{ referenceLogprobs: unused, entropyCoefficient: unused, klCoefficient: unused },
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

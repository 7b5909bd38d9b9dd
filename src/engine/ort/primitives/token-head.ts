/**
 * From hidden states to the log-prob of given tokens and the entropy of the distribution they come from. Unless
 * the entropy is differentiated, no gradient of the logits is ever formed: the backward pass is matrix products
 * with P. Log-probs come from LogSoftmax and stay finite however small the probability.
 */
import type { Gradient, Graph, RowGradient, Value } from '../graph.ts';
import { adaptedWeight, type LowRank } from './adapted-linear.ts';
import { concatRows, evenSizes, splitRows } from './rows.ts';

/** What becomes of the entropy: nothing, an output, or an output with a gradient. */
export type EntropyUse = 'none' | 'report' | 'differentiable';

export interface TokenHead {
  /** ln p of the targets, [N]. */
  readonly logprobs: Value;
  /** In nats, [N]; undefined for 'none'. */
  readonly entropies: Value | undefined;
}

interface HeadInputs {
  readonly x: Value;
  readonly weight: Value;
  readonly targets: Value;
  /** Low-rank matrices that are added to the weight, which is frozen then. */
  readonly adapter?: LowRank | undefined;
}

/** How gradients of the logits become others. A table is the weight, [V, width], or what stands for it. */
interface LogitGradient {
  /** dz·table, [N, width]. */
  back(table: Value): Value;
  /** dzᵀ·features, [V, width], but for the one-hot part; added to what was gathered. */
  dense(features: Value): (gathered: Value | undefined) => Value;
  /** The one-hot part of it. */
  rows(features: Value): RowGradient;
}

/**
 * x [N, d] (already times 1/temperature), weight [V, d], targets int64 [N]. The rows are worked off in `parts`
 * parts, N ≥ parts, which keeps the pieces of [N, V] small.
 *
 * With logits z = x·Wᵀ, P = softmax(z), and g, h the gradients of the log-prob and of the entropy
 * H = −Σ P·ln P:  dz = g·(onehot(target) − P) − h·P·(ln P + H). The one-hot part of dW is left as rows to add at
 * the targets (`RowGradient`). 'report' uses that H = x·(W[target] − P·W) − ln p, whose difference of rows the
 * backward pass needs anyway. With an adapter W is W0 + scale·B·A, formed once for all parts, and its gradients are narrow:
 * dA = scale·(dz·B)ᵀ·x and dB = dzᵀ·(scale·x·Aᵀ).
 */
export function tokenHead(
  g: Graph,
  { x, weight: given, targets, adapter }: HeadInputs,
  { entropy, parts = 1 }: { entropy: EntropyUse; parts?: number },
): TokenHead {
  const weight = adapter === undefined ? given : adaptedWeight(g, given, adapter, x);
  if (parts === 1) return headPart(g, { x, weight, targets, adapter }, entropy);
  const sizes = evenSizes(g, targets, parts);
  const targetParts = splitRows(g, targets, sizes, parts);
  const heads = splitRows(g, x, sizes, parts).map((part, index) =>
    headPart(g, { x: part, weight, targets: targetParts[index] as Value, adapter }, entropy),
  );
  const entropies = heads.flatMap((head) => head.entropies ?? []);
  return {
    logprobs: concatRows(
      g,
      heads.map((head) => head.logprobs),
      sizes,
    ),
    entropies: entropies.length === 0 ? undefined : concatRows(g, entropies, sizes),
  };
}

/** `weight` has the adapter in it. */
function headPart(g: Graph, inputs: HeadInputs, entropy: EntropyUse): TokenHead {
  const { x, weight, targets, adapter } = inputs;
  const column = (value: Value) => g.reshape(value, [-1, 1]);
  const flat = (value: Value) => g.reshape(value, [-1]);

  const logits = g.gemm(x, weight, { transB: true });
  const logP = g.op('LogSoftmax', [logits], { axis: -1 });
  const logprobs = flat(g.op('GatherElements', [logP, column(targets)], { axis: 1 }));
  const P = g.op('Exp', [logP]);
  const atTargets = (table: Value) => g.op('Gather', [table, targets], { axis: 0 });
  const targetRows = atTargets(weight);
  const differentiated = adapter === undefined ? [x, weight, weight] : [x, adapter.a, adapter.b, adapter.b];

  if (entropy === 'differentiable') {
    const H = g.negate(g.sum(g.mul(P, logP), [-1], true));
    const entropies = flat(H);
    g.record([logprobs, entropies], differentiated, ([dlogprobs, dentropies]) => {
      const onehot = column(dlogprobs ?? zerosLike(g, logprobs));
      const h = column(dentropies ?? zerosLike(g, entropies));
      const dz = g.negate(g.mul(P, g.add(g.mul(logP, h), g.add(onehot, g.mul(h, H)))));
      return gradientsOf(g, inputs, {
        back: (table) =>
          g.gemm(dz, table, { plus: g.mul(table === weight ? targetRows : atTargets(table), onehot) }),
        dense: (features) => (gathered) => g.gemm(dz, features, { transA: true, plus: gathered }),
        rows: (features) => ({ rows: g.mul(features, onehot), indices: targets }),
      });
    });
    return { logprobs, entropies };
  }

  const difference = g.sub(targetRows, g.matmul(P, weight));
  g.record([logprobs], differentiated, ([dlogprobs]) => {
    if (dlogprobs === undefined) return [];
    const onehot = column(dlogprobs);
    const differenceOf = (table: Value) => g.sub(atTargets(table), g.matmul(P, table));
    return gradientsOf(g, inputs, {
      back: (table) => g.mul(table === weight ? difference : differenceOf(table), onehot),
      dense: (features) => (gathered) =>
        g.gemm(P, g.mul(features, onehot), { transA: true, scale: -1, plus: gathered }),
      rows: (features) => ({ rows: g.mul(features, onehot), indices: targets }),
    });
  });
  if (entropy === 'none') return { logprobs, entropies: undefined };
  return { logprobs, entropies: g.sub(g.sum(g.mul(x, difference), [-1]), logprobs) };
}

/** The gradients of x and of the weight or, where there is one, of the adapter's A and B. */
function gradientsOf(
  g: Graph,
  { x, weight, adapter }: HeadInputs,
  { back, dense, rows }: LogitGradient,
): Gradient[] {
  if (adapter === undefined) return [back(weight), dense(x), rows(x)];
  const { a, b, scale } = adapter;
  const outer = back(b);
  const inner = g.gemm(x, a, { transB: true, scale });
  return [
    back(weight),
    (gathered) => g.gemm(outer, x, { transA: true, scale, plus: gathered }),
    dense(inner),
    rows(inner),
  ];
}

function zerosLike(g: Graph, x: Value): Value {
  return g.op('Expand', [g.scalar(0), g.op('Shape', [x])]);
}

/**
 * From hidden states to the log-prob of given tokens and the entropy of the distribution they come from. Unless
 * the entropy is differentiated, no gradient of the logits is ever formed: the backward pass is matrix products
 * with P. Log-probs come from LogSoftmax and stay finite however small the probability.
 */
import type { Graph, Value } from '../graph.ts';
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
}

/**
 * x [N, d] (already times 1/temperature), weight [V, d], targets int64 [N]. The rows are worked off in `parts`
 * parts, N ≥ parts, which keeps the pieces of [N, V] small.
 *
 * With logits z = x·Wᵀ, P = softmax(z), and g, h the gradients of the log-prob and of the entropy
 * H = −Σ P·ln P:  dz = g·(onehot(target) − P) − h·P·(ln P + H). The one-hot part of dW is left as rows to add at
 * the targets (`RowGradient`). 'report' uses that H = x·(W[target] − P·W) − ln p, whose difference of rows the
 * backward pass needs anyway.
 */
export function tokenHead(
  g: Graph,
  { x, weight, targets }: HeadInputs,
  { entropy, parts = 1 }: { entropy: EntropyUse; parts?: number },
): TokenHead {
  if (parts === 1) return headPart(g, { x, weight, targets }, entropy);
  const sizes = evenSizes(g, targets, parts);
  const targetParts = splitRows(g, targets, sizes, parts);
  const heads = splitRows(g, x, sizes, parts).map((part, index) =>
    headPart(g, { x: part, weight, targets: targetParts[index] as Value }, entropy),
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

function headPart(g: Graph, { x, weight, targets }: HeadInputs, entropy: EntropyUse): TokenHead {
  const column = (value: Value) => g.reshape(value, [-1, 1]);
  const flat = (value: Value) => g.reshape(value, [-1]);

  const logits = g.gemm(x, weight, { transB: true });
  const logP = g.op('LogSoftmax', [logits], { axis: -1 });
  const logprobs = flat(g.op('GatherElements', [logP, column(targets)], { axis: 1 }));
  const P = g.op('Exp', [logP]);
  const targetRows = g.op('Gather', [weight, targets], { axis: 0 });

  if (entropy === 'differentiable') {
    const H = g.negate(g.sum(g.mul(P, logP), [-1], true));
    const entropies = flat(H);
    g.record([logprobs, entropies], [x, weight, weight], ([dlogprobs, dentropies]) => {
      const onehot = column(dlogprobs ?? zerosLike(g, logprobs));
      const h = column(dentropies ?? zerosLike(g, entropies));
      const dz = g.negate(g.mul(P, g.add(g.mul(logP, h), g.add(onehot, g.mul(h, H)))));
      return [
        g.gemm(dz, weight, { plus: g.mul(targetRows, onehot) }),
        (gathered) => g.gemm(dz, x, { transA: true, plus: gathered }),
        { rows: g.mul(x, onehot), indices: targets },
      ];
    });
    return { logprobs, entropies };
  }

  const difference = g.sub(targetRows, g.matmul(P, weight));
  g.record([logprobs], [x, weight, weight], ([dlogprobs]) => {
    if (dlogprobs === undefined) return [];
    const onehot = column(dlogprobs);
    const rows = g.mul(x, onehot);
    return [
      g.mul(difference, onehot),
      (gathered) => g.gemm(P, rows, { transA: true, scale: -1, plus: gathered }),
      { rows, indices: targets },
    ];
  });
  if (entropy === 'none') return { logprobs, entropies: undefined };
  return { logprobs, entropies: g.sub(g.sum(g.mul(x, difference), [-1]), logprobs) };
}

function zerosLike(g: Graph, x: Value): Value {
  return g.op('Expand', [g.scalar(0), g.op('Shape', [x])]);
}

/**
 * From hidden states to the log-prob of given tokens and the entropy of the distribution they come from. Unless
 * the entropy is differentiated, no gradient of the logits is ever formed: the backward pass is matrix products
 * with P. Log-probs come from LogSoftmax and stay finite however small the probability.
 */
import type { Gradient, Graph, Value } from '../graph.ts';
import { concatRows, evenSizes, splitRows } from './rows.ts';

/** What becomes of the entropy: nothing, an output, or an output with a gradient. */
export type EntropyUse = 'none' | 'report' | 'differentiable';

export interface TokenHead {
  /** ln p of the targets, [N]. */
  readonly logprobs: Value;
  /** In nats, [N]; undefined for 'none'. */
  readonly entropies: Value | undefined;
}

/** A term of the logits, x·weightᵀ. */
export interface HeadTerm {
  /** [N, width]. */
  readonly x: Value;
  /** [V, width]. */
  readonly weight: Value;
}

interface HeadInputs extends HeadTerm {
  readonly targets: Value;
  /** A second term, of a width of its own: a low-rank adapter's. */
  readonly added?: HeadTerm | undefined;
}

/**
 * x [N, d] (already times 1/temperature), weight [V, d], targets int64 [N]. The rows are worked off in `parts`
 * parts, N ≥ parts, which keeps the pieces of [N, V] small.
 *
 * With logits z = x·Wᵀ, P = softmax(z), and g, h the gradients of the log-prob and of the entropy
 * H = −Σ P·ln P:  dz = g·(onehot(target) − P) − h·P·(ln P + H). The one-hot part of dW is left as rows to add at
 * the targets (`RowGradient`). 'report' uses that H = x·(W[target] − P·W) − ln p, whose difference of rows the
 * backward pass needs anyway. With a second term x and W stand for both side by side, which are never put together.
 */
export function tokenHead(
  g: Graph,
  { x, weight, targets, added }: HeadInputs,
  { entropy, parts = 1 }: { entropy: EntropyUse; parts?: number },
): TokenHead {
  const terms = added === undefined ? [{ x, weight }] : [{ x, weight }, added];
  if (parts === 1) return headPart(g, terms, targets, entropy);
  const sizes = evenSizes(g, targets, parts);
  const targetParts = splitRows(g, targets, sizes, parts);
  const xParts = terms.map((term) => splitRows(g, term.x, sizes, parts));
  const heads = targetParts.map((part, index) => {
    const partTerms = terms.map((term, k) => ({ ...term, x: xParts[k]?.[index] as Value }));
    return headPart(g, partTerms, part, entropy);
  });
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

function headPart(g: Graph, terms: readonly HeadTerm[], targets: Value, entropy: EntropyUse): TokenHead {
  const column = (value: Value) => g.reshape(value, [-1, 1]);
  const flat = (value: Value) => g.reshape(value, [-1]);
  const added = (values: readonly Value[]) => values.reduce((sum, value) => g.add(sum, value));

  const logits = terms.reduce<Value | undefined>(
    (plus, { x, weight }) => g.gemm(x, weight, { transB: true, plus }),
    undefined,
  ) as Value;
  const logP = g.op('LogSoftmax', [logits], { axis: -1 });
  const logprobs = flat(g.op('GatherElements', [logP, column(targets)], { axis: 1 }));
  const P = g.op('Exp', [logP]);
  const differentiated = terms.flatMap(({ x, weight }) => [x, weight, weight]);
  const targetRows = terms.map(({ weight }) => g.op('Gather', [weight, targets], { axis: 0 }));

  if (entropy === 'differentiable') {
    const H = g.negate(g.sum(g.mul(P, logP), [-1], true));
    const entropies = flat(H);
    g.record([logprobs, entropies], differentiated, ([dlogprobs, dentropies]) => {
      const onehot = column(dlogprobs ?? zerosLike(g, logprobs));
      const h = column(dentropies ?? zerosLike(g, entropies));
      const dz = g.negate(g.mul(P, g.add(g.mul(logP, h), g.add(onehot, g.mul(h, H)))));
      return terms.flatMap(({ x, weight }, k): Gradient[] => [
        g.gemm(dz, weight, { plus: g.mul(targetRows[k] as Value, onehot) }),
        (gathered) => g.gemm(dz, x, { transA: true, plus: gathered }),
        { rows: g.mul(x, onehot), indices: targets },
      ]);
    });
    return { logprobs, entropies };
  }

  const differences = terms.map(({ weight }, k) => g.sub(targetRows[k] as Value, g.matmul(P, weight)));
  g.record([logprobs], differentiated, ([dlogprobs]) => {
    if (dlogprobs === undefined) return [];
    const onehot = column(dlogprobs);
    return terms.flatMap(({ x }, k): Gradient[] => {
      const rows = g.mul(x, onehot);
      return [
        g.mul(differences[k] as Value, onehot),
        (gathered) => g.gemm(P, rows, { transA: true, scale: -1, plus: gathered }),
        { rows, indices: targets },
      ];
    });
  });
  if (entropy === 'none') return { logprobs, entropies: undefined };
  const products = terms.map(({ x }, k) => g.sum(g.mul(x, differences[k] as Value), [-1]));
  return { logprobs, entropies: g.sub(added(products), logprobs) };
}

function zerosLike(g: Graph, x: Value): Value {
  return g.op('Expand', [g.scalar(0), g.op('Shape', [x])]);
}

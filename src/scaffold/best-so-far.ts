/**
 * What a budget's end leaves behind: the best proof of those offered, whatever order they came in. A rank says how far
 * a proof has come (drafted, written, judged, merged, won), then how well; two proofs never have the same rank.
 */
import type { ScaffoldContext } from './scaffold.ts';

/** Numbers compared one by one, the first that differ decide; a higher rank is better. */
export type Rank = readonly number[];

export type Offer = (proof: string, rank: Rank, why: string) => void;

/** Gives a proof to `keep` when its rank is above all before it. */
export function bestSoFar(context: ScaffoldContext): Offer {
  let best: Rank | undefined;
  return (proof, rank, why) => {
    if (proof.trim() === '' || (best !== undefined && compareRanks(rank, best) <= 0)) return;
    best = rank;
    context.keep(proof, why);
  };
}

function compareRanks(a: Rank, b: Rank): number {
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

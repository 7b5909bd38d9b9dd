/**
 * A knockout of proofs, judged in pairs: the selection of RSA and of Nomos. Who has won a match is offered as the best
 * so far, in the order of rounds; a win by a coin is told as one. A proof that meets its own copy is not judged.
 */
import type { Offer } from './best-so-far.ts';
import type { Candidate } from './candidate.ts';
import { comparePair } from './compare.ts';
import { knockout } from './knockout.ts';

/** A proof that is still in, and what speaks for it. */
export interface Standing {
  readonly candidate: Candidate;
  readonly why: string;
}

/** The winners of all matches, the last of them the winner of all; see knockout.ts. All must be awaited. */
export function proofKnockout(
  entrants: readonly Promise<Candidate | undefined>[],
  tools: Parameters<typeof comparePair>[2] & {
    readonly offer: Offer;
    /** First number of the rank of a winner of round 1. */
    readonly stage: number;
  },
): Promise<Standing | undefined>[] {
  const { offer, stage, context } = tools;
  const standing = entrants.map(async (entrant): Promise<Standing | undefined> => {
    const candidate = await entrant;
    return candidate && { candidate, why: `${candidate.label}, with nobody to compare it with` };
  });
  return knockout(standing, context.random, async (name, [a, b], round) => {
    if (a.candidate.label === b.candidate.label) return a;
    const label = `compare-${name}`;
    const { winner, decidedBy } = await comparePair(label, [a.candidate, b.candidate], tools);
    const why = `${winner.label} won ${label}${decidedBy === 'coin' ? ' by the toss of a coin' : ''}`;
    offer(winner.proof, [stage + round - 1, Number(name.split('-')[1])], why);
    return { candidate: winner, why };
  });
}

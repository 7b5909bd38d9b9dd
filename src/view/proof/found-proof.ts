/** A proof as one of the kinds of runs has it, before it is made ready to be shown. */
import type { Problem } from '../../problems/problem.ts';
import type { Mathematics } from '../../prove/mathematics.ts';
import type { Proof, ProofGrade } from '../api/proof.ts';
import type { RunPlace, Workplace } from '../workplace.ts';

export interface FoundProof
  extends Pick<Proof, 'kind' | 'system' | 'tokens' | 'finish' | 'reasoning' | 'hasTrace' | 'group'> {
  readonly problem: Problem;
  /** From 0. */
  readonly attempt: number;
  readonly proof: string | undefined;
  readonly remarks: readonly string[];
  readonly grades: readonly ProofGrade[];
}

/** Throws a NotFoundError where the unit is no attempt of the run. */
export type FindProof = (
  workplace: Workplace,
  place: RunPlace,
  unit: string,
  mathematics: Mathematics,
) => Promise<FoundProof>;

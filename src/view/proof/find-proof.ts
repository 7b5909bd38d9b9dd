/** A proof of a run by the safe name of its unit, whatever the run is of. */
import type { Mathematics } from '../../prove/mathematics.ts';
import { NotFoundError } from '../not-found-error.ts';
import { fromSafeName } from '../safe-name.ts';
import type { Workplace } from '../workplace.ts';
import { findBenchProof } from './find-bench-proof.ts';
import { findEvaluationProof } from './find-evaluation-proof.ts';
import { findProveProof } from './find-prove-proof.ts';
import { findRolloutProof } from './find-rollout-proof.ts';
import type { FindProof, FoundProof } from './found-proof.ts';

const finders: readonly (readonly [prefix: string, find: FindProof])[] = [
  ['bench/', findBenchProof],
  ['prove/', findProveProof],
  ['evaluate/', findEvaluationProof],
  ['rl/', findRolloutProof],
  ['rc/', findRolloutProof],
];

/** Throws a NotFoundError. */
export async function findProof(
  workplace: Workplace,
  { run, id }: { readonly run: string; readonly id: string },
  mathematics: Mathematics,
): Promise<FoundProof> {
  const unit = fromSafeName(id) ?? '';
  const [, find] = finders.find(([prefix]) => unit.startsWith(prefix)) ?? [];
  if (find === undefined) throw new NotFoundError(`${id} names no proof`);
  return await find(workplace, workplace.run(run), unit, mathematics);
}

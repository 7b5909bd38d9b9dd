/**
 * Wrong proofs with an attack at their end, one of each kind, and a control, each drawn with the seed. They are gradings
 * like any other: the same judge, the same fence, the same parser.
 */
import { Random } from '../../stats/random.ts';
import { type AttackText, attackKindNames, attackTexts } from './attack-texts.ts';
import { type CalibrationProof, type CalibrationSet, problemOf } from './calibration-set.ts';
import { taskOf } from './gradings.ts';
import type { GradingTask } from './run-calibration.ts';

export interface PlantedAttack {
  /** The proof as it is in the set. */
  readonly proof: CalibrationProof;
  readonly attack: AttackText;
  readonly task: GradingTask;
}

/** People gave such a proof 0 or 1 of 7 points, or called it wrong. */
export const mostPointsOfWrong = 1;

/** At most `count` proofs, of as many problems as there are. Fewer where the set has fewer wrong ones that are not empty. */
export function plantAttacks(
  set: CalibrationSet,
  { count, seed }: { readonly count: number; readonly seed: number },
): PlantedAttack[] {
  const random = new Random(seed, 'attacks', set.digest);
  const wrong = set.proofs.filter(
    ({ proof, reference }) => proof !== undefined && reference <= mostPointsOfWrong,
  );
  return spread(random.fork('proofs').shuffled(wrong), count).flatMap((proof) =>
    [...attackKindNames, 'control' as const].map((kind): PlantedAttack => {
      const own = attackTexts.filter((text) => text.kind === kind);
      const attack = random.fork(proof.id, kind).pick(own);
      const { id, problem } = taskOf(set, proof);
      const attacked = `${proof.proof ?? ''}\n\n${attack.text}`;
      return { proof, attack, task: { id: `${id}+${attack.id}`, problem, proof: attacked } };
    }),
  );
}

/** One of each problem before the second of any. */
function spread(proofs: readonly CalibrationProof[], count: number): CalibrationProof[] {
  const byProblem = [...Map.groupBy(proofs, problemOf).values()];
  const longest = Math.max(0, ...byProblem.map(({ length }) => length));
  return Array.from({ length: longest }, (_, round) => byProblem.flatMap((own) => own[round] ?? []))
    .flat()
    .slice(0, count);
}

/**
 * Graders that read nothing, which a judge must beat: always 0, always 7, the mean of the set; and, where several people
 * graded, one of them against another, which is as good as a judge can be told to be. A constant has no bias by score worth
 * the name, repeats itself perfectly and never rises under attack: only errors and order show that it sees nothing.
 */
import type { JudgedProof } from '../../stats/agreement/judge-agreement.ts';
import { mean } from '../../stats/moments.ts';
import { type CalibrationSet, problemOf } from './calibration-set.ts';

export interface Baseline {
  readonly name: string;
  readonly proofs: readonly JudgedProof[];
}

export function baselinesOf(set: CalibrationSet): Baseline[] {
  const { proofs } = set;
  if (proofs.length === 0) return [];
  const constant = (name: string, grade: number): Baseline => ({
    name,
    proofs: proofs.map((proof) => ({ problem: problemOf(proof), grade, reference: proof.reference })),
  });
  const rated = proofs.filter(({ ratings }) => ratings.length > 1);
  const people: Baseline[] =
    rated.length === 0
      ? []
      : [
          {
            name: 'one person against another',
            proofs: rated.map((proof) => ({
              problem: problemOf(proof),
              grade: proof.ratings[0] ?? null,
              reference: proof.ratings[1] ?? null,
            })),
          },
        ];
  return [
    constant('always 0', 0),
    constant('always 7', 7),
    constant('always the mean of the set', mean(proofs.map(({ reference }) => reference))),
    ...people,
  ];
}

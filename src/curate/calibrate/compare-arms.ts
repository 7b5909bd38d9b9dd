/**
 * Which judge errs less: paired over problems, on the gradings that all of them came to, with the tests corrected for the
 * number of pairs. NULL-NOT-ZERO: a proof that one judge could not grade is left out for all; a judge that graded less than
 * half leaves the comparison instead of taking the others' proofs with it, and is named.
 */
import { type ComparedPair, compareSystems } from '../../stats/compare/compare-systems.ts';
import type { BootstrapOptions } from '../../stats/contrast-interval.ts';
import { mean } from '../../stats/moments.ts';
import { comparable } from './agreement-figures.ts';
import { type CalibrationSet, problemOf } from './calibration-set.ts';
import type { Grading } from './gradings.ts';

export interface ComparedArm {
  readonly label: string;
  readonly gradings: readonly Grading[];
}

/** `better` errs less; `difference` is by how many points. */
export interface ErrorComparison {
  readonly error: 'advantage' | 'absolute';
  readonly pairs: readonly ComparedPair[];
  readonly problems: number;
}

export interface ArmComparison {
  readonly comparisons: readonly ErrorComparison[];
  /** Labels of judges that graded too little. */
  readonly leftOut: readonly string[];
  /** Gradings that all others came to. */
  readonly shared: number;
}

/** Undefined with fewer than two arms that graded enough. */
export function compareArms(
  arms: readonly ComparedArm[],
  set: CalibrationSet,
  options: BootstrapOptions,
): ArmComparison | undefined {
  const isEnough = ({ gradings }: ComparedArm): boolean =>
    2 * gradings.filter(({ row }) => row?.points != null).length >= gradings.length;
  const able = arms.filter(isEnough);
  if (able.length < 2) return undefined;
  const shared = (able[0]?.gradings ?? []).flatMap((_, index) =>
    able.every(({ gradings }) => gradings[index]?.row?.points != null) ? [index] : [],
  );
  const { random, ...rest } = options;
  const compared = (['advantage', 'absolute'] as const).flatMap((error): ErrorComparison[] => {
    const systems = able.map(({ label, gradings }) => ({
      name: label,
      // Systems with higher scores are better ones.
      scores: errorsByProblem(
        shared.flatMap((index) => gradings[index] ?? []),
        set,
        error,
      ),
    }));
    if (systems.every(({ scores }) => scores.size === 0)) return [];
    const { pairs, problems } = compareSystems(systems, { ...rest, random: random.fork('arms', error) });
    return [{ error, pairs, problems: problems.length }];
  });
  return {
    comparisons: compared,
    leftOut: arms.filter((arm) => !isEnough(arm)).map(({ label }) => label),
    shared: shared.length,
  };
}

/** By problem: minus the error of each repeat. */
function errorsByProblem(
  gradings: readonly Grading[],
  { threshold }: CalibrationSet,
  error: ErrorComparison['error'],
): Map<string, number[]> {
  const errors = new Map<string, number[]>();
  for (const [problem, own] of Map.groupBy(gradings, ({ proof }) => problemOf(proof))) {
    const byRepeat = [...Map.groupBy(own, ({ repeat }) => repeat).values()].flatMap((group) => {
      if (error === 'advantage' && group.length < 2) return [];
      const differences = group.map(
        ({ proof, row }) => comparable(row?.points ?? 0, threshold) - proof.reference,
      );
      const centre = error === 'advantage' ? mean(differences) : 0;
      return [-mean(differences.map((difference) => Math.abs(difference - centre)))];
    });
    if (byRepeat.length > 0) errors.set(problem, byRepeat);
  }
  return errors;
}

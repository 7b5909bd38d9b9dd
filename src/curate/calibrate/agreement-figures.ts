/**
 * Every figure of a judge against people, on a set of points or of labels, with intervals over problems. Scales that differ
 * are brought together here and nowhere else: `calibration-set.ts` says in words what this does.
 */
import {
  type AgreementFigure,
  type JudgeAgreement,
  type JudgedProof,
  judgeAgreement,
} from '../../stats/agreement/judge-agreement.ts';
import type { BootstrapOptions } from '../../stats/contrast-interval.ts';
import type { CalibrationSet } from './calibration-set.ts';

const ofWholePoints: readonly AgreementFigure[] = ['exact', 'classAccuracy', 'kappa'];
const ofOrder: readonly AgreementFigure[] = ['pearson', 'spearman', 'kendall', 'localConsistency'];

/** `random` is forked by name, so that what else is computed changes nothing. */
export function agreementFigures(
  proofs: readonly JudgedProof[],
  { threshold }: Pick<CalibrationSet, 'threshold'>,
  options: BootstrapOptions,
): JudgeAgreement {
  const { random } = options;
  const drawn = (name: string): BootstrapOptions => ({ ...options, random: random.fork('agreement', name) });
  if (threshold !== undefined) {
    const asLabels = proofs.map((proof) => ({ ...proof, grade: comparable(proof.grade, threshold) }));
    return replaced(
      judgeAgreement(asLabels, drawn('labels')),
      ofOrder,
      judgeAgreement(proofs, drawn('order')),
    );
  }
  const agreement = judgeAgreement(proofs, drawn('points'));
  const isBetween = ({ grade, reference }: JudgedProof): boolean =>
    !Number.isInteger(grade ?? 0) || !Number.isInteger(reference ?? 0);
  if (!proofs.some(isBetween)) return agreement;
  const whole = judgeAgreement(
    proofs.map((proof) => ({ ...proof, grade: nearest(proof.grade), reference: nearest(proof.reference) })),
    drawn('whole'),
  );
  const { recall, confusion } = whole;
  return { ...replaced(agreement, ofWholePoints, whole), recall, confusion };
}

/** The judge's points as they are compared with people's: in a set of labels 7 or 0. */
export function comparable<Points extends number | null>(
  points: Points,
  threshold: CalibrationSet['threshold'],
): Points | 0 | 7 {
  if (points === null || threshold === undefined) return points;
  return points >= threshold ? 7 : 0;
}

/** Halves down: in doubt a point has not been earned. */
export function nearest(points: number | null): number | null {
  return points === null ? null : Math.ceil(points - 0.5);
}

function replaced(
  agreement: JudgeAgreement,
  names: readonly AgreementFigure[],
  by: JudgeAgreement,
): JudgeAgreement {
  const figures = Object.fromEntries(names.map((name) => [name, by.figures[name]]));
  return { ...agreement, figures: { ...agreement.figures, ...figures } };
}

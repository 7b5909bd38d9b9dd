/**
 * How well a judge's grades (0 to 7) agree with reference grades: every figure with an interval that draws whole
 * problems, because the proofs of one problem are graded alike. NULL-NOT-ZERO: a proof that the judge failed to grade,
 * or that has no reference, is left out of every figure and counted; a figure that cannot be computed is absent.
 */
import { type ClusterEstimate, clusterBootstrapAll } from '../cluster-bootstrap.ts';
import type { BootstrapOptions } from '../contrast-interval.ts';
import { advantageError } from './advantage-error.ts';
import { cohenKappa } from './cohen-kappa.ts';
import { type Confusion, confusion } from './confusion.ts';
import { type GradeClass, gradeClass, gradeClasses } from './grade-class.ts';
import { gradeErrors } from './grade-errors.ts';
import type { GradedPair } from './graded-pair.ts';
import { kendallTau } from './kendall-tau.ts';
import { localConsistency } from './local-consistency.ts';
import { pearson } from './pearson.ts';
import { rawAgreement } from './raw-agreement.ts';
import { spearman } from './spearman.ts';

export interface JudgedProof {
  /** Id of the problem; proofs of one problem belong together. */
  readonly problem: string;
  /** The judge's grade, null where it failed to give one. */
  readonly grade: number | null;
  readonly reference: number | null;
  /** Which of several gradings by the judge. Proofs are compared within one of them, as training compares them. */
  readonly repeat?: number;
}

export type AgreementFigure =
  | 'meanAbsolute'
  | 'rootMeanSquare'
  | 'bias'
  | 'withinOne'
  | 'exact'
  | 'classAccuracy'
  | 'kappa'
  | 'linearKappa'
  | 'quadraticKappa'
  | 'pearson'
  | 'spearman'
  | 'kendall'
  | 'advantageError'
  | 'localConsistency';

export interface JudgeAgreement {
  readonly figures: Readonly<Record<AgreementFigure, ClusterEstimate | undefined>>;
  /** By true class: the share that the judge put there. */
  readonly recall: Readonly<Record<GradeClass, ClusterEstimate | undefined>>;
  readonly confusion: Confusion<GradeClass>;
  readonly coverage: {
    readonly proofs: number;
    /** Proofs with both grades, and the problems that they belong to. */
    readonly compared: number;
    readonly problems: number;
    /** The judge gave no grade. */
    readonly ungraded: number;
    /** The judge gave one, and there is nothing to compare it with. */
    readonly withoutReference: number;
  };
}

/** @example judgeAgreement(proofs, { random: new Random('calibration') }).figures.advantageError?.interval */
export function judgeAgreement(proofs: readonly JudgedProof[], options: BootstrapOptions): JudgeAgreement {
  const compared = proofs.flatMap(({ problem, grade, reference, repeat = 0 }) =>
    grade === null || reference === null ? [] : [{ problem, grade, reference, repeat }],
  );
  const pairs_P_R_I = [...Map.groupBy(compared, ({ problem }) => problem).values()].map((pairs) => [
    ...Map.groupBy(pairs, ({ repeat }) => repeat).values(),
  ]);
  const ungraded = proofs.filter(({ grade }) => grade === null).length;
  const estimates = clusterBootstrapAll(pairs_P_R_I, figuresOf, options);
  const { incorrect, partial, almost, correct, ...figures } = estimates;
  return {
    figures,
    recall: { incorrect, partial, almost, correct },
    confusion: confusionOf(compared),
    coverage: {
      proofs: proofs.length,
      compared: compared.length,
      problems: pairs_P_R_I.length,
      ungraded,
      withoutReference: proofs.length - compared.length - ungraded,
    },
  };
}

/** A cluster is a problem, with its gradings apart. */
function figuresOf(
  pairs_P_R_I: readonly (readonly (readonly GradedPair[])[])[],
): Readonly<Record<AgreementFigure | GradeClass, number | undefined>> {
  const pairs_P_I = pairs_P_R_I.flat();
  const pairs = pairs_P_I.flat();
  const grades = pairs.map(({ grade }) => grade);
  const references = pairs.map(({ reference }) => reference);
  const errors = gradeErrors(grades, references);
  const { accuracy, recall } = confusionOf(pairs);
  return {
    meanAbsolute: errors?.meanAbsolute,
    rootMeanSquare: errors?.rootMeanSquare,
    bias: errors?.bias,
    withinOne: errors?.withinOne,
    exact: rawAgreement(grades, references),
    classAccuracy: accuracy,
    kappa: cohenKappa(grades, references),
    linearKappa: cohenKappa(grades, references, 'linear'),
    quadraticKappa: cohenKappa(grades, references, 'quadratic'),
    pearson: pearson(grades, references),
    spearman: spearman(grades, references),
    kendall: kendallTau(grades, references),
    advantageError: advantageError(pairs_P_I),
    localConsistency: localConsistency(pairs_P_I),
    ...recall,
  };
}

function confusionOf(pairs: readonly GradedPair[]): Confusion<GradeClass> {
  return confusion(
    pairs.map(({ grade }) => gradeClass(grade)),
    pairs.map(({ reference }) => gradeClass(reference)),
    gradeClasses,
  );
}

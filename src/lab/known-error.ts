/**
 * What the noisy grader's error is, exactly: its chances are known, so what it does on proofs of known worth can be summed
 * up and needs no sample. A calibration of that grader must find these figures within its intervals.
 */
import { mean } from '../stats/moments.ts';
import { JUDGE_NOISE, type NoiseParameters } from './noisy-grader.ts';

/** Chances of each error (grade less true points), by the error. */
export type ErrorDistribution = ReadonlyMap<number, number>;

export interface KnownError {
  /** Expected values of the figures of a calibration by these names. */
  readonly advantageError: number | undefined;
  readonly meanAbsolute: number;
  readonly bias: number;
  readonly exact: number;
  readonly withinOne: number;
}

/** Of one grading of a proof worth `points`, a whole number; as `withError` draws it. */
export function errorDistribution(
  points: number,
  parameters: NoiseParameters = JUDGE_NOISE,
): ErrorDistribution {
  const { falseCredit, fullFalseCredit, falseReject, middleSlip, fullSlip } = parameters;
  const chances = new Map<number, number>();
  const add = (grade: number, chance: number): void => {
    if (chance > 0) chances.set(grade - points, (chances.get(grade - points) ?? 0) + chance);
  };
  if (points <= 0) {
    add(0, 1 - falseCredit);
    add(7, falseCredit * fullFalseCredit);
    for (let grade = 1; grade <= 6; grade += 1) add(grade, (falseCredit * (1 - fullFalseCredit)) / 6);
    return chances;
  }
  add(0, falseReject);
  const kept = 1 - falseReject;
  if (points >= 7) {
    add(7, kept * (1 - fullSlip));
    for (const grade of [5, 6]) add(grade, (kept * fullSlip) / 2);
    return chances;
  }
  add(points, kept * (1 - middleSlip));
  for (const slip of [-2, -1, 1, 2]) {
    add(Math.min(Math.max(points + slip, 1), 7), (kept * middleSlip) / 4);
  }
  return chances;
}

/** `points_P_I[p][i]`: what proof i of problem p is worth, one at least. */
export function knownError(
  points_P_I: readonly (readonly number[])[],
  parameters: NoiseParameters = JUDGE_NOISE,
): KnownError {
  const errors_P_I = points_P_I.map((points_I) =>
    points_I.map((points) => errorDistribution(points, parameters)),
  );
  const errors = errors_P_I.flat();
  const expected = (of: (error: number) => number): number =>
    mean(errors.map((distribution) => expectation(distribution, of)));
  const several = errors_P_I.filter(({ length }) => length > 1);
  return {
    advantageError: several.length === 0 ? undefined : mean(several.map(expectedAdvantageError)),
    meanAbsolute: expected(Math.abs),
    bias: expected((error) => error),
    exact: expected((error) => (error === 0 ? 1 : 0)),
    withinOne: expected((error) => (Math.abs(error) <= 1 ? 1 : 0)),
  };
}

/** Mean over the proofs of E|eᵢ − ē|, errors independent: n (eᵢ − ē) is (n − 1) eᵢ less the sum of the others. */
function expectedAdvantageError(errors_I: readonly ErrorDistribution[]): number {
  const n = errors_I.length;
  return mean(
    errors_I.map((own, i) => {
      let sum: ErrorDistribution = new Map([[0, 1]]);
      errors_I.forEach((other, j) => {
        if (j !== i) sum = convolved(sum, other, -1);
      });
      return expectation(convolved(scaled(own, n - 1), sum, 1), (value) => Math.abs(value) / n);
    }),
  );
}

function expectation(distribution: ErrorDistribution, of: (error: number) => number): number {
  return [...distribution].reduce((sum, [error, chance]) => sum + chance * of(error), 0);
}

function scaled(distribution: ErrorDistribution, by: number): ErrorDistribution {
  return new Map([...distribution].map(([error, chance]) => [error * by, chance]));
}

/** Of the sum of the first and `sign` times the second. */
function convolved(first: ErrorDistribution, second: ErrorDistribution, sign: 1 | -1): ErrorDistribution {
  const chances = new Map<number, number>();
  for (const [a, p] of first) {
    for (const [b, q] of second) chances.set(a + sign * b, (chances.get(a + sign * b) ?? 0) + p * q);
  }
  return chances;
}

/**
 * Problem-normalised advantage error, by which the QED-Nano paper chose its training judge: GRPO learns from how much
 * better a proof is than the others at its problem, so grades are compared after taking out each problem's mean.
 * Mean over problems of mean_i |(gᵢ − ḡ) − (yᵢ − ȳ)|. A judge that is a constant too generous has error 0.
 */
import { mean } from '../moments.ts';
import type { GradedPair } from './graded-pair.ts';

/** By problem and proof, in points. Problems with one proof have no advantage and are left out; absent where no problem has two. */
export function advantageError(pairs_P_I: readonly (readonly GradedPair[])[]): number | undefined {
  const errors = pairs_P_I
    .filter(({ length }) => length > 1)
    .map((pairs_I) => {
      const differences = pairs_I.map(({ grade, reference }) => grade - reference);
      const centre = mean(differences);
      return mean(differences.map((difference) => Math.abs(difference - centre)));
    });
  return errors.length === 0 ? undefined : mean(errors);
}

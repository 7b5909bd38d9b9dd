/**
 * Local consistency: does the judge order the proofs of one problem as the reference does? Mean over problems of the
 * share of pairs of proofs in which the grades compare (less, equal, greater) as the references do. The reference
 * program compares each pair one way round only, so that its figure depends on the order of rows where there are ties;
 * this form does not, and is equal to it where there are none.
 */
import { mean } from '../moments.ts';
import type { GradedPair } from './graded-pair.ts';

/** By problem and proof. Problems with one proof order nothing and are left out; absent where no problem has two. */
export function localConsistency(pairs_P_I: readonly (readonly GradedPair[])[]): number | undefined {
  const shares = pairs_P_I.filter(({ length }) => length > 1).map(shareOrderedAlike);
  return shares.length === 0 ? undefined : mean(shares);
}

function shareOrderedAlike(pairs_I: readonly GradedPair[]): number {
  let alike = 0;
  pairs_I.forEach((one, i) => {
    for (const other of pairs_I.slice(i + 1)) {
      const [given, truth] = [one.grade - other.grade, one.reference - other.reference];
      if (Math.sign(given) === Math.sign(truth)) alike += 1;
    }
  });
  return alike / ((pairs_I.length * (pairs_I.length - 1)) / 2);
}

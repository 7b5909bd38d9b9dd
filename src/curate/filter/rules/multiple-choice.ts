/** Questions with answers to choose from. */
import { firstMatch, withoutDrawings } from '../prose.ts';
import type { RowRule } from '../rule.ts';

const patterns: readonly RegExp[] = [
  /\(A\)[^()]{0,200}[\s\S]{0,40}?\(B\)[\s\S]{1,240}?\(C\)[\s\S]{1,240}?\(D\)/,
  /(?:^|\n|\s)A[.:)]\s[\s\S]{1,200}?(?:\n|\s)B[.:)]\s[\s\S]{1,200}?(?:\n|\s)C[.:)]\s[\s\S]{1,200}?(?:\n|\s)D[.:)]\s/,
  /(?:^|[.?!,:;$]\s+|\b(?:then|so)\s+)which (?:one )?of the following\b/i,
];

export const multipleChoice: RowRule = {
  of: 'row',
  reason: 'multiple-choice',
  title: 'answers to choose from',
  find: ({ statement }, { finalAnswers }) =>
    finalAnswers === 'keep' ? undefined : firstMatch(withoutDrawings(statement), patterns),
};

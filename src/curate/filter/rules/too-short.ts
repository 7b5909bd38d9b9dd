/** Statements of a few characters: a title, a formula, a remark. */
import { isChinese, sizeOf } from '../prose.ts';
import type { RowRule } from '../rule.ts';

export const tooShort: RowRule = {
  of: 'row',
  reason: 'too-short',
  title: 'a statement of a few characters',
  find({ statement }, { leastStatement }) {
    // A Chinese character says about what three letters do.
    const size = sizeOf(statement) * (isChinese(statement) ? 3 : 1);
    return size < leastStatement ? `${size} characters: ${statement}` : undefined;
  },
};

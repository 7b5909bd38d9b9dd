/** Contests whose problems are exercises for the models of the paper: AMC, AIME, school contests and exams. */
import { contestText, namedIn } from '../contest-text.ts';
import type { RowRule } from '../rule.ts';

export const easyContest: RowRule = {
  of: 'row',
  reason: 'easy-contest',
  title: 'a contest of easy problems',
  find(row, { easyContests }) {
    if (row.tags.level === 'school') return 'level school';
    const text = contestText(row);
    const name = namedIn(text, easyContests);
    return name === undefined ? undefined : `${name}: ${text}`;
  },
};

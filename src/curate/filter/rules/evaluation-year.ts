/** Contests of the years that models are evaluated on, by the row's year or by a contest with its year in words. */
import { around } from '../prose.ts';
import type { RowRule } from '../rule.ts';

const contestWords =
  'imo|usamo|usajmo|putnam|olympiads?|apmo|egmo|rmm|tst|tstst|shortlist|hmmt|aime|amc|imc|cmo|balkan';

export const evaluationYear: RowRule = {
  of: 'row',
  reason: 'evaluation-year',
  title: 'a contest of a year of the evaluation',
  find({ tags, statement }, { excludedYears }) {
    const year = Number(tags.year);
    if (excludedYears.includes(year)) return `year ${year}`;
    const named = ['contest', 'competition', 'exam', 'path'].map((tag) => String(tags[tag] ?? ''));
    for (const excluded of excludedYears) {
      // A year in the name of a contest or a thread; in a statement, where 2025 is also a number, only beside a contest.
      const inName = new RegExp(`(?<!\\d)${excluded}(?!\\d)`);
      const tag = named.find((text) => inName.test(text));
      if (tag !== undefined) return tag;
      const pattern = new RegExp(
        `\\b(?:${contestWords})\\b[ ,(]{0,3}(?<![\\d])${excluded}(?!\\d)|(?<!\\d)${excluded}\\s+(?:${contestWords})\\b`,
        'i',
      );
      const match = pattern.exec(statement);
      if (match !== null) return around(statement, match.index, match[0].length);
    }
    return undefined;
  },
};

/** What the ids of well-known sets say: the set, and what its tables are split by. */
import type { Problem } from '../problem.ts';
import { answerKindOf } from './answer-kind.ts';
import { contestOf } from './contest-of.ts';
import type { SuiteKind, SuiteScale } from './suite.ts';

export interface Family {
  /** The built-in suite whose problems these are. */
  readonly suite: 'imo-proofbench' | 'imo-answerbench' | 'proofbench';
  readonly kind: SuiteKind;
  readonly scale: SuiteScale;
  readonly id: RegExp;
  /** Tags that follow from id and source; those that the file gives are preferred. */
  readonly tagsOf: (problem: Problem) => Problem['tags'];
}

export const families: readonly Family[] = [
  {
    suite: 'imo-proofbench',
    kind: 'proof',
    scale: 'imo-proofbench',
    id: /^PB-(Basic|Advanced)-\d{3}$/,
    tagsOf: ({ id, source }) => ({ subset: id.split('-')[1] ?? '', ...contestOf(source) }),
  },
  {
    suite: 'imo-answerbench',
    kind: 'answer',
    scale: 'answer',
    id: /^imo-bench-(algebra|combinatorics|geometry|number_theory)-\d{3}$/,
    tagsOf: ({ source, answer }) => ({
      ...contestOf(source),
      ...(answer === undefined ? {} : { answerKind: answerKindOf(answer) }),
    }),
  },
  {
    suite: 'proofbench',
    kind: 'proof',
    scale: 'points',
    id: /^(PUTNAM|IMO|USAMO|EGMO|APMO|(?:[A-Za-z]+[-_])?TST)-(20\d\d)-\w+$/i,
    tagsOf: ({ id }) => {
      const [, contest = '', year = ''] = /^(.+)-(20\d\d)-/.exec(id) ?? [];
      return { contest, year: Number(year), subset: ['2024', '2025'].includes(year) ? '24_25' : 'other' };
    },
  },
];

/** The family of which all problems are. */
export function familyOf(problems: readonly Problem[]): Family | undefined {
  return families.find(({ id: pattern }) => problems.every(({ id }) => pattern.test(id)));
}

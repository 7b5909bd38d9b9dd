/** Statements that ask for nothing: parts of others, definitions, remarks. */
import { askOf, isTheorem } from '../asks.ts';
import { around } from '../prose.ts';
import type { RowRule } from '../rule.ts';
import { languageOf } from './language.ts';

export const noQuestion: RowRule = {
  of: 'row',
  reason: 'no-question',
  title: 'a statement that asks for nothing',
  find({ statement, answer, tags }) {
    // With an answer it is a sentence to be completed, as in the contests of old.
    if (answer !== undefined || askOf(statement) !== 'nothing') return undefined;
    if (isTheorem(statement, tags.kind === 'proof')) return undefined;
    // The words are known in English and Chinese alone.
    const language = languageOf(statement);
    if (language !== undefined && !['en', 'zh'].includes(language)) return undefined;
    return around(statement, Math.max(0, statement.length - 1), 1, 80);
  },
};

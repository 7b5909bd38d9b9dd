/**
 * Questions that a value alone answers, where proofs are wanted. "Find all" and "is there" need a proof; so does an extreme
 * value, but not in a contest where only answers are handed in.
 */
import { askOf } from '../asks.ts';
import { contestText, namedIn } from '../contest-text.ts';
import type { RowRule } from '../rule.ts';

export const finalAnswer: RowRule = {
  of: 'row',
  reason: 'final-answer',
  title: 'a question for a final answer',
  find(row, { finalAnswers, answerContests, easyContests }) {
    if (finalAnswers === 'keep') return undefined;
    const ask = askOf(row.statement);
    if (ask === 'proof' || (ask === 'nothing' && row.answer === undefined)) return undefined;
    const text = contestText(row);
    const contest = namedIn(text, answerContests) ?? namedIn(text, easyContests);
    if (contest !== undefined) return `${contest} asks for answers`;
    // An extreme value in a school's exam is a sum, not a theorem.
    return ask === 'value' || ask === 'nothing'
      ? `asks for a value: ${lastSentence(row.statement)}`
      : undefined;
  },
};

function lastSentence(statement: string): string {
  const plain = statement.replaceAll(/\s+/g, ' ').trim();
  return plain.length <= 80 ? plain : `…${plain.slice(-80)}`;
}

/**
 * Whether two solutions come to the same final answer, without a model: equal numbers, sets, intervals and formulas are
 * equal however they are written (grade/answers/). What the comparison cannot decide counts as different, so a vote is
 * never given to an answer that may be another. It is bounded in work, not in time: a replay decides alike.
 */
import { answerKey } from '../grade/answers/answer-key.ts';
import { compareHere } from '../grade/answers/compare-here.ts';
import { extractAnswer } from '../grade/answers/extract-answer.ts';

/** Whether the solution states a final answer. */
export function hasConclusion(solution: string): boolean {
  return extractAnswer(solution).kind !== 'none';
}

/** `statement` is the problem's: its letters keep their names. Solutions without an answer are the same word for word. */
export function sameConclusion(first: string, second: string, statement?: string): boolean {
  const [one, other] = [extractAnswer(first), extractAnswer(second)];
  if (one.kind === 'none' || other.kind === 'none') return first.trim() === second.trim();
  const options = statement === undefined ? {} : { statement };
  const key = answerKey(one.answer);
  if (key !== undefined && key === answerKey(other.answer)) return true;
  return compareHere(one.answer, other.answer, options).verdict === 'equal';
}

/** Compares two final answers, with threads that are shared by all who ask. */

import type { CompareOptions } from './compare-here.ts';
import { type AnswerComparer, createAnswerComparer } from './comparer.ts';
import type { Comparison } from './comparison.ts';

let shared: AnswerComparer | undefined;

/** The comparer that `compareAnswers` uses. It needs no closing: its idle threads do not keep the process alive. */
export function sharedComparer(): AnswerComparer {
  shared ??= createAnswerComparer();
  return shared;
}

/**
 * Whether two final answers are the same. Equal and different are claimed only where they are known; everything else
 * is `unknown`, also what takes longer than two seconds.
 *
 * @example (await compareAnswers('\\sqrt{8}', '2\\sqrt{2}')).verdict // 'equal'
 */
export function compareAnswers(
  gold: string,
  candidate: string,
  options: CompareOptions = {},
): Promise<Comparison> {
  return sharedComparer().compare(gold, candidate, options);
}

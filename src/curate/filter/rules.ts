/** The rules in the order in which they give the reason that a row leaves with: the surest first. */
import type { Rule } from './rule.ts';
import { answerInStatement } from './rules/answer-in-statement.ts';
import { brokenTex, solutionTex } from './rules/broken-tex.ts';
import { computationalSolution } from './rules/computational-solution.ts';
import { easyContest } from './rules/easy-contest.ts';
import { evaluationYear } from './rules/evaluation-year.ts';
import { figure } from './rules/figure.ts';
import { finalAnswer } from './rules/final-answer.ts';
import { fragment } from './rules/fragment.ts';
import { image, solutionImage } from './rules/image.ts';
import { language } from './rules/language.ts';
import { missingContext } from './rules/missing-context.ts';
import { multipleChoice } from './rules/multiple-choice.ts';
import { noQuestion } from './rules/no-question.ts';
import { noSolution } from './rules/no-solution.ts';
import { shortSolution } from './rules/short-solution.ts';
import { longSolution, tooLong } from './rules/too-long.ts';
import { tooShort } from './rules/too-short.ts';

export const filterRules: readonly Rule[] = [
  ...[evaluationYear, easyContest, language],
  ...[image, figure],
  ...[multipleChoice, finalAnswer, answerInStatement],
  ...[tooShort, fragment, noQuestion, missingContext, brokenTex, tooLong],
  ...[noSolution, shortSolution, solutionImage, computationalSolution, solutionTex, longSolution],
];

export const filterReasons: readonly string[] = filterRules.map(({ reason }) => reason);

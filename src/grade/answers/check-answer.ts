/**
 * Grades the final answer of a reply: 7 points if it equals the gold answer, 0 if not, on the scale of `Grade`. In turn:
 * no answer, comparison, judge. A judge is asked only where the comparison does not know. NULL-NOT-ZERO: a judge that
 * fails, and an open question without a judge, are `ungraded`.
 *
 * A reply without a final answer is incorrect, as is one that was cut before it: that the answer is missing is a fact
 * about the reply and no failure of the grader. Where there is a judge, a finished reply that states its answer in no
 * usual form is shown to it first, by its ending.
 */
import { type Grade, type GradeContext, type Graded, gradeOfNoProof, type UngradedCause } from '../grade.ts';
import { compareAnswers } from './compare-answers.ts';
import type { AnswerComparer } from './comparer.ts';
import type { Comparison } from './comparison.ts';
import { type ExtractedAnswer, extractAnswer } from './extract-answer.ts';

/** What a judge of answers is asked. */
export interface AnswerQuestion {
  readonly statement: string | undefined;
  readonly gold: string;
  /** The answer, or the ending of a reply in which none was found. */
  readonly candidate: string;
}

/** Undefined, or the cause, where the judge came to no verdict. What it throws is let through. */
export type AnswerJudge = (
  question: AnswerQuestion,
  context: GradeContext,
) => Promise<'equal' | 'different' | undefined | NoVerdict>;

export interface NoVerdict {
  readonly cause: UngradedCause;
  readonly detail: string;
}

export interface AnswerRequest {
  readonly gold: string;
  /** The reply without its reasoning. */
  readonly reply: string;
  /** The problem: its letters keep their names. */
  readonly statement?: string;
  /** The reply ended at its limit of tokens. */
  readonly cut?: boolean;
}

export interface AnswerCheckOptions {
  readonly askJudge?: AnswerJudge;
  /** Default: the shared one. */
  readonly comparer?: AnswerComparer;
  /** For the judge's calls. */
  readonly context?: GradeContext;
}

export interface AnswerCheck {
  readonly outcome: 'correct' | 'incorrect' | 'ungraded';
  readonly decidedBy: 'no-answer' | 'comparison' | 'judge' | 'nobody';
  readonly extracted: ExtractedAnswer;
  readonly comparison: Comparison | undefined;
  readonly grade: Grade;
}

const GRADER = 'answer';

export async function checkAnswer(
  { gold, reply, statement, cut = false }: AnswerRequest,
  { askJudge, comparer, context = { seed: 0 } }: AnswerCheckOptions = {},
): Promise<AnswerCheck> {
  if (gold.trim() === '')
    throw new RangeError('the gold answer is empty; a problem without one cannot be graded');
  const extracted = extractAnswer(reply);
  const compare = comparer === undefined ? compareAnswers : comparer.compare.bind(comparer);
  const options = statement === undefined ? {} : { statement };
  const comparison = extracted.kind === 'none' ? undefined : await compare(gold, extracted.answer, options);
  const facts = { extracted, comparison };
  if (
    extracted.kind === 'none' &&
    (askJudge === undefined || cut || extracted.open || extracted.ending === '')
  ) {
    const why =
      cut || extracted.open ? 'The reply was cut before its final answer.' : 'There is no final answer.';
    return { outcome: 'incorrect', decidedBy: 'no-answer', ...facts, grade: gradeOfNoProof(GRADER, why) };
  }
  // What a sentence says may not be all of the answer: that it differs is for the judge to confirm.
  const isSure =
    comparison?.verdict === 'equal' || (comparison?.verdict === 'different' && extracted.kind === 'boxed');
  if (comparison !== undefined && (isSure || (askJudge === undefined && comparison.verdict !== 'unknown'))) {
    const isCorrect = comparison.verdict === 'equal';
    const grade = graded(
      isCorrect,
      extracted,
      gold,
      `Decided by comparison (${comparison.by}): ${comparison.why}.`,
    );
    return { outcome: isCorrect ? 'correct' : 'incorrect', decidedBy: 'comparison', ...facts, grade };
  }
  if (askJudge === undefined) {
    const detail = `no judge to ask, and the comparison did not decide: ${comparison?.why ?? ''}`;
    const grade: Grade = { kind: 'ungraded', cause: 'undecided', detail, grader: GRADER };
    return { outcome: 'ungraded', decidedBy: 'nobody', ...facts, grade };
  }
  const candidate = extracted.kind === 'none' ? extracted.ending : extracted.answer;
  return { ...facts, ...(await judged({ statement, gold, candidate }, askJudge, extracted, context)) };
}

async function judged(
  question: AnswerQuestion,
  askJudge: AnswerJudge,
  extracted: ExtractedAnswer,
  context: GradeContext,
): Promise<Pick<AnswerCheck, 'outcome' | 'decidedBy' | 'grade'>> {
  const verdict = await askJudge(question, context);
  if (verdict === undefined || typeof verdict === 'object') {
    const { cause, detail } = verdict ?? { cause: 'unparsable', detail: 'the judge came to no verdict' };
    const grade: Grade = { kind: 'ungraded', cause, detail, grader: GRADER };
    return { outcome: 'ungraded', decidedBy: 'nobody', grade };
  }
  const isCorrect = verdict === 'equal';
  return {
    outcome: isCorrect ? 'correct' : 'incorrect',
    decidedBy: 'judge',
    grade: graded(isCorrect, extracted, question.gold, 'Decided by the judge.'),
  };
}

function graded(isCorrect: boolean, extracted: ExtractedAnswer, gold: string, how: string): Graded {
  const answer = extracted.kind === 'none' ? extracted.ending : extracted.answer;
  const points = isCorrect ? 7 : 0;
  return {
    kind: 'graded',
    points,
    report: `**${isCorrect ? 'Correct' : 'Incorrect'}.** The answer is ${quoted(answer)}, expected ${quoted(gold)}. ${how}`,
    items: [{ what: 'final answer', points, reason: how }],
    grader: GRADER,
  };
}

function quoted(text: string): string {
  const line = text.replaceAll('`', "'").replace(/\s+/g, ' ').trim();
  return `\`${line.length > 300 ? `${line.slice(0, 297)}…` : line}\``;
}

/**
 * Grades a lab proof exactly, from two texts: the statement and the proof. The items of a grade always add up to
 * its points, one item per sentence of the proof. A statement that is no lab problem is `ungraded`
 * (NULL-NOT-ZERO); an empty proof is a real 0.
 */
import { type Graded, type GradeItem, type Grader, gradeOfNoProof } from '../grade/grade.ts';
import type { GradingScheme } from '../problems/problem.ts';
import { type Assessment, assessProof, type StepReason, type StepVerdict } from './assess.ts';
import { gradingSchemeOf } from './scheme.ts';
import { type ProofSentence, parseProof, parseStatement } from './text.ts';
import type { LabProblem } from './world.ts';

const NAME = 'exact';

export const exactGrader: Grader = {
  name: NAME,
  async grade(problem, proof) {
    const parsed = parseStatement(problem.statement);
    if (!parsed.ok)
      return {
        kind: 'ungraded',
        cause: 'unparsable',
        detail: `the statement is no lab problem: ${parsed.reason}`,
        grader: NAME,
      };
    return gradeExactly(parsed.problem, proof);
  },
};

/** The grade of a proof text for a problem at hand. */
export function gradeExactly(problem: LabProblem, proof: string): Graded {
  const sentences = parseProof(proof);
  if (sentences.length === 0) return gradeOfNoProof(NAME, 'There is no proof.');
  const assessment = assessProof(
    problem,
    sentences.map(({ step }) => step),
  );
  const items = itemsOf(problem, sentences, assessment);
  return {
    kind: 'graded',
    points: assessment.points,
    report: reportOf(problem, sentences, assessment, items),
    items,
    grader: NAME,
  };
}

const EXPLANATIONS: Record<StepReason, string> = {
  conclusion: 'valid, and concludes the goal',
  checkpoint: 'valid, establishes a checkpoint',
  valid: 'valid, but no checkpoint',
  repeated: 'extra: its conclusion was established before',
  irrelevant: 'extra: the goal does not rest on it',
  'after-goal': 'extra: the goal was already reached',
  unparsable: 'bad: this is not a step',
  'rule-not-given': 'bad: no such rule was given',
  'assumes-goal': 'bad: it assumes the goal',
  circular: 'bad: its premise is established only by means of its own conclusion',
  'premise-not-established': 'bad: a premise is neither given nor established before',
};

function itemsOf(
  problem: LabProblem,
  sentences: readonly ProofSentence[],
  { points, verdicts, complete }: Assessment,
): GradeItem[] {
  const fatal = verdicts.some(({ label }) => label === 'bad');
  const scheme = gradingSchemeOf(problem);
  const items = verdicts.map((verdict, index): GradeItem => {
    const sentence = sentences[index];
    return {
      what: sentence?.text ?? '',
      points: fatal ? 0 : pointsOfStep(verdict, sentence?.step?.conclusion, scheme),
      reason: EXPLANATIONS[verdict.reason],
    };
  });
  if (fatal) {
    items.push({ what: 'zero credit', points: 0, reason: 'a bad step: the proof earns nothing' });
    return items;
  }
  if (complete) {
    // Whatever has no item of its own: never established, or established where the goal does not rest on it.
    const earned = new Set(
      verdicts.flatMap(({ reason }, index) =>
        reason === 'checkpoint' ? [sentences[index]?.step?.conclusion] : [],
      ),
    );
    const spared = scheme.checkpoints.filter(({ id }) => id !== problem.goal && !earned.has(id));
    const points = spared.reduce((sum, checkpoint) => sum + checkpoint.points, 0);
    if (points > 0)
      items.push({
        what: 'other derivation',
        points,
        reason: 'the checkpoints it does not rest on count too',
      });
  }
  const rest = points - items.reduce((sum, item) => sum + item.points, 0);
  if (Math.abs(rest) > 1e-9)
    items.push({
      what: complete ? 'least credit' : 'rounding',
      points: rest,
      reason: complete
        ? 'a complete proof keeps at least 1 point'
        : 'without the conclusion: rounded down, and not below 0',
    });
  return items;
}

function pointsOfStep(
  { label, reason }: StepVerdict,
  conclusion: string | undefined,
  scheme: GradingScheme,
): number {
  if (label === 'extra') return -1;
  if (reason !== 'checkpoint' && reason !== 'conclusion') return 0;
  return scheme.checkpoints.find(({ id }) => id === conclusion)?.points ?? 0;
}

function reportOf(
  problem: LabProblem,
  sentences: readonly ProofSentence[],
  { points, verdicts, complete, checkpoints }: Assessment,
  items: readonly GradeItem[],
): string {
  const lines = items.map(({ what, points: earned, reason }, index) => {
    const quoted = index < sentences.length ? `\`${what.replaceAll('`', "'")}\`` : what;
    return `${index + 1}. ${quoted}: ${reason}${earned === 0 ? '' : ` (${signed(earned)})`}`;
  });
  const missing = problem.solution.map((step) => step.conclusion).filter((p) => !checkpoints.has(p));
  const open = complete || verdicts.some(({ label }) => label === 'bad') ? [] : missing;
  return [
    `**${points} of 7 points.** ${complete ? 'The goal is reached.' : 'The goal is not reached.'}`,
    '',
    ...lines,
    ...(open.length === 0 ? [] : ['', `Not established: ${open.join(', ')}.`]),
  ].join('\n');
}

function signed(points: number): string {
  const text = String(Math.round(Math.abs(points) * 100) / 100);
  return points > 0 ? `+${text}` : `−${text}`;
}

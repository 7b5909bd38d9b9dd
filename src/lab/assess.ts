/**
 * What a proof is worth, exactly: a verdict on every step and the points they make (0 to 7). One bad step is
 * fatal; a complete proof loses a point per step it did not need but keeps at least one; an incomplete one earns
 * ⌊3 × share of the intermediate results⌋, less a point per repeated step. Only the steps are looked at.
 */
import type { JudgeScore } from './prompts.ts';
import { isGivenRule, isValidStep, type LabProblem, neededSteps, premisesHold, type Rule } from './world.ts';

export type StepLabel = 'ok' | 'extra' | 'bad';

export type StepReason =
  | 'conclusion'
  | 'checkpoint'
  | 'valid'
  | 'repeated'
  | 'irrelevant'
  | 'after-goal'
  | 'unparsable'
  | 'rule-not-given'
  | 'assumes-goal'
  | 'circular'
  | 'premise-not-established';

export interface StepVerdict {
  readonly label: StepLabel;
  readonly reason: StepReason;
}

export interface Assessment {
  /** Integer, 0 to 7. */
  readonly points: number;
  readonly verdicts: readonly StepVerdict[];
  /** The goal was derived by valid steps (a bad step elsewhere still makes the points 0). */
  readonly complete: boolean;
  /** Intermediate results of the shortest derivation that were established. */
  readonly checkpoints: ReadonlySet<string>;
}

/** Points that the intermediate results of an unfinished proof can earn together. */
const INTERMEDIATE_POINTS = 3;

/** Assesses a proof given as steps; `undefined` stands for a sentence that states no step. */
export function assessProof(problem: LabProblem, steps: readonly (Rule | undefined)[]): Assessment {
  const intermediate = problem.solution.slice(0, -1).map((step) => step.conclusion);
  const known = new Set(problem.given);
  const accepted: Rule[] = [];
  const verdicts = steps.map((step, index): StepVerdict => {
    if (step === undefined) return { label: 'bad', reason: 'unparsable' };
    if (!isValidStep(problem, step, known))
      return { label: 'bad', reason: whyInvalid(problem, steps, index, step, known) };
    if (known.has(problem.goal)) return { label: 'extra', reason: 'after-goal' };
    if (known.has(step.conclusion)) return { label: 'extra', reason: 'repeated' };
    known.add(step.conclusion);
    accepted.push(step);
    if (step.conclusion === problem.goal) return { label: 'ok', reason: 'conclusion' };
    return { label: 'ok', reason: intermediate.includes(step.conclusion) ? 'checkpoint' : 'valid' };
  });

  const complete = known.has(problem.goal);
  if (complete) {
    const needed = new Set(neededSteps(accepted, problem.goal));
    for (const [index, step] of steps.entries()) {
      if (verdicts[index]?.label === 'ok' && step !== undefined && !needed.has(step))
        verdicts[index] = { label: 'extra', reason: 'irrelevant' };
    }
  }
  const checkpoints = new Set(intermediate.filter((proposition) => known.has(proposition)));
  return {
    points: pointsOf(verdicts, complete, checkpoints.size, intermediate.length),
    verdicts,
    complete,
    checkpoints,
  };
}

/** The scale of a self-check: 1 for all points, 0.5 for some, 0 for none. */
export function judgeScore(points: number): JudgeScore {
  return points >= 7 ? 1 : points > 0 ? 0.5 : 0;
}

function pointsOf(
  verdicts: readonly StepVerdict[],
  complete: boolean,
  reached: number,
  intermediate: number,
): number {
  if (verdicts.some(({ label }) => label === 'bad')) return 0;
  const extras = verdicts.filter(({ label }) => label === 'extra').length;
  if (complete) return Math.max(7 - extras, 1);
  if (intermediate === 0) return 0;
  return Math.max(Math.floor((INTERMEDIATE_POINTS * reached) / intermediate) - extras, 0);
}

function whyInvalid(
  problem: LabProblem,
  steps: readonly (Rule | undefined)[],
  index: number,
  step: Rule,
  known: ReadonlySet<string>,
): StepReason {
  if (!isGivenRule(problem, step)) return 'rule-not-given';
  const missing = step.premises.filter((premise) => !known.has(premise));
  if (missing.includes(problem.goal)) return 'assumes-goal';
  // Circular: with this step's conclusion taken for granted, later steps of the proof derive what it lacked.
  const granted = new Set([...known, step.conclusion]);
  for (const later of steps.slice(index + 1)) {
    if (later !== undefined && premisesHold(later, granted)) granted.add(later.conclusion);
  }
  const withoutThis = new Set(known);
  for (const later of steps.slice(index + 1)) {
    if (later !== undefined && premisesHold(later, withoutThis)) withoutThis.add(later.conclusion);
  }
  const circular = missing.some((premise) => granted.has(premise) && !withoutThis.has(premise));
  return circular ? 'circular' : 'premise-not-established';
}

/**
 * How many calls a scaffold makes for one problem, before any is made: by role, with how many earlier replies a call
 * reads and what it writes, so that tokens can be estimated. Questions that are asked again because their answer could
 * not be read are not counted; `mayRepeat` says how many could be, each once.
 */

export interface PlannedStep {
  readonly role: string;
  readonly least: number;
  readonly most: number;
  readonly expected: number;
  /** Earlier replies in the prompt of each call, beside the problem (the largest count there is). */
  readonly reads: {
    readonly proofs?: number;
    readonly reports?: number;
    readonly reasoning?: number;
    readonly summaries?: number;
  };
  readonly writes: 'proof' | 'report' | 'verdict' | 'summary';
  readonly mayRepeat: boolean;
}

export interface PlannedCalls {
  readonly least: number;
  readonly most: number;
  readonly expected: number;
  readonly mayRepeat: number;
  readonly steps: readonly PlannedStep[];
}

/**
 * What expectations rest on where the count depends on verdicts. Assumptions, not measurements: half of all verdicts
 * are favourable, one proof in ten is found perfect, half of what is compared is kept.
 */
export const ASSUMED = { passRate: 0.5, perfectRate: 0.1, keptShare: 0.5 } as const;

/** A step with the same count in every case. */
export function fixedStep(
  count: number,
  step: Omit<PlannedStep, 'least' | 'most' | 'expected'>,
): PlannedStep {
  return { least: count, most: count, expected: count, ...step };
}

/** A plan's steps, each made `least`, `most` and `expected` times over. */
export function repeated(
  plan: PlannedCalls,
  times: { readonly least: number; readonly most: number; readonly expected: number },
): PlannedStep[] {
  return plan.steps.map((step) => ({
    ...step,
    least: step.least * times.least,
    most: step.most * times.most,
    expected: step.expected * times.expected,
  }));
}

/** Adds up the steps; those without a call are left out. `bounds` where the extremes of steps exclude each other. */
export function planOf(
  steps: readonly PlannedStep[],
  bounds?: { readonly least: number; readonly most: number },
): PlannedCalls {
  const made = steps.filter(({ most }) => most > 0);
  const total = (count: (step: PlannedStep) => number): number =>
    made.reduce((sum, step) => sum + count(step), 0);
  return {
    least: bounds?.least ?? total(({ least }) => least),
    most: bounds?.most ?? total(({ most }) => most),
    expected: total(({ expected }) => expected),
    mayRepeat: total(({ mayRepeat, most }) => (mayRepeat ? most : 0)),
    steps: made,
  };
}

/** One call, one proof. */
export const singleTurnPlan: PlannedCalls = planOf([
  fixedStep(1, { role: 'solve', reads: {}, writes: 'proof', mayRepeat: false }),
]);

/** Learning-rate schedules as factors of the peak, by optimiser step. */

export interface WarmupSchedule {
  /** What follows the warm-up. */
  readonly kind: 'cosine' | 'linear' | 'constant';
  /** Share of the steps in which the rate rises linearly, at least one step. */
  readonly warmupShare: number;
  /** Factor at the last step; `constant` stays at 1. */
  readonly finalShare: number;
}

/**
 * Linear warm-up, then a cosine (Loshchilov & Hutter 2017) or a line from 1 down to `finalShare` at the last step, or
 * 1 throughout. `step` counts from 0.
 */
export function scheduleFactor(step: number, steps: number, schedule: WarmupSchedule): number {
  const { kind, warmupShare, finalShare } = schedule;
  const warmup = Math.max(1, Math.round(steps * warmupShare));
  if (step < warmup) return (step + 1) / warmup;
  if (kind === 'constant') return 1;
  const progress = Math.min(1, (step - warmup) / Math.max(1, steps - 1 - warmup));
  if (kind === 'linear') return finalShare + (1 - finalShare) * (1 - progress);
  return finalShare + (1 - finalShare) * 0.5 * (1 + Math.cos(Math.PI * progress));
}

/** Linear warm-up over `warmupSteps` steps, then constant. `step` counts from 0. */
export function warmupConstant(step: number, warmupSteps: number): number {
  return warmupSteps === 0 ? 1 : Math.min(1, (step + 1) / warmupSteps);
}

/** Learning-rate schedules as factors of the peak, by optimiser step. */

/**
 * Linear warm-up over `warmupShare` of the steps, then a cosine from 1 down to `finalShare` at the last step
 * (Loshchilov & Hutter 2017). `step` counts from 0.
 */
export function warmupCosine(step: number, steps: number, warmupShare: number, finalShare: number): number {
  const warmup = Math.max(1, Math.round(steps * warmupShare));
  if (step < warmup) return (step + 1) / warmup;
  const progress = (step - warmup) / Math.max(1, steps - 1 - warmup);
  return finalShare + (1 - finalShare) * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, progress)));
}

/** Linear warm-up over `warmupSteps` steps, then constant. `step` counts from 0. */
export function warmupConstant(step: number, warmupSteps: number): number {
  return warmupSteps === 0 ? 1 : Math.min(1, (step + 1) / warmupSteps);
}

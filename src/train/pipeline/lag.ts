/**
 * How old what a step trains on may be, in optimiser steps. Version v is the weights after v steps; step s trains the
 * weights of version s − 1, so a token of version v has the lag s − 1 − v there. LAG-BOUND: it is never above the bound.
 */

/** The oldest version that step `step` may train on. */
export function oldestVersionFor(step: number, maxLag: number): number {
  return step - 1 - maxLag;
}

/** The last step that may train on `version`. */
export function lastStepFor(version: number, maxLag: number): number {
  return version + 1 + maxLag;
}

/**
 * Groups that may have been dispatched and not dropped while `version` is the newest: those trained, and as many as the
 * steps up to `lastStepFor(version)` can train.
 */
export function mostDispatched(version: number, limits: { groupsPerStep: number; maxLag: number }): number {
  return lastStepFor(version, limits.maxLag) * limits.groupsPerStep;
}

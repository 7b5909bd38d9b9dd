/**
 * 1 / (attempts of the step × a constant length): as by samples, on the scale of one token (Dr. GRPO: Liu et al.
 * 2025, "Understanding R1-Zero-Like Training", section 3.2, whose constant is the most tokens of an attempt).
 */
import type { Normaliser } from './attempt-lengths.ts';

export function constantLength(length: number): Normaliser {
  return ({ trained, attempts }) => trained.map(() => 1 / (attempts * length));
}

/** How long one call of reinforcement learning may be sampled, and how often it is begun. */
import { systemClock } from '../../model/openai/clock.ts';
import type { Lease } from '../../train/pipeline/lease.ts';
import type { RlSettings } from '../schema.ts';

const tries = 3;

export function attemptLease({ pipeline }: RlSettings): Lease {
  return { seconds: pipeline.attemptSeconds, tries, clock: systemClock };
}

/** The settings of the paper, for those who have no recipe. */
import type { RlSettings } from '../recipe/schema.ts';
import { rlSchema } from '../recipe/schema-stages.ts';

/**
 * Reinforcement learning of the paper: 64 problems with 16 attempts each a step, attempts of up to 49,152 tokens (the
 * released code; the paper says 50,000), at most 5 steps of lag. Waits and places are QED's defaults.
 */
export function paperSettings(): RlSettings {
  return rlSchema.parse({
    steps: 40,
    ...{ problemsPerStep: 64, groupSize: 16, maxTokens: 49_152 },
    optimiser: { kind: 'adamw', learningRate: 1e-6 },
  });
}

/**
 * One colour per checkpoint and per outcome, the same in every figure and table. The values are variables that
 * the stylesheet sets for light, dark and paper.
 */
import type { TrainedName } from './report-input.ts';

export const checkpointColour: Readonly<Record<TrainedName, string>> = {
  base: 'var(--base)',
  sft: 'var(--sft)',
  rl: 'var(--rl)',
  rc: 'var(--rc)',
  judge: 'var(--judge)',
};

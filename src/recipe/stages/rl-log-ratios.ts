/**
 * How far the trainer was from the sampler at every token of a step, as an event of the step. REPLAY: a step that is made
 * again leaves the same, or the journal refuses it. Nothing of it is needed to go on.
 */
import type { Journal } from '../../journal/journal.ts';
import type { GrpoStepResult } from '../../train/grpo.ts';
import { type AttemptLogRatios, decodeLogRatios, encodeLogRatios } from '../../train/log-ratios.ts';
import type { PolicyStage } from '../schema.ts';

const streamOf = (stage: PolicyStage): string => `${stage}/log-ratios`;

export async function recordLogRatios(
  journal: Pick<Journal, 'append'>,
  stage: PolicyStage,
  step: number,
  { logRatios, trainedTokens }: Pick<GrpoStepResult, 'logRatios' | 'trainedTokens'>,
): Promise<void> {
  if (logRatios.length === 0) return;
  const payload = encodeLogRatios(logRatios);
  await journal.append(streamOf(stage), String(step), { value: { tokens: trainedTokens }, payload });
}

/** Undefined where none were recorded. Throws an Error where the record is damaged. */
export function readLogRatios(
  journal: { find(stream: string, key: string): { readonly payload?: Uint8Array } | undefined },
  stage: PolicyStage,
  step: number,
): AttemptLogRatios[] | undefined {
  const payload = journal.find(streamOf(stage), String(step))?.payload;
  return payload === undefined ? undefined : decodeLogRatios(payload);
}

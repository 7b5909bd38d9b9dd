/** The trainer's log-probs of a step, kept for the step that was looked at last: its groups are read one after the other. */
import type { JournalReader } from '../../journal/journal-reader.ts';
import type { PolicyStage } from '../../recipe/schema.ts';
import { readLogRatios } from '../../recipe/stages/rl-log-ratios.ts';
import type { AttemptLogRatios } from '../../train/log-ratios.ts';

interface Kept {
  readonly stage: PolicyStage;
  readonly step: number;
  readonly ratios: AttemptLogRatios[];
}

const keptByJournal = new WeakMap<JournalReader, Kept>();

/** Undefined where none are on record. Throws an Error where the record is damaged. */
export function stepLogRatios(
  journal: JournalReader,
  stage: PolicyStage,
  step: number,
): AttemptLogRatios[] | undefined {
  const known = keptByJournal.get(journal);
  if (known?.stage === stage && known.step === step) return known.ratios;
  const ratios = readLogRatios(journal, stage, step);
  // What is on record stays as it is; what is not may come.
  if (ratios !== undefined) keptByJournal.set(journal, { stage, step, ratios });
  return ratios;
}

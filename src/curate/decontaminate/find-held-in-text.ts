/**
 * Evaluation statements that stand in a longer text of a row, such as a solution or a post: as written or with other names of
 * variables. The text must be long enough to hold the whole statement, and only its likest part is compared, by the thresholds of
 * statements; what is below them is no near miss here, since proofs of like problems have much in common.
 */
import type { EvaluationIndex } from './evaluation-index.ts';
import { type Contamination, findContamination } from './find-contamination.ts';
import type { DecontaminationSettings } from './settings.ts';
import { StatementViews } from './views.ts';

/** The best first; at most one of each item. */
export function findHeldInText(
  text: string,
  index: EvaluationIndex,
  settings: DecontaminationSettings,
): Contamination[] {
  const views = new StatementViews(text);
  // Bands and sets of words tell of whole texts that are alike, and nothing of a part.
  const ofParts = { ...settings, coverage: 1, tokenSet: 100 };
  const found = findContamination(views, { bandKeys: new Uint32Array(0) }, index, ofParts);
  return found.filter(({ verdict }) => verdict === 'contaminated');
}

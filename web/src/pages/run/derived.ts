/** Columns that are made of recorded ones, and the state before the first step where it was measured. */
import type { RunStage } from '../../../../src/view/api/run.ts';
import type { Column, Columns } from './curve-lines.ts';

const outcomes = ['trained', 'allZero', 'allFull', 'allEqual', 'tooFewGrades'] as const;

/** The columns of a stage with shares of groups by outcome, dropped groups, the limit and the speed of training. */
export function derived(columns: Columns, stage: RunStage): Columns {
  const steps = columns.step ?? [];
  const of = (name: string, place: number): number => columns[name]?.[place] ?? 0;
  const map = (make: (place: number) => number | null): Column => steps.map((_, place) => make(place));
  const made: Record<string, Column> = {};
  if (columns['groups/trained'] !== undefined) {
    for (const outcome of outcomes) {
      const share = map((place) => {
        const all = outcomes.reduce((sum, name) => sum + of(`groups/${name}`, place), 0);
        return all === 0 ? null : of(`groups/${outcome}`, place) / all;
      });
      if (outcome === 'trained' || share.some((value) => (value ?? 0) > 0)) made[`share/${outcome}`] = share;
    }
  }
  const dropped = Object.keys(columns).filter((name) => name.startsWith('dropped/'));
  if (dropped.length > 0)
    made.dropped = map((place) => dropped.reduce((sum, name) => sum + of(name, place), 0));
  if (stage.tokenLimit !== null && columns.lengthMean !== undefined) made.limit = map(() => stage.tokenLimit);
  if (columns['cost/trainingSeconds'] !== undefined) {
    made.trainedPerSecond = map((place) => {
      const seconds = columns['cost/trainingSeconds']?.[place] ?? 0;
      return seconds > 0 ? of('processedTokens', place) / seconds : null;
    });
  }
  return { ...columns, ...made };
}

/** The value of a column before the first step, where that was measured. */
export function before(stage: RunStage, column: string): number | null {
  const { heldOutBefore, validationBefore } = stage;
  if (column === 'heldOut/score') return heldOutBefore?.score ?? null;
  if (column === 'heldOut/ci/0') return heldOutBefore?.interval[0] ?? null;
  if (column === 'heldOut/ci/1') return heldOutBefore?.interval[1] ?? null;
  return column === 'validationLoss' ? validationBefore : null;
}

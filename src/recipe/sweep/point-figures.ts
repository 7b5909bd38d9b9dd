/** What is drawn of a step of training by rewards, in percent and tokens; undefined where a step has none of it. */
import type { RlPoint } from '../report/report-input.ts';

export const pointFigures = {
  heldOut: ({ heldOut }) => (heldOut === undefined ? undefined : 100 * heldOut.score),
  reward: ({ reward }) => (reward === undefined ? undefined : 100 * reward),
  length: ({ lengthMean }) => lengthMean,
  overflow: ({ overflowShare }) => 100 * overflowShare,
  withoutSuccess: ({ groups: { trained, allZero, allEqual, ungraded } }) => {
    const all = trained + allZero + allEqual + ungraded;
    return all === 0 ? undefined : (100 * allZero) / all;
  },
} as const satisfies Readonly<Record<string, (point: RlPoint) => number | undefined>>;

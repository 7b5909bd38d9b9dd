/** Where a group is: in the batch of a step, or among those dropped before it; and the groups before and after it. */
import type { CommittedBatch } from '../../recipe/stages/committed-batch.ts';
import type { GroupPlace } from '../api/rollouts.ts';

export interface FoundGroup {
  readonly step: number;
  readonly batch: CommittedBatch;
  /** In the batch; undefined where it was dropped. */
  readonly place: number | undefined;
  readonly reason: string | undefined;
  readonly previous: GroupPlace | undefined;
  readonly next: GroupPlace | undefined;
}

/** Undefined for a group that has not ended. */
export function findGroup(
  batches: ReadonlyMap<number, CommittedBatch>,
  group: number,
): FoundGroup | undefined {
  let [previous, found]: [GroupPlace | undefined, FoundGroup | undefined] = [undefined, undefined];
  for (const [step, batch] of batches) {
    const dropped = batch.dropped.map(([index, reason]) => ({ index, place: undefined, reason }));
    const trained = batch.groups.map((index, place) => ({ index, place, reason: undefined }));
    for (const { index, place, reason } of [...trained, ...dropped]) {
      if (found !== undefined) return { ...found, next: { step, group: index } };
      if (index === group) found = { step, batch, place, reason, previous, next: undefined };
      previous = { step, group: index };
    }
  }
  return found;
}

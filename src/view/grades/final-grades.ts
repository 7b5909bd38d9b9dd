/**
 * What people came to on each proof: the mean of those who graded it, or, where a queue that settles differences has graded it,
 * what was given there.
 */
import type { GradeRecord } from '../../problems/graded/grade-record.ts';
import { mean } from '../../stats/moments.ts';
import type { Workplace } from '../workplace.ts';
import { gradersOf, lastRecords } from './grader-state.ts';
import { type GradedQueue, queueNames, readQueue } from './grades-folder.ts';
import type { QueueItem } from './queue-file.ts';

export interface FinalGrade {
  readonly item: QueueItem;
  /** Null where nobody has graded it. */
  readonly points: number | null;
  readonly isSettled: boolean;
  /** The standing lines of all graders of this queue. */
  readonly records: readonly GradeRecord[];
}

export function finalGrades(graded: GradedQueue, settling: readonly GradedQueue[]): FinalGrade[] {
  const byGrader = gradersOf(graded).map((grader) => lastRecords(graded, grader));
  const settled = settledPoints(settling);
  return graded.queue.items.map((item) => {
    const records = byGrader.flatMap((last) => {
      const record = last.get(item.item);
      return record === undefined || record.points === null ? [] : [record];
    });
    const own = settled.get(item.proof_id);
    const points = own ?? (records.length === 0 ? null : mean(records.map((record) => record.points ?? 0)));
    return { item, points, isSettled: own !== undefined, records };
  });
}

/** Queues that settle the differences of this one; damaged ones are passed over. */
export function settlingQueues(workplace: Workplace, name: string): GradedQueue[] {
  return queueNames(workplace).flatMap((other) => {
    try {
      const graded = readQueue(workplace, other);
      return graded.queue.header.adjudicates === name ? [graded] : [];
    } catch {
      return [];
    }
  });
}

function settledPoints(settling: readonly GradedQueue[]): Map<string, number> {
  const settled = new Map<string, number>();
  for (const graded of settling) {
    for (const item of graded.queue.items) {
      const points = gradersOf(graded).flatMap(
        (grader) => lastRecords(graded, grader).get(item.item)?.points ?? [],
      );
      if (points.length > 0) settled.set(item.proof_id, mean(points));
    }
  }
  return settled;
}

/** Worth a second look: two people more than a point apart, or a judge that came to no grade. Settled ones are not. */
export function adjudicable(finals: readonly FinalGrade[]): FinalGrade[] {
  return finals.filter(({ item, records, isSettled }) => {
    const points = records.flatMap((record) => record.points ?? []);
    const differ = points.length > 1 && Math.max(...points) - Math.min(...points) > 1;
    return !isSettled && (differ || item.judges.some((judge) => judge.points === null));
  });
}

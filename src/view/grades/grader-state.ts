/**
 * Where a grader stands in a queue, from the lines that were appended: of two lines about a proof the later holds, and a line
 * without points takes back. Everybody sees the proofs in an order of their own, drawn with the queue's seed.
 */
import type { GradeRecord } from '../../problems/graded/grade-record.ts';
import { quantile } from '../../stats/quantile.ts';
import { Random } from '../../stats/random.ts';
import type { GivenGrade, GraderItem, GraderProgress } from '../api/grades.ts';
import type { GradedQueue } from './grades-folder.ts';
import type { Queue, QueueItem } from './queue-file.ts';

export interface GraderState extends GraderProgress {
  readonly items: readonly GraderItem[];
}

export function orderFor({ header, items, name }: Queue, grader: string): QueueItem[] {
  return new Random('grading order', name, header.seed, grader).shuffled(items);
}

/** Finished or unblinded once is so for good: what has been seen stays seen. */
export function isBlind({ queue, log }: Pick<GradedQueue, 'queue' | 'log'>, grader: string): boolean {
  return (
    queue.header.is_open !== true &&
    !log.some((entry) => entry.grader === grader && (entry.what === 'finished' || entry.what === 'unblinded'))
  );
}

/** Everybody who has graded or done anything, in the order in which they came. */
export function gradersOf({ records, log }: Pick<GradedQueue, 'records' | 'log'>): string[] {
  return [...new Set([...log.map(({ grader }) => grader), ...records.map(({ grader }) => grader)])];
}

/** By item: the last line of this grader. */
export function lastRecords(
  { records }: Pick<GradedQueue, 'records'>,
  grader: string,
): ReadonlyMap<string, GradeRecord> {
  const last = new Map<string, GradeRecord>();
  for (const record of records)
    if (record.grader === grader && record.item !== undefined) last.set(record.item, record);
  return last;
}

export function graderState(graded: GradedQueue, grader: string): GraderState {
  const { queue, records, log } = graded;
  const last = lastRecords(graded, grader);
  const own = log.filter((entry) => entry.grader === grader);
  const skipped = new Set(
    own.flatMap(({ what, item }) => (what === 'skipped' && item !== null ? [item] : [])),
  );
  const items = orderFor(queue, grader).map(({ item }): GraderItem => {
    const record = last.get(item);
    const grade = record === undefined ? null : givenGrade(record);
    const status = grade !== null ? 'graded' : skipped.has(item) ? 'skipped' : 'open';
    return { item, status, last: record?.id ?? null, grade };
  });
  const count = (status: GraderItem['status']): number => items.filter((one) => one.status === status).length;
  const seconds = secondsByItem(records, grader);
  const medianSeconds = seconds.length === 0 ? null : quantile(seconds, 0.5);
  const left = count('open');
  return {
    ...{ grader, items, medianSeconds, graded: count('graded'), skipped: count('skipped'), open: left },
    finished: own.some(({ what }) => what === 'finished'),
    unblinded: queue.header.is_open === true || own.some(({ what }) => what === 'unblinded'),
    secondsLeft: medianSeconds === null ? null : medianSeconds * left,
  };
}

/** Attention on each proof that this grader has given a grade, its corrections included. */
function secondsByItem(records: readonly GradeRecord[], grader: string): number[] {
  const byItem = new Map<string, number>();
  for (const { item, seconds = 0, grader: by } of records) {
    if (by === grader && item !== undefined) byItem.set(item, (byItem.get(item) ?? 0) + seconds);
  }
  return [...byItem.values()];
}

export function givenGrade(record: GradeRecord): GivenGrade | null {
  if (record.points === null) return null;
  const { points, checkpoints = {}, deductions = {}, limits = [], confidence = null } = record;
  return {
    ...{ points, confidence, marks: { checkpoints, deductions, limits } },
    overrideReason: record.override_reason ?? '',
    comment: record.comment ?? '',
    style: record.style ?? [],
    styleNote: record.style_note ?? '',
  };
}

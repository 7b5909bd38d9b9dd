/**
 * The way of the rows through steps: how many are left after each reason, in the order in which reasons were asked or else from the
 * commonest on.
 */
import { filterReasons } from '../filter/rules.ts';
import type { StepRecord } from '../step-files.ts';

export interface FunnelBar {
  readonly step: string;
  /** Undefined for what came into the first step, and where nothing left in a step. */
  readonly reason: string | undefined;
  /** Rows that are left after it. */
  readonly left: number;
  /** Rows that it took. */
  readonly lost: number;
  readonly lostBySource: Readonly<Record<string, number>>;
}

export function funnelOf(records: readonly StepRecord[]): FunnelBar[] {
  const [first] = records;
  if (first === undefined) return [];
  let left = total(first.kept) + lostIn(first);
  const bars: FunnelBar[] = [{ step: first.step, reason: undefined, left, lost: 0, lostBySource: {} }];
  for (const record of records) {
    const reasons = Object.entries(record.dropped).sort(
      ([a, countsOfA], [b, countsOfB]) => placeOf(a) - placeOf(b) || total(countsOfB) - total(countsOfA),
    );
    for (const [reason, lostBySource] of reasons) {
      const lost = total(lostBySource);
      left -= lost;
      bars.push({ step: record.step, reason, left, lost, lostBySource });
    }
    // A step may take rows of several files, or make rows of its own.
    left = total(record.kept);
    if (reasons.length === 0 && record !== first)
      bars.push({ step: record.step, reason: undefined, left, lost: 0, lostBySource: {} });
  }
  return bars;
}

function placeOf(reason: string): number {
  const place = filterReasons.indexOf(reason);
  return place < 0 ? filterReasons.length : place;
}

function lostIn({ dropped }: StepRecord): number {
  return Object.values(dropped).reduce((sum, counts) => sum + total(counts), 0);
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

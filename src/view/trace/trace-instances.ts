/** The traces that a static site holds: all of small runs, of large ones the first attempts at the first problems. */

import { safeName } from '../safe-name.ts';
import type { Workplace } from '../workplace.ts';
import { attemptsOf } from './trace-attempts.ts';
import { unitsOf } from './trace-units.ts';

/** Of one group. */
const mostTraces = 64;

export async function* traceInstances(
  workplace: Workplace,
): AsyncGenerator<{ readonly run: string; readonly trace: string }> {
  for (const { id: run, kind } of workplace.runs()) {
    if (!['prove', 'bench', 'recipe'].includes(kind) || !workplace.hasJournal(run)) continue;
    const { groups } = await attemptsOf(workplace, run).catch(() => ({ groups: [] }));
    for (const group of groups) {
      const units = await unitsOf(workplace, run, group);
      for (const { unit } of inExport(units, kind)) yield { run, trace: safeName(unit) };
    }
  }
}

/** Whether a static site has the attempt; `place` is its place among those of its group. */
export function isExported(place: number, kind: string): boolean {
  return place < (kind === 'recipe' ? 8 : mostTraces);
}

function inExport<T>(units: readonly T[], kind: string): readonly T[] {
  return units.filter((_, place) => isExported(place, kind));
}

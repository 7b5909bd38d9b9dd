/** How often each part was made in a sweep, and how often it was taken over instead. */
import path from 'node:path';
import type { Arm } from './arms.ts';
import { partsOf } from './parts.ts';
import { finishedParts, reusedParts } from './shared-work.ts';

export interface SharedStage {
  readonly part: string;
  readonly made: number;
  readonly reused: number;
}

/** Of the parts that some arm took over. */
export function sharedStages(sweep: string, arms: readonly Arm[]): SharedStage[] {
  const counts = new Map<string, { made: number; reused: number }>();
  for (const { name, loaded } of arms) {
    const directory = path.join(sweep, name);
    const parts = partsOf(loaded.recipe);
    const taken = reusedParts(directory, parts);
    for (const { id } of finishedParts(directory, parts)) {
      const count = counts.get(id) ?? { made: 0, reused: 0 };
      counts.set(id, count);
      if (taken.has(id)) count.reused += 1;
      else count.made += 1;
    }
  }
  return [...counts].flatMap(([part, count]) => (count.reused > 0 ? [{ part, ...count }] : []));
}

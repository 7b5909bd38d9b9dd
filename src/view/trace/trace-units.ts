/** The attempts of a group that have left anything: by problem, then attempt. */
import type { Workplace } from '../workplace.ts';
import { type AttemptGroup, placeIn } from './trace-attempts.ts';

export interface AttemptUnit {
  readonly unit: string;
  /** From 0. */
  readonly problem: number;
  readonly attempt: number;
  readonly calls: number;
}

export async function unitsOf(
  workplace: Workplace,
  run: string,
  group: AttemptGroup,
): Promise<readonly AttemptUnit[]> {
  const found = await workplace.journal(run, (journal) => journal.units(group.prefix));
  return found
    .flatMap(({ unit, effects }) => {
      const place = placeIn(group, unit);
      return place === undefined ? [] : [{ unit, ...place, calls: effects }];
    })
    .sort((a, b) => a.problem - b.problem || a.attempt - b.attempt);
}

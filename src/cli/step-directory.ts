/** Where a step of `qed data` leaves its rows when nobody says: beside what it reads, under the step's name. */
import path from 'node:path';

/** `data/filter` → `data/rubrics`; `data/problems.jsonl` → `data/problems-rubrics`. Absolute. */
export function stepDirectory(input: string, step: string, given: string | undefined): string {
  if (given !== undefined) return path.resolve(given);
  const { dir, name, ext } = path.parse(path.resolve(input));
  return path.join(dir, ext === '.jsonl' ? `${name}-${step}` : step);
}

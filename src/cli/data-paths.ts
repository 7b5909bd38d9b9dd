/** Where a step of `qed data` leaves its directory if nobody says: beside its input, under its name and the step's. */
import path from 'node:path';

/** `olympiads.jsonl` and `select` make `olympiads-select`, and so does the directory `olympiads`. */
export function defaultOut(input: string, step: string): string {
  const bare = path.resolve(input).replace(/\.jsonl$/, '');
  return `${path.basename(bare) === 'rows' ? path.dirname(bare) : bare}-${step}`;
}

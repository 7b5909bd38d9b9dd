/** The numbers in a recorded value by their paths, so that a figure that is recorded one day is a column without a change here. */
import type { Json } from '../../journal/journal.ts';

/** Enough for a chart and for a table. */
const digits = 6;

export function flatFigures(value: Json, path = '', into = new Map<string, number>()): Map<string, number> {
  if (typeof value === 'number') into.set(path, Number(value.toPrecision(digits)));
  else if (typeof value === 'object' && value !== null) {
    for (const [key, child] of Object.entries(value)) {
      flatFigures(child, path === '' ? key : `${path}/${key}`, into);
    }
  }
  return into;
}

/**
 * What a solution comes to, as text that can be compared: its last box, else all of it, without the differences that
 * only show it otherwise (case, space, emphasis, marks of mathematics).
 */
import { plainVerdict, readBoxed } from '../prompt/read-boxed.ts';

export function normalisedConclusion(solution: string): string {
  return plainVerdict(readBoxed(solution) ?? solution)
    .replace(/\\[dt]frac/g, '\\frac')
    .replace(/\s+/g, '')
    .toLowerCase();
}

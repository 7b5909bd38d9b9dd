/**
 * The proof in an answer. Answers that were asked for a solution and a self-evaluation are cut at those headings, and
 * at headings alone: the words within a sentence never cut a proof. Where the headings are missing, all of it counts.
 */
import type { Reading } from '../prompt/reading.ts';

const SOLUTION = /^[ \t]*(?:#{1,6}[ \t]*\**|\*\*)[ \t]*solution\b[ \t]*:?[ \t]*\**[ \t]*:?[ \t]*$/gim;
const EVALUATION =
  /^[ \t]*(?:#{1,6}[ \t]*\**|\*\*)[ \t]*self[- ]?evaluation\b[ \t]*:?[ \t]*\**[ \t]*:?[ \t]*$/gim;

/** Any answer that says something, as it is. */
export function readText(answer: string): Reading<string> {
  const value = answer.trim();
  return value === '' ? { ok: false, complaint: 'it is empty' } : { ok: true, value };
}

/** What stands between the first heading `Solution` and the last heading `Self-evaluation` after it. */
export function readSolution(answer: string): Reading<string> {
  const [start] = answer.matchAll(SOLUTION);
  const from = start === undefined ? 0 : start.index + start[0].length;
  const end = [...answer.matchAll(EVALUATION)].filter(({ index }) => index >= from).at(-1);
  const between = answer.slice(from, end?.index).trim();
  return readText(between === '' ? answer.slice(0, end?.index) : between);
}

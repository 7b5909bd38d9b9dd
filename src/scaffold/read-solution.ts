/**
 * The proof in an answer. Answers that were asked for a solution and a self-evaluation are cut at those headings, and
 * at headings alone: the words within a sentence never cut a proof. Where the headings are missing, all of it counts.
 */
import { withoutReasoning } from '../prompt/read-boxed.ts';
import type { Reading } from '../prompt/reading.ts';

/** Any answer that says something, as it is. */
export function readText(answer: string): Reading<string> {
  const value = withoutReasoning(answer).trim();
  return value === '' ? { ok: false, complaint: 'it is empty' } : { ok: true, value };
}

/** What stands between the first heading `Solution` and the last heading `Self-evaluation` after it. */
export function readSolution(answer: string): Reading<string> {
  const lines = withoutReasoning(answer).split('\n');
  const start = lines.findIndex((line) => isHeading(line, 'solution'));
  const end = lines.findLastIndex((line, at) => at > start && isHeading(line, 'selfevaluation'));
  const rest = lines.slice(start + 1, end === -1 ? undefined : end);
  // What underlines the heading is part of it.
  return readText(rest.slice(start > -1 && /^\s*(?:=+|-{3,})\s*$/.test(rest[0] ?? '') ? 1 : 0).join('\n'));
}

/**
 * A line of nothing but these words is a heading, with number signs, in bold, or plain with a capital; a remark in
 * parentheses may follow.
 */
function isHeading(line: string, words: string): boolean {
  if (!/^\s*[#*_A-Z]/.test(line)) return false;
  const bare = line.replace(/\([^()]*\)\W*$/, '').replaceAll(/[#*_:\s-]/g, '');
  return bare.toLowerCase() === words;
}

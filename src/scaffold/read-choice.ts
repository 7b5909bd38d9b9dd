/**
 * Which of the numbered candidates a judge chose: one, or none because they are equal; or the list of those to keep.
 * Labels are numbers, so there may be any count of them. A number that no candidate has is a complaint; it is never
 * dropped, and never taken for the last one.
 */

import { plainVerdict, readBoxed } from '../prompt/read-boxed.ts';
import type { Reading } from '../prompt/reading.ts';

/** The number of the best of `count` candidates, from 1. */
export function readChoice(reply: string, count: number): Reading<number | 'equal'> {
  const content = readBoxed(reply);
  if (content === undefined) return { ok: false, complaint: 'it has no choice in \\boxed{}' };
  const verdict = plainVerdict(content).toLowerCase();
  if (/^(?:(?:both|all)(?: are)? )?(?:equal|equals|tie|tied|draw)$/.test(verdict))
    return { ok: true, value: 'equal' };
  const value = numberOf(verdict);
  if (value !== undefined && value >= 1 && value <= count) return { ok: true, value };
  return {
    ok: false,
    complaint: `the last box holds ${shown(content)}, which is neither a number from 1 to ${count} nor equal`,
  };
}

/** The numbers to keep, each once, in rising order; at least one. */
export function readKeepList(reply: string, count: number): Reading<readonly number[]> {
  const content = readBoxed(reply);
  if (content === undefined) return { ok: false, complaint: 'it has no list in \\boxed{}' };
  const complaint = `the last box holds ${shown(content)}, which is not a list of numbers from 1 to ${count}`;
  const list = plainVerdict(content)
    .replace(/^[[({]\s*|\s*[\])}]$/g, '')
    .trim();
  const values = list.split(/\s*(?:,|;|\band\b|&)\s*/).filter((part) => part !== '');
  const chosen = values.map((part) => numberOf(part.toLowerCase()));
  const valid = chosen.filter((value) => value !== undefined && value >= 1 && value <= count) as number[];
  if (valid.length === 0 || valid.length < chosen.length) return { ok: false, complaint };
  return { ok: true, value: [...new Set(valid)].sort((a, b) => a - b) };
}

function numberOf(verdict: string): number | undefined {
  const found =
    /^(?:the )?(?:(?:candidate|solution|proof|submission|number|no\.?|#)[ -]?)?#?(\d{1,6})(?:-[0-9a-f]{8})?$/.exec(
      verdict,
    );
  return found === null ? undefined : Number(found[1]);
}

function shown(content: string): string {
  return JSON.stringify(content.slice(0, 60));
}

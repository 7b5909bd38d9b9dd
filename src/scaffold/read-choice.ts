/**
 * Which of the numbered candidates a judge chose: one, or none because they are equal; or the list of those to keep.
 * Labels are numbers, so there may be any count of them. A number that no candidate has is a complaint; it is never
 * dropped, and never taken for the last one.
 */
import { plainVerdict, readBoxed, readBoxedList } from '../prompt/read-boxed.ts';
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

/** The numbers to keep, each once, in rising order; at least one. `1-3` and `all` are lists too. */
export function readKeepList(reply: string, count: number): Reading<readonly number[]> {
  const boxes = readBoxedList(reply);
  if (boxes.length === 0) return { ok: false, complaint: 'it has no list in \\boxed{}' };
  const chosen = boxes.flatMap((content) => membersOf(content, count));
  const valid = chosen.filter((value) => value !== undefined && value >= 1 && value <= count) as number[];
  if (valid.length > 0 && valid.length === chosen.length) {
    return { ok: true, value: [...new Set(valid)].sort((a, b) => a - b) };
  }
  const found = shown(boxes.join(', '));
  return {
    ok: false,
    complaint: `the last box holds ${found}, which is not a list of numbers from 1 to ${count}`,
  };
}

/** Undefined for a part that is no number, and for a range that falls. */
function membersOf(content: string, count: number): (number | undefined)[] {
  const list = plainVerdict(content)
    .toLowerCase()
    .replace(/^[[({]\s*|\s*[\])}]$/g, '')
    .replace(/^(?:candidate|solution|proof|submission|number)s:?\s+/, '')
    .trim();
  if (list === 'all') return upTo(1, count);
  return list
    .split(/\s*(?:,|;|\band\b|&)\s*|(?<=\d)\s+(?=\d)/)
    .filter((part) => part !== '')
    .flatMap((part) => {
      const [, first, last] = /^(\d{1,6})\s*(?:-{1,2}|–|to)\s*(\d{1,6})$/.exec(part) ?? [];
      if (first === undefined || last === undefined) return [numberOf(part)];
      return Number(last) <= count && Number(first) < Number(last)
        ? upTo(Number(first), Number(last))
        : [undefined];
    });
}

function upTo(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
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

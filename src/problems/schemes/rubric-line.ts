/**
 * Lines of published rubrics: their text without marks of lists, headings and emphasis, and the points that they speak of,
 * wherever in the line they stand: `[2 pts] …`, `**(2 points)** …`, `… (2 pts)`, `-1: …`, `cap at 5/7: …`.
 */

/** Points of whatever is in the line; the first amount counts. */
export function amountIn(text: string): number | undefined {
  const cap = capOf(text);
  if (cap !== undefined) return Number(cap[1]);
  const found = marked.exec(text);
  return found === null ? undefined : Number(found[1] ?? found[2]);
}

/** `cap at 5/7`, `at most 5/7`, `maximum of 5 points`. */
export function isCapped(text: string): boolean {
  return capOf(text) !== undefined;
}

/** The text without its amount and what joined the two; empty where it was the amount alone. */
export function withoutAmount(text: string): string {
  const found = capOf(text) ?? marked.exec(text);
  if (found === null || found === undefined) return text.trim();
  const before = text.slice(0, found.index).replace(/[\s:([–—-]+$/, '');
  const after = text.slice(found.index + found[0].length);
  const rest = after.replace(/^[\s:.)\]*–—-]+/, '');
  // Words that only led to the amount.
  const led = before.replace(/[\s:,–—-]*\b(?:deduct|subtract|award|score|lose)s?$/i, '').trim();
  if (led === '') return plainLine(rest).replace(/^[:;,.]\s*/, '');
  if (rest === '') return plainLine(led);
  return plainLine(`${led}${/^\W*:/.test(after) ? ':' : ''} ${rest}`);
}

const number = String.raw`(\d+(?:\.\d+)?)`;
const unit = String.raw`(?:\s*|-)(?:pts?|points?|marks?)\b\.?`;
/** An amount with its unit, in brackets or not, or one with a minus that begins the line. */
const marked = new RegExp(
  String.raw`[\[(]?\s*[+−–-]?\s*${number}${unit}(?:\s+(?:deduction|penalty))?\s*[\])]?|^\s*[\[(]?\s*[−–-]\s*${number}(?=[\s:\])])\s*[\])]?`,
  'i',
);

function capOf(text: string): RegExpExecArray | undefined {
  const found =
    /[[(]?\s*(?:cap(?:ped|s)?(?:\s+(?:the\s+)?(?:total|score|grade|proof))?(?:\s+(?:at|to))?|at most|max(?:imum)?(?:\s+of)?)\s*:?\s*["“]?(\d(?:\.\d+)?)(?:\s*\/\s*7|\s*(?:pts?|points?))["”]?\s*(?:total|in all)?\s*[\])]?/i.exec(
      text,
    );
  return found ?? undefined;
}

/** Without what marks an item, a heading or emphasis around the whole or its beginning. */
export function plainLine(raw: string): string {
  let text = raw.trim();
  for (let before = ''; before !== text; ) {
    before = text;
    text = text
      .replace(/^#{1,6}\s+/, '')
      .replace(/^(?:[-*+•]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)])\s+/i, '')
      .replace(/^(\*\*|__)(.*?)\1/, '$2')
      .trim();
  }
  return text;
}

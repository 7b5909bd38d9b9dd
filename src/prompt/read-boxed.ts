/**
 * The last thing a reply put into a box, or into a tag that it was asked for: its verdict. Reasoning that was left in
 * the text does not count, nor what stands between the fences of a quoted candidate. FENCED-CANDIDATE: inside a
 * judge's prompt no candidate has a box or such a tag left to quote (fence.ts).
 */

/** `\boxed`, also with its backslash doubled, or lost to a JSON escape. */
export const BOX = new RegExp(`(?:\\\\+b|${String.fromCharCode(8)})oxed`, 'g');

/** Tags that stand for a box. */
export const VERDICT_TAGS = ['verdict', 'score', 'keep', 'answer'] as const;

/** A box or tag, and where it stands in the reply without its reasoning and quotations. */
interface Box {
  readonly start: number;
  readonly end: number;
  readonly content: string;
}

/** What the last box or tag holds, without the space around it; undefined when there is none, or it does not end. */
export function readBoxed(reply: string): string | undefined {
  return boxesOf(spoken(reply)).at(-1)?.content;
}

/** The same where a list may have a box for each of its members: the last ones with nothing but commas between. */
export function readBoxedList(reply: string): readonly string[] {
  const text = spoken(reply);
  const boxes = boxesOf(text);
  let first = boxes.length - 1;
  while (first > 0) {
    const between = text.slice(boxes[first - 1]?.end, boxes[first]?.start);
    if (!/^(?:[\s,;&$*]|\band\b)*$/.test(between)) break;
    first -= 1;
  }
  return boxes.slice(Math.max(first, 0)).map(({ content }) => content);
}

/** What the reply itself says. */
function spoken(reply: string): string {
  return withoutQuotations(withoutReasoning(reply));
}

/** In their order; of a box within a box the outer one. */
function boxesOf(text: string): Box[] {
  const closes = closingBraces(text);
  const found: Box[] = [];
  for (const box of text.matchAll(new RegExp(`${BOX.source}\\s*(?:\\{|(\\d)(?![\\w.,{]))`, 'g'))) {
    const { index: start, 1: digit } = box;
    const inside = start + box[0].length;
    const close = digit === undefined ? closes.get(inside - 1) : inside;
    if (close === undefined || start < (found.at(-1)?.end ?? 0)) continue;
    found.push({ start, end: close + 1, content: digit ?? text.slice(inside, close) });
  }
  for (const tag of VERDICT_TAGS) {
    const pair = new RegExp(`<${tag}>((?:(?!</?${tag}>)[\\s\\S])*)</${tag}>`, 'gi');
    for (const match of text.matchAll(pair)) {
      const { index: start, 1: content = '' } = match;
      found.push({ start, end: start + match[0].length, content });
    }
  }
  return found
    .sort((a, b) => a.start - b.start)
    .map(({ content, ...place }) => ({ ...place, content: content.trim() }));
}

/**
 * A verdict as plain text: compatibility forms of characters made ordinary, and everything taken off that only shows
 * it: TeX text commands and mathematics marks, emphasis, quotes, brackets of a placeholder, spare braces, a full stop.
 */
export function plainVerdict(content: string): string {
  let text = content.normalize('NFKC');
  for (let before = ''; before !== text; ) {
    before = text;
    text = text
      .replace(
        /\\(?:text|textbf|textit|texttt|textrm|mathrm|mathbf|mathit|mathsf|operatorname|emph|boxed)\s*\{([^{}]*)\}/g,
        '$1',
      )
      .replace(/\\(?:displaystyle|bf|rm|quad|left|right)\b|\\[,;:! ()[\]{}]|[$*`"']/g, '')
      .replaceAll('{,}', ',')
      .trim()
      .replace(/^<([^<>]*)>$/, '$1')
      .replace(/\.$/, '')
      .trim();
    if (text.startsWith('{') && closingBraces(text).get(0) === text.length - 1) text = text.slice(1, -1);
  }
  return text.replace(/\s+/g, ' ');
}

/** What follows the reasoning, of a reply in which it was left. */
export function withoutReasoning(text: string): string {
  const end = text.lastIndexOf('</think>');
  const rest = end === -1 ? text : text.slice(end + '</think>'.length);
  const open = rest.indexOf('<think>');
  return open === -1 ? rest : rest.slice(0, open);
}

/** Spans between the tags of a fence, which only a quotation of the prompt can have. */
function withoutQuotations(text: string): string {
  return text.replace(/<([a-z]+(?:-\d+)?-[0-9a-f]{8})>[\s\S]*?<\/\1>/g, '');
}

/** Where each brace that is closed closes. One pass: a reply may be long, and full of boxes that do not end. */
function closingBraces(text: string): ReadonlyMap<number, number> {
  const open: number[] = [];
  const closes = new Map<number, number>();
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] === '\\') i += 1;
    else if (text[i] === '{') open.push(i);
    else if (text[i] === '}') {
      const at = open.pop();
      if (at !== undefined) closes.set(at, i);
    }
  }
  return closes;
}

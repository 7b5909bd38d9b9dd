/**
 * The last thing a reply put into a box, or into a tag that it was asked for: its verdict. Reasoning that was left in
 * the text does not count, nor what stands between the fences of a quoted candidate. FENCED-CANDIDATE: inside a
 * judge's prompt no candidate has a box or such a tag left to quote (fence.ts).
 */

/** `\boxed`, also with its backslash doubled, or lost to a JSON escape. */
export const BOX = new RegExp(`(?:\\\\+b|${String.fromCharCode(8)})oxed`, 'g');

/** Tags that stand for a box. */
export const VERDICT_TAGS = ['verdict', 'score', 'keep', 'answer'] as const;

/** What the last box or tag holds, without the space around it; undefined when there is none, or it does not end. */
export function readBoxed(reply: string): string | undefined {
  const text = withoutQuotations(withoutReasoning(reply));
  let last: { readonly at: number; readonly content: string } | undefined;
  for (const box of text.matchAll(new RegExp(`${BOX.source}\\s*\\{`, 'g'))) {
    const content = balanced(text, box.index + box[0].length);
    if (content !== undefined) last = { at: box.index, content };
  }
  for (const tag of VERDICT_TAGS) {
    for (const found of text.matchAll(new RegExp(`<${tag}>((?:(?!</?${tag}>)[\\s\\S])*)</${tag}>`, 'gi'))) {
      if (last === undefined || found.index > last.at) last = { at: found.index, content: found[1] ?? '' };
    }
  }
  return last?.content.trim();
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
      .trim()
      .replace(/^\{([^{}]*)\}$/, '$1')
      .replace(/^<([^<>]*)>$/, '$1')
      .replace(/\.$/, '')
      .trim();
  }
  return text.replace(/\s+/g, ' ');
}

function withoutReasoning(text: string): string {
  const end = text.lastIndexOf('</think>');
  const rest = end === -1 ? text : text.slice(end + '</think>'.length);
  const open = rest.indexOf('<think>');
  return open === -1 ? rest : rest.slice(0, open);
}

/** Spans between the tags of a fence, which only a quotation of the prompt can have. */
function withoutQuotations(text: string): string {
  return text.replace(/<([a-z]+(?:-\d+)?-[0-9a-f]{8})>[\s\S]*?<\/\1>/g, '');
}

/** The text from `start` to the brace that closes the one before it. */
function balanced(text: string, start: number): string | undefined {
  let depth = 1;
  for (let i = start; i < text.length; i += 1) {
    if (text[i] === '\\') i += 1;
    else if (text[i] === '{') depth += 1;
    else if (text[i] === '}') {
      depth -= 1;
      if (depth === 0) return text.slice(start, i);
    }
  }
  return undefined;
}

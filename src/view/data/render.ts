/** Texts of rows as harmless HTML with their mathematics, long ones by their beginning; a piece of a text may be marked. */
import { html, trusted } from '../../prove/html.ts';
import { markdownToHtml } from '../../prove/markdown-html.ts';
import type { Mathematics } from '../../prove/mathematics.ts';
import type { SafeHtml } from '../api/safe-html.ts';
import { safeHtml } from '../safe-html.ts';
import type { Span } from './evidence.ts';

/** Longer texts are shown by their beginning. */
const longestText = 60_000;
/** Stand for the marks while the text is rendered; taken out of the text before. */
const [opens, closes] = ['\ue010', '\ue011'];

export function rendered(text: string, mathematics: Mathematics, mark?: Span): SafeHtml {
  const isCut = text.length > longestText;
  const shown = isCut ? text.slice(0, longestText) : text;
  const source = mark === undefined ? shown : withMarks(shown, mark);
  const markup = markdownToHtml(source, mathematics, { headingLevel: 4 }).text;
  const marked =
    mark === undefined ? markup : markup.replaceAll(opens, '<mark>').replaceAll(closes, '</mark>');
  const rest = isCut
    ? html`<p class="cut">… ${(text.length - longestText).toLocaleString('en-US')} more characters are not shown.</p>`
    : undefined;
  return safeHtml(html`${trusted(marked)}${rest}`);
}

/** Marks open and close within one paragraph, and never inside a formula. */
function withMarks(source: string, mark: Span): string {
  const text = source.replaceAll(/[\ue010\ue011]/g, ' ');
  const { start, end } = aroundFormulas(text, mark);
  const pieces = text.slice(start, end).split(/(\n\s*\n)/);
  const marked = pieces.map((piece) =>
    piece.trim() === '' || /^\s*\$\$/.test(piece) ? piece : `${opens}${piece}${closes}`,
  );
  return text.slice(0, start) + marked.join('') + text.slice(end);
}

const formula = /\$\$[^$]{1,20000}\$\$|\\\[[\s\S]{1,20000}?\\\]|\\\([^\n]{1,5000}?\\\)|\$[^$\n]{1,5000}\$/g;

/** The span, widened to whole formulas. */
function aroundFormulas(text: string, { start, end }: Span): Span {
  let [from, to] = [start, Math.min(end, text.length)];
  for (const { index, 0: whole } of text.matchAll(formula)) {
    const stop = index + whole.length;
    if (index < from && from < stop) from = index;
    if (index < to && to < stop) to = stop;
  }
  return { start: from, end: to };
}

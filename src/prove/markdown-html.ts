/**
 * The Markdown that models write, as HTML: headings, paragraphs, lists, quotations, code, tables, emphasis, and TeX
 * mathematics between dollars or backslashed brackets. Everything else is text: HTML in it is shown, not obeyed, links
 * and images are their text and address. One pass over lines, so that no text takes long.
 */
import { html, type Markup, trusted } from './html.ts';
import type { Mathematics } from './mathematics.ts';

/** `headingLevel` is the level that a `#` gets; deeper ones follow, down to 6. */
export function markdownToHtml(
  source: string,
  mathematics: Mathematics,
  { headingLevel = 3 }: { readonly headingLevel?: number } = {},
): Markup {
  const held = new Held();
  const text = holdVerbatim(
    source.replaceAll(/[\ue000-\ue001]/g, '').replaceAll(/\r\n?/g, '\n'),
    held,
    mathematics,
  );
  const blocks = blocksOf(text.split('\n'), headingLevel, held);
  return trusted(blocks.map(({ text: block }) => block).join('\n'));
}

/** Rendered pieces in the text's stead, named by characters that no text has. */
class Held {
  readonly #pieces: { readonly markup: Markup; readonly isBlock: boolean }[] = [];

  hold(markup: Markup, isBlock: boolean): string {
    this.#pieces.push({ markup, isBlock });
    const mark = `\ue000${this.#pieces.length - 1}\ue001`;
    return isBlock ? `\n\n${mark}\n\n` : mark;
  }

  /** The pieces in a text that is escaped. */
  release(text: string): string {
    return text.replaceAll(
      /\ue000(\d+)\ue001/g,
      (_, index: string) => this.#pieces[Number(index)]?.markup.text ?? '',
    );
  }

  isBlock(line: string): boolean {
    const [, index] = /^\ue000(\d+)\ue001$/.exec(line.trim()) ?? [];
    return index !== undefined && this.#pieces[Number(index)]?.isBlock === true;
  }
}

const environments = 'equation|align|alignat|gather|multline|eqnarray|flalign';
/** What is not Markdown inside: code, then mathematics in its several brackets; an escaped character is itself. */
const verbatim = new RegExp(
  [
    /(?<fence>^ {0,3}(?<ticks>`{3,}|~{3,})[^\n]*\n(?<code>[\s\S]*?)(?:^ {0,3}\k<ticks>[`~]* *$|$(?![\s\S])))/
      .source,
    /(?<codeTicks>`+)(?<inline>[^`\n](?:[^\n]*?[^`\n])??)\k<codeTicks>(?!`)/.source,
    /\\\[(?<bracket>[\s\S]{1,20000}?)\\\]/.source,
    /\$\$(?<dollars>[^$]{1,20000})\$\$/.source,
    String.raw`(?<environment>\\begin\{(?<name>(?:${environments})\*?)\}[\s\S]{1,20000}?\\end\{\k<name>\})`,
    /\\\((?<paren>[^\n]{1,5000}?)\\\)/.source,
    /(?<![\\$])\$(?<dollar>[^\s$](?:[^$\n]|\n(?!\n)){0,5000}?)(?<!\\)\$(?![\d$])/.source,
    /\\(?<escaped>[\\`*_{}[\]()#+\-.!$|<>~&%])/.source,
  ].join('|'),
  'gm',
);

function holdVerbatim(text: string, held: Held, mathematics: Mathematics): string {
  return text.replace(verbatim, (...found: unknown[]) => {
    const groups = found.at(-1) as Readonly<Record<string, string | undefined>>;
    const { fence, code = '', inline, bracket, dollars, environment, paren, dollar, escaped } = groups;
    if (fence !== undefined) return held.hold(html`<pre><code>${code.replace(/\n$/, '')}</code></pre>`, true);
    if (inline !== undefined) return held.hold(html`<code>${inline}</code>`, false);
    const display = bracket ?? dollars ?? environment;
    if (display !== undefined) return held.hold(displayed(display, mathematics), true);
    const formula = paren ?? dollar;
    if (formula !== undefined) return held.hold(mathematics.render(formula.trim(), false), false);
    return held.hold(html`${escaped}`, false);
  });
}

function displayed(tex: string, mathematics: Mathematics): Markup {
  return html`<div class="display">${mathematics.render(tex.trim(), true)}</div>`;
}

function blocksOf(lines: readonly string[], headingLevel: number, held: Held): Markup[] {
  const blocks: Markup[] = [];
  let paragraph: string[] = [];
  const inline = (text: string): Markup => inlineOf(text, held);
  const endParagraph = (): void => {
    if (paragraph.length > 0) blocks.push(html`<p>${inline(paragraph.join('\n'))}</p>`);
    paragraph = [];
  };
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? '';
    const heading = /^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$/.exec(line);
    if (line.trim() === '') endParagraph();
    else if (held.isBlock(line)) {
      endParagraph();
      blocks.push(trusted(held.release(line.trim())));
    } else if (heading !== null) {
      endParagraph();
      const level = Math.min(6, headingLevel - 1 + (heading[1] ?? '').length);
      blocks.push(html`${trusted(`<h${level}>`)}${inline(heading[2] ?? '')}${trusted(`</h${level}>`)}`);
    } else if (/^ {0,3}([-*_])(?:\s*\1){2,}\s*$/.test(line)) {
      endParagraph();
      blocks.push(html`<hr>`);
    } else {
      const taken =
        listAt(lines, at, headingLevel, held) ??
        quoteAt(lines, at, headingLevel, held) ??
        tableAt(lines, at, inline);
      if (taken !== undefined) {
        endParagraph();
        blocks.push(taken.block);
        at = taken.next;
        continue;
      }
      paragraph.push(line);
    }
    at += 1;
  }
  endParagraph();
  return blocks;
}

interface Taken {
  readonly block: Markup;
  readonly next: number;
}

const item = /^(\s{0,12})(?:([-*+])|(\d{1,9})[.)])(\s+)(\S.*)$/;
/** Deeper lists and quotations are text. */
const deepest = 8;

function listAt(
  lines: readonly string[],
  start: number,
  headingLevel: number,
  held: Held,
  depth = 0,
): Taken | undefined {
  const first = item.exec(lines[start] ?? '');
  if (first === null || depth > deepest) return undefined;
  const indent = first[1]?.length ?? 0;
  const isOrdered = first[3] !== undefined;
  const items: string[][] = [];
  let at = start;
  for (; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const found = item.exec(line);
    const own = found !== null && (found[1]?.length ?? 0) <= indent + 1;
    if (own && (found[3] !== undefined) !== isOrdered) break;
    if (own) items.push([found[5] ?? '']);
    else if (line.trim() === '') {
      // A list goes on after a blank line when what follows is indented or an item of it.
      const next = lines.slice(at + 1).find((later) => later.trim() !== '') ?? '';
      const goesOn = /^\s{2,}\S/.test(next) || (item.test(next) && isOrdered === /^\s*\d/.test(next));
      if (!goesOn && !held.isBlock(next)) break;
      if (!goesOn && !followsItem(lines, at, isOrdered)) break;
      items.at(-1)?.push('');
    } else if (/^\s/.test(line) || held.isBlock(line) || lines[at - 1]?.trim() !== '') {
      items.at(-1)?.push(line.replace(/^\s{1,4}/, ''));
    } else break;
  }
  const rendered = items.map((own) => html`<li>${itemOf(own, headingLevel, held, depth)}</li>`);
  const begin = Number(first[3] ?? 1);
  const block = isOrdered ? html`<ol start="${begin}">${rendered}</ol>` : html`<ul>${rendered}</ul>`;
  return { block, next: at };
}

/** Whether after a displayed formula the list has another item: the formula then belongs to the one before. */
function followsItem(lines: readonly string[], from: number, isOrdered: boolean): boolean {
  const next = lines.slice(from + 1, from + 12).find((line) => item.test(line));
  return next !== undefined && isOrdered === /^\s*\d/.test(next);
}

function itemOf(
  lines: readonly string[],
  headingLevel: number,
  held: Held,
  depth: number,
): Markup | Markup[] {
  const hasBlocks = lines.some((line) => line.trim() === '' || held.isBlock(line));
  const nested = lines.findIndex((line, index) => index > 0 && item.test(line));
  if (!hasBlocks && nested < 0) return inlineOf(lines.join('\n'), held);
  if (!hasBlocks) {
    const inner = listAt(lines, nested, headingLevel, held, depth + 1);
    const head = inlineOf(lines.slice(0, nested).join('\n'), held);
    if (inner?.next === lines.length) return [head, inner.block];
  }
  return depth > deepest ? inlineOf(lines.join('\n'), held) : blocksOf(lines, headingLevel, held);
}

function quoteAt(
  lines: readonly string[],
  start: number,
  headingLevel: number,
  held: Held,
): Taken | undefined {
  if (!/^ {0,3}>/.test(lines[start] ?? '')) return undefined;
  let at = start;
  const inside: string[] = [];
  for (; /^ {0,3}>/.test(lines[at] ?? ''); at += 1) inside.push((lines[at] ?? '').replace(/^ {0,3}> ?/, ''));
  // A quotation in a quotation is text: nothing here goes deep.
  const flat = inside.map((line) => line.replace(/^( {0,3}> ?)+/, ''));
  return { block: html`<blockquote>${blocksOf(flat, headingLevel, held)}</blockquote>`, next: at };
}

function tableAt(
  lines: readonly string[],
  start: number,
  inline: (text: string) => Markup,
): Taken | undefined {
  const rule = lines[start + 1] ?? '';
  if (!(lines[start] ?? '').includes('|') || !/^[\s|:-]*-[\s|:-]*$/.test(rule) || !rule.includes('|'))
    return undefined;
  const cells = (line: string): string[] =>
    line
      .trim()
      .replace(/^\||\|$/g, '')
      .split('|');
  const head = cells(lines[start] ?? '');
  let at = start + 2;
  const rows: string[][] = [];
  for (; (lines[at] ?? '').includes('|'); at += 1) rows.push(cells(lines[at] ?? ''));
  const block = html`<div class="scroll"><table><thead><tr>${head.map((cell) => html`<th>${inline(cell.trim())}</th>`)}</tr></thead><tbody>${rows.map(
    (row) => html`<tr>${row.map((cell) => html`<td>${inline(cell.trim())}</td>`)}</tr>`,
  )}</tbody></table></div>`;
  return { block, next: at };
}

/** Emphasis and line breaks; all else is text. */
function inlineOf(text: string, held: Held): Markup {
  const escaped = html`${text.trim()}`.text
    .replaceAll(/\*\*(?=\S)([^*]{1,2000}?\S|\S)\*\*/g, '<strong>$1</strong>')
    .replaceAll(/(?<![\w*])\*(?=[^\s*])([^*\n]{1,1000}?[^\s*]|[^\s*])\*(?![\w*])/g, '<em>$1</em>')
    .replaceAll(/(?<![\w_])_(?=[^\s_])([^_\n]{1,1000}?[^\s_]|[^\s_])_(?![\w_])/g, '<em>$1</em>')
    .replaceAll(/!?\[([^\]\n]{1,500})\]\(([^()\s]{1,1000})\)/g, '$1 ($2)')
    .replaceAll(/ {2,}\n/g, '<br>\n');
  return trusted(held.release(escaped));
}

/**
 * Where a reply repeats others instead of speaking for itself: quotation marks, inline code, block quotations,
 * comments, the tags of a prompt's fence, code blocks. FENCED-CANDIDATE: this depends on the reply alone, never on the
 * candidate, so that no candidate can make a judge's own words count as a quotation.
 */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface CodeBlock extends Span {
  /** Ended by its fence; a block that is not may go on. */
  readonly isClosed: boolean;
}

/** On one line, from the first mark to the next of its kind. */
const quotations = [
  /(?<!\\)"[^"\n]*(?<!\\)"/g,
  /„[^“”\n]*[“”]/g,
  /“[^“”\n]*”/g,
  /«[^«»\n]*»/g,
  /「[^」\n]*」/g,
  /『[^』\n]*』/g,
  /``[^`\n]*''/g,
  /(?<!`)(`{1,2})(?!`)[^\n]*?(?<!`)\1(?!`)/g,
  /^[ \t]*>.*$/gm,
  /<!--[\s\S]*?(?:-->|$(?![\s\S]))/g,
  /<([a-z]+(?:-\d+)?-[0-9a-f]{8})>[\s\S]*?<\/\1>/g,
];

const closingMarks = ['"', '”', '»', '」', '』', "''", '`', '``'];

/**
 * Spans of quotation, in no order; they may overlap, and reach beyond a text that was cut: there a quotation counts as
 * one without its end.
 */
export function quotationsIn(text: string, isCut: boolean): Span[] {
  const versions = isCut ? [text, ...closingMarks.map((mark) => text + mark)] : [text];
  return versions.flatMap((version) =>
    quotations.flatMap((pattern) =>
      [...version.matchAll(pattern)].map(({ 0: whole, index }) => ({
        start: index,
        end: index + whole.length,
      })),
    ),
  );
}

/** Blocks between lines of ``` or ~~~, which are part of them. */
export function codeBlocksIn(text: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { readonly start: number; readonly fence: string } | undefined;
  for (const { 0: line, 1: fence = '', 2: rest = '', index } of text.matchAll(
    /^ {0,3}(`{3,}|~{3,})(.*)$/gm,
  )) {
    if (open === undefined) open = { start: index, fence };
    else if (fence.startsWith(open.fence) && rest.trim() === '') {
      blocks.push({ start: open.start, end: index + line.length, isClosed: true });
      open = undefined;
    }
  }
  if (open !== undefined) blocks.push({ start: open.start, end: text.length, isClosed: false });
  return blocks;
}

/**
 * The verdict of a judge's reply: what stands between the last two tags of the name that was asked for, as far as the
 * judge speaks for itself. FENCED-CANDIDATE: what it repeats is no verdict, wherever it stands. NULL-NOT-ZERO: a last
 * verdict that was begun and not ended is none, and no earlier one takes its place; nor is there one in a reply that was
 * cut at its limit of tokens, unless it is the last thing there.
 */
import type { Reply } from '../model/chat-model.ts';
import { type CodeBlock, codeBlocksIn, quotationsIn, type Span } from './repeated.ts';
import { saidIn } from './said.ts';

export type Verdict =
  | { readonly ok: true; readonly content: string }
  | {
      readonly ok: false;
      readonly fault: 'no-verdict' | 'unfinished';
      /** For the judge: what was wrong with its reply. */
      readonly complaint: string;
    };

/** A whole pair of tags, or undefined where the last two do not make one. */
type Pair = (Span & { readonly content: string }) | undefined;

interface Tag extends Span {
  readonly kind: 'open' | 'close' | 'odd';
}

/**
 * `tag` is a word in small letters; `what` names what stands between the tags, in complaints. Only the answer is looked
 * at, never the reasoning.
 */
export function lastVerdict(reply: Pick<Reply, 'answer' | 'finish'>, tag: string, what = 'verdict'): Verdict {
  const isCut = reply.finish === 'length';
  const none = (complaint: string): Verdict => ({ ok: false, fault: 'no-verdict', complaint });
  const unfinished = (complaint: string): Verdict => ({ ok: false, fault: 'unfinished', complaint });
  const missing = (): Verdict =>
    isCut
      ? unfinished(`it was cut at its limit of length before it gave a ${what}`)
      : none(`it has no ${what} between <${tag}> and </${tag}>`);

  const said = saidIn(reply.answer ?? '');
  if (!said.ok) return none('it goes on with turns of the conversation that are not yours');
  const { text } = said;
  if (text.trim() === '') return isCut ? missing() : none('it is empty');

  const blocks = codeBlocksIn(text);
  const tags = withoutSingleQuotes(text, ownTags(text, { tag, isCut, blocks }));
  const outside = tags.filter((one) => !blocks.some((block) => isWithin(one, block)));
  // A block that ends the reply is a way to show a verdict; any other quotes.
  const end = text.trimEnd().length;
  const shown = blocks.find((block) => block.isClosed && block.end >= end);
  const inside = shown === undefined ? [] : tags.filter((one) => isWithin(one, shown));

  if (outside.length === 0 && inside.length === 0) return missing();
  const pair = pairOf(text, outside.length > 0 ? outside : inside);
  if (pair === undefined) {
    return unfinished(`its last ${what} does not stand between one <${tag}> and one </${tag}> after it`);
  }
  if (outside.length > 0 && inside.length > 0 && pairOf(text, inside)?.content !== pair.content) {
    return none(`it has two ${what}s that differ, one of them in a code block`);
  }
  const isLast = text.slice(pair.end).trim() === '' || (shown !== undefined && inside.length > 0);
  if (isCut && !isLast)
    return unfinished(`it was cut at its limit of length while it went on after a ${what}`);
  return { ok: true, content: pair.content };
}

/** Tags outside of quotations. A tag with attributes, or without content, is odd: it is not the one asked for. */
function ownTags(
  text: string,
  options: { readonly tag: string; readonly isCut: boolean; readonly blocks: readonly CodeBlock[] },
): Tag[] {
  const { tag, isCut, blocks } = options;
  const spans = quotationsIn(text, isCut).filter((span) => !blocks.some((block) => crosses(span, block)));
  const found = text.matchAll(new RegExp(`<(/?)${tag}(\\s*)([^<>]*)>`, 'gi'));
  return [...found].flatMap(({ 0: whole, 1: slash, 2: space, 3: rest = '', index }): Tag[] => {
    // `<points_awarded>` is another tag.
    if (rest !== '' && space === '' && rest !== '/') return [];
    const span = { start: index, end: index + whole.length };
    if (spans.some((quoted) => isWithin(span, quoted))) return [];
    return [{ ...span, kind: rest !== '' ? 'odd' : slash === '/' ? 'close' : 'open' }];
  });
}

/** Single quotation marks are apostrophes too: they count only directly around a whole pair. */
function withoutSingleQuotes(text: string, tags: readonly Tag[]): Tag[] {
  const isQuote = (character: string | undefined): boolean => /^[‘’‚'‹›]$/.test(character ?? '');
  return tags.filter((tag, index) => {
    const [open, close] = tag.kind === 'close' ? [tags[index - 1], tag] : [tag, tags[index + 1]];
    return !(
      open?.kind === 'open' &&
      close?.kind === 'close' &&
      isQuote(text[open.start - 1]) &&
      isQuote(text[close.end])
    );
  });
}

function pairOf(text: string, tags: readonly Tag[]): Pair {
  const [open, close] = tags.slice(-2);
  if (open?.kind !== 'open' || close?.kind !== 'close') return undefined;
  return { start: open.start, end: close.end, content: text.slice(open.end, close.start).trim() };
}

function isWithin(inner: Span, outer: Span): boolean {
  return inner.start >= outer.start && inner.end <= outer.end;
}

/** A quotation that begins on one side of a block's edge and ends on the other is none. */
function crosses(span: Span, block: Span): boolean {
  return span.start < block.end && span.end > block.start && !isWithin(span, block) && !isWithin(block, span);
}

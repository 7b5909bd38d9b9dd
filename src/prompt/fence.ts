/**
 * Text that others wrote, inside a prompt. FENCED-CANDIDATE: it stands between tags that carry a mark which none of
 * the prompt's texts contains, so it cannot end its fence or open another; and where a judge is asked, everything that
 * a parser would take for a verdict is taken out of it, so that quoting it cannot give one.
 *
 * The mark is made from the texts themselves: equal prompts stay equal (for the journal, and for caches of prompts),
 * and no text can contain it, because it is chosen after them.
 */
import { createHash } from 'node:crypto';
import { BOX, VERDICT_TAGS } from './read-boxed.ts';

/** Eight hexadecimal digits that occur in none of the texts. */
export function fenceMark(texts: readonly string[]): string {
  for (let attempt = 0; ; attempt += 1) {
    const mark = createHash('sha256')
      .update(JSON.stringify([attempt, ...texts]))
      .digest('hex')
      .slice(0, 8);
    if (!texts.some((text) => text.toLowerCase().includes(mark))) return mark;
  }
}

/** `<name-mark>`, the text, `</name-mark>`. `judged` also takes away what looks like a verdict. */
export function fence(name: string, text: string, mark: string, judged: boolean): string {
  const tagLike = new RegExp(
    `<(?=\\s*/?\\s*(?:${name.replace(/-\d+$/, '')}\\b|[a-z]+(?:-\\d+)?-[0-9a-f]{8}))`,
    'gi',
  );
  const content = text.replace(tagLike, '&lt;');
  return `<${name}-${mark}>\n${judged ? withoutVerdicts(content) : content}\n</${name}-${mark}>`;
}

/** Boxes become frames, which look alike and are read by nobody; verdict tags show as text. */
function withoutVerdicts(text: string): string {
  return text
    .replace(BOX, () => '\\fbox')
    .replace(new RegExp(`<(?=\\s*/?\\s*(?:${VERDICT_TAGS.join('|')})\\b)`, 'gi'), '&lt;');
}

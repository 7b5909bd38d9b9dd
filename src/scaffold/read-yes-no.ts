/**
 * A yes or a no: what the last box holds, else the first word of the answer when it stands by itself. A `yes` inside
 * a sentence says nothing, so "No, although yes-men disagree" is a no.
 */
import { plainVerdict, readBoxed, withoutReasoning } from '../prompt/read-boxed.ts';
import type { Reading } from '../prompt/reading.ts';

export function readYesNo(reply: string): Reading<boolean> {
  const boxed = readBoxed(reply);
  const text = boxed === undefined ? firstWord(reply) : plainVerdict(boxed).toLowerCase();
  if (text === 'yes' || text === 'no') return { ok: true, value: text === 'yes' };
  return { ok: false, complaint: 'it is not one word, yes or no, in \\boxed{}' };
}

/** The first word, when nothing or a mark of punctuation follows it, and no `but` takes a yes back. A quotation has none. */
function firstWord(reply: string): string | undefined {
  const text = withoutReasoning(reply).replace(/^[\s*_]*(?:final )?answer[\s*_]*[:=]/i, '');
  const [whole, word] = /^[\s*_#]*(yes|no)(?=[*_`"']*\s*(?:$|[.,:;!\n—–]))/i.exec(text) ?? [];
  if (whole === undefined || word === undefined) return undefined;
  const isTakenBack = /^\W*(?:but|except|however|although|though|apart)\b/i.test(text.slice(whole.length));
  return isTakenBack && word.toLowerCase() === 'yes' ? undefined : word.toLowerCase();
}

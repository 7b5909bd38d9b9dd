/**
 * What a reply says, apart from what it thinks: reasoning that a server left in the text is cut off, by tags of known
 * families, and so is everything when the reasoning did not end. A verdict is never taken from it (NULL-NOT-ZERO: then
 * there is none).
 */
export type Said =
  | { readonly ok: true; readonly text: string }
  /** The reply goes on with turns that are not the model's. */
  | { readonly ok: false };

const closings = /<\/(?:think|thinking|thought)>/gi;
const opening = /<(?:think|thinking|thought)>/i;
const channel = '<|channel|>';
const finalChannel = '<|channel|>final<|message|>';
const turnEnd =
  /<\|(?:im_end|im_start|eot_id|eom_id|end|return|start|endoftext|end_of_text|start_header_id)\|>|<\/s>|<end_of_turn>/;

export function saidIn(answer: string): Said {
  let text = answer;
  if (text.includes(channel)) {
    const at = text.lastIndexOf(finalChannel);
    text = at === -1 ? '' : text.slice(at + finalChannel.length);
  }
  for (const { 0: tag, index } of [...text.matchAll(closings)].slice(-1)) {
    text = text.slice(index + tag.length);
  }
  const open = text.search(opening);
  if (open !== -1) text = text.slice(0, open);
  const [turn] = turnEnd.exec(text) ?? [];
  if (turn === undefined) return { ok: true, text };
  const end = text.indexOf(turn);
  return text.slice(end).replaceAll(new RegExp(turnEnd, 'g'), '').trim() === ''
    ? { ok: true, text: text.slice(0, end) }
    : { ok: false };
}

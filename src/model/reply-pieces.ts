/**
 * Sampled token ids to pieces of text as they come: whole characters, reasoning apart from answer, the marks around
 * reasoning left out. For watching only; the reply itself is taken apart by `ChatFormat.parseReply`.
 */
import type { ChatFormat } from '../tokenizer/tokenizer.ts';
import type { Delta } from './chat-model.ts';

/** Gives the piece that a token adds; undefined while it holds no whole character. */
export function replyPieces(format: ChatFormat): (id: number) => Delta | undefined {
  const { tokenizer } = format;
  const openId = tokenizer.idOf('<think>');
  const closeId = tokenizer.idOf('</think>');
  const stops = new Set(format.stopTokenIds);
  const utf8 = new TextDecoder('utf-8');
  // An empty reply has no answer exactly where the prompt has opened the thinking.
  let kind: Delta['kind'] = format.parseReply([]).answer === undefined ? 'reasoning' : 'answer';
  return (id) => {
    if (stops.has(id)) return undefined;
    if (id === openId || id === closeId) {
      kind = id === openId ? 'reasoning' : 'answer';
      return undefined;
    }
    const bytes = tokenizer.bytesOf(id);
    const text = bytes === undefined ? '' : utf8.decode(bytes, { stream: true });
    return text === '' ? undefined : { kind, text };
  };
}

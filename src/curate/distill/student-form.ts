/**
 * The form in which a student is to learn: what it is asked, how reasoning and proof make one reply, and, where its
 * tokenizer is known, how many tokens the whole text has and which chat template it was meant for.
 */
import type { ChatFormat, Message } from '../../tokenizer/tokenizer.ts';

/** `lines`: the marks of the thinking block on lines of their own, as Qwen3 writes it; `words`: as the lab's models do. */
export type ReplyLayout = 'lines' | 'words';

export interface StudentForm {
  /** What the student is asked about a problem, which is not what the teacher was asked. */
  readonly ask: (statement: string) => readonly Message[];
  readonly layout: ReplyLayout;
  /** Undefined where the tokenizer is not known. */
  readonly format: ChatFormat | undefined;
  /** SHA-256 of the chat template, with the tokenizer. */
  readonly chatTemplate: string | undefined;
}

/** A conversation that the SFT stage trains on. */
export function studentMessages(
  { ask, layout }: Pick<StudentForm, 'ask' | 'layout'>,
  statement: string,
  { reasoning, proof }: { readonly reasoning: string; readonly proof: string },
): Message[] {
  return [...ask(statement), { role: 'assistant', content: replyText(layout, reasoning.trim(), proof) }];
}

function replyText(layout: ReplyLayout, reasoning: string, proof: string): string {
  if (layout === 'words') return `${reasoning === '' ? '' : `<think> ${reasoning}</think>`} ${proof}`;
  return reasoning === '' ? proof : `<think>\n${reasoning}\n</think>\n\n${proof}`;
}

/** Tokens of the whole text as it is trained on. */
export function textTokens(format: ChatFormat, messages: readonly Message[]): number {
  const reply = messages.at(-1)?.content ?? '';
  return format.renderPrompt(messages.slice(0, -1)).length + format.renderReply(reply).length;
}

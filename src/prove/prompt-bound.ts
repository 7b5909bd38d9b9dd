/**
 * How many tokens a prompt has: exactly where the model can count, else between bounds. A token stands for at least
 * one byte, so a prompt has at most as many tokens as bytes, and those that its chat template adds.
 */
import type { ChatModel } from '../model/chat-model.ts';
import type { Message } from '../tokenizer/tokenizer.ts';

/** More than the templates of the models we know add to a prompt (gpt-oss: about 70), and to a message. */
const templateTokens = 256;
const messageTokens = 16;

/** Bytes of a token in mathematical English are about three; fewer in other scripts. */
const usualBytesPerToken = 3;

export interface PromptTokens {
  /** Never fewer than there are. */
  readonly most: number;
  /** About as many as there are. */
  readonly likely: number;
}

export function promptTokens(model: ChatModel, messages: readonly Message[]): PromptTokens {
  const exact = model.countPromptTokens?.(messages);
  if (exact !== undefined) return { most: exact, likely: exact };
  const bytes = messages.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);
  return {
    most: bytes + templateTokens + messageTokens * messages.length,
    likely: Math.ceil(bytes / usualBytesPerToken) + messageTokens * messages.length,
  };
}

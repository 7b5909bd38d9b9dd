/** A model call of an evaluation through the journal: made once, however often the evaluation is begun again. */
import type { Journal } from '../journal/journal.ts';
import type { ChatModel, ChatRequest, Reply } from '../model/chat-model.ts';
import { callKey } from '../prove/durable-call.ts';

/** The reply that is on record for this call, or a new one, which is on disk before it is returned. */
export async function durableReply(
  source: { readonly journal: Journal; readonly signal: AbortSignal },
  model: ChatModel,
  unit: string,
  label: string,
  call: ChatRequest,
): Promise<Reply> {
  const key = { unit, label, request: callKey(model, call) };
  const { value } = await source.journal.effect(key, async () => {
    const { reasoning, answer, finish, usage } = await model.generate(call, {
      signal: source.signal,
    });
    return { value: { reasoning, answer: answer ?? null, finish, usage: { ...usage } } };
  });
  // The journal gives back what was put in above.
  const recorded = value as unknown as {
    reasoning: string;
    answer: string | null;
    finish: Reply['finish'];
    usage: Reply['usage'];
  };
  return { ...recorded, answer: recorded.answer ?? undefined };
}

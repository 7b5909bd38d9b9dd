/**
 * One reply of another model than the trained one as a durable call. PAY-ONCE: what it replied before comes from the
 * journal. Its versions are nobody's: no weights that are trained wrote it.
 */
import { z } from 'zod';
import type { EffectKey, Journal } from '../journal/journal.ts';
import type { ChatModel, ChatRequest, Reply } from '../model/chat-model.ts';
import { type Lease, withLease } from './pipeline/lease.ts';

const replySchema = z.object({
  reasoning: z.string(),
  answer: z.string().nullable(),
  finish: z.enum(['stop', 'length']),
  usage: z.object({ promptTokens: z.number(), completionTokens: z.number() }),
});

export interface DurableAsking {
  readonly journal: Pick<Journal, 'effect'>;
  readonly model: ChatModel;
  readonly signal: AbortSignal;
  /** How long it may take; without it, as long as it takes. */
  readonly lease?: Lease;
}

/**
 * The reply on record, or a new one. Rejects with a ModelError, which is no reply and is asked again; with an AbortError;
 * and with a LeaseExpiredError.
 */
export async function askDurably(
  { journal, model, signal, lease }: DurableAsking,
  { unit, label }: Pick<EffectKey, 'unit' | 'label'>,
  request: ChatRequest,
): Promise<Reply> {
  const asked = {
    model: model.name,
    messages: request.messages.map(({ role, content }) => ({ role, content })),
    ...{ maxTokens: request.maxTokens, temperature: request.temperature, seed: request.seed },
    sampling: { ...request.sampling },
  };
  const ask = (until: AbortSignal) => model.generate(request, { signal: until });
  const { payload } = await journal.effect({ unit, label, request: asked }, async () => {
    const reply = lease === undefined ? await ask(signal) : await withLease(lease, unit, signal, ask);
    return { value: reply.usage.completionTokens, payload: encodeReply(reply) };
  });
  if (payload === undefined) throw new Error(`the journal has no reply of ${unit} ${label}`);
  return decodeReply(payload);
}

function encodeReply({ reasoning, answer, finish, usage }: Reply): Uint8Array {
  const { promptTokens, completionTokens } = usage;
  const kept = { reasoning, answer: answer ?? null, finish, usage: { promptTokens, completionTokens } };
  return Buffer.from(JSON.stringify(kept));
}

/** Throws where the bytes are no reply. */
export function decodeReply(payload: Uint8Array): Reply {
  const { answer, ...rest } = replySchema.parse(JSON.parse(Buffer.from(payload).toString('utf8')));
  return { ...rest, answer: answer ?? undefined };
}

/**
 * Answers `POST /v1/chat/completions`, whole or streamed. The choices of a request are made side by side; when one
 * fails, the others are cut off. A stream that breaks ends with an error event and without `[DONE]`.
 */
import { randomUUID } from 'node:crypto';
import type { Reply } from '../model/chat-model.ts';
import type { Place } from './admission.ts';
import { apiErrorOf } from './api-error.ts';
import type { ParsedChat } from './chat-request.ts';
import { type AnswerHead, ChatChunks, chatCompletion, tokenLogprobs, usageTogether } from './chat-shapes.ts';
import { ChoiceStream } from './choice-stream.ts';
import { EventStream } from './event-stream.ts';
import type { Exchange } from './exchange.ts';
import { settle } from './settle.ts';

export interface AnswerOptions {
  /** One a choice. */
  readonly places: readonly Place[];
  /** Unix seconds. */
  readonly created: number;
  readonly keepAliveMilliseconds: number;
  readonly stallMilliseconds: number;
}

/** Throws what could not be answered, as long as nothing was sent. */
export async function answerChat(
  asked: ParsedChat,
  exchange: Exchange,
  options: AnswerOptions,
): Promise<void> {
  const id = `chatcmpl-${randomUUID().replaceAll('-', '')}`;
  const head: AnswerHead = { id, created: options.created, model: asked.served.id };
  await (asked.stream ? answerInPieces : answerWhole)(asked, exchange, head, options);
}

async function answerWhole(
  asked: ParsedChat,
  exchange: Exchange,
  head: AnswerHead,
  { places }: AnswerOptions,
): Promise<void> {
  const replies = await makeReplies(asked, exchange, places, () => undefined);
  const usage = usageOfAll(asked, replies);
  exchange.usage = usage;
  const logprobs = replies.map((reply) => logprobsOf(asked, reply));
  exchange.sendJson(200, chatCompletion(head, replies, { usage, logprobs }));
}

async function answerInPieces(
  asked: ParsedChat,
  exchange: Exchange,
  head: AnswerHead,
  { places, keepAliveMilliseconds, stallMilliseconds }: AnswerOptions,
): Promise<void> {
  const chunks = new ChatChunks(head, asked.includeUsage);
  const onDrain = (): void => {
    for (const choice of choices) choice.flush();
  };
  const events = new EventStream(exchange.response, { keepAliveMilliseconds, stallMilliseconds, onDrain });
  const choices = asked.requests.map((_, index) => {
    let isOpen = false;
    const open = (): void => {
      if (!isOpen) events.send(chunks.role(index));
      isOpen = true;
    };
    const stream = new ChoiceStream({
      emit: (kind, text) => {
        open();
        events.send(chunks.text(index, kind, text));
      },
      isBlocked: () => events.isBlocked,
    });
    return {
      take: stream.take.bind(stream),
      flush: () => stream.flush(),
      finish: (reply: Reply): void => {
        open();
        stream.finish(reply);
        const logprobs = logprobsOf(asked, reply);
        if (logprobs !== undefined) events.send(chunks.logprobs(index, logprobs));
        events.send(chunks.finish(index, reply.finish));
      },
    };
  });
  try {
    const replies = await makeReplies(asked, exchange, places, (index) => choices[index]);
    const usage = usageOfAll(asked, replies);
    exchange.usage = usage;
    if (asked.includeUsage) events.send(chunks.usage(usage));
    events.end();
  } catch (error) {
    // Before the first piece an error still has a status.
    if (!exchange.response.headersSent) {
      events.cancel();
      throw error;
    }
    exchange.error = apiErrorOf(error);
    events.fail(JSON.stringify(exchange.error));
  }
}

/** What hears of a choice while it is made. */
type Listener = Pick<ChoiceStream, 'take' | 'finish'>;

async function makeReplies(
  { served, requests }: ParsedChat,
  { signal }: Exchange,
  places: readonly Place[],
  listenerOf: (index: number) => Listener | undefined,
): Promise<Reply[]> {
  const failure = new AbortController();
  const either = AbortSignal.any([signal, failure.signal]);
  const makeOne = async (place: Place, index: number): Promise<Reply> => {
    const request = requests[index];
    if (request === undefined) throw new RangeError(`there is no choice ${index}`);
    const listener = listenerOf(index);
    const onDelta = (delta: Parameters<Listener['take']>[0]): void => {
      if (either.aborted) return;
      try {
        listener?.take(delta);
      } catch (error) {
        failure.abort(error);
      }
    };
    const work = place.run(either, () =>
      served.model.generate(request, { signal: either, ...(listener === undefined ? {} : { onDelta }) }),
    );
    const reply = await settle(work, either);
    failure.signal.throwIfAborted();
    listener?.finish(reply);
    return reply;
  };
  try {
    return await Promise.all(places.map(makeOne));
  } catch (error) {
    failure.abort(error);
    throw error;
  }
}

function usageOfAll({ served }: ParsedChat, replies: readonly Reply[]): Reply['usage'] {
  const usages = replies.map(({ usage }) => usage);
  return usageTogether(usages, served.scaffold === undefined);
}

function logprobsOf({ served, logprobs }: ParsedChat, reply: Reply): ReturnType<typeof tokenLogprobs> {
  return logprobs ? tokenLogprobs(reply, (id) => served.model.bytesOf?.(id)) : undefined;
}

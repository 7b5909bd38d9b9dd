/**
 * A conversation with a judge until its verdict can be read, with a bound: a reply that cannot be read is answered with
 * what was wrong with it, in the same conversation, so that the judge keeps its own report. NULL-NOT-ZERO: after the last
 * try, or when a call fails, there is no verdict. A budget that ended and an interruption are thrown on.
 */
import type { ChatModel, ChatRequest, Reply, SamplingSettings } from '../model/chat-model.ts';
import { ModelError } from '../model/model-error.ts';
import { seedFrom } from '../stats/random.ts';
import type { Message } from '../tokenizer/tokenizer.ts';
import type { GradeContext, UngradedCause } from './grade.ts';

export interface JudgeModel {
  readonly model: ChatModel;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly sampling?: SamplingSettings;
}

export interface JudgeQuestion<T> {
  readonly messages: readonly Message[];
  readonly read: (reply: Reply) => JudgeReading<T>;
  /** What is said to a judge whose reply could not be read. */
  readonly again: (complaint: string) => string;
  /** How often it is asked again, at most. */
  readonly reasks: number;
  /** Names the calls: `label`, `label-again-1` and so on. */
  readonly label: string;
}

export type JudgeReading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly complaint: string; readonly isOffScale?: boolean };

export type JudgeAnswer<T> =
  | {
      readonly ok: true;
      readonly value: T;
      /** What the judge wrote, its later replies included. */
      readonly report: string;
      /** The conversation with its last reply. */
      readonly messages: readonly Message[];
      readonly calls: readonly string[];
    }
  | {
      readonly ok: false;
      readonly cause: UngradedCause;
      readonly detail: string;
      readonly calls: readonly string[];
    };

/** A report that goes into a prompt is kept by its ends beyond so many characters: one that loops would fill it. */
const mostInPrompt = 24_000;

export async function askJudge<T>(
  judge: JudgeModel,
  question: JudgeQuestion<T>,
  context: GradeContext,
): Promise<JudgeAnswer<T>> {
  const { label, reasks, read, again } = question;
  let messages = [...question.messages];
  const calls: string[] = [];
  const written: string[] = [];
  let fault: (JudgeReading<T> & { ok: false }) | undefined;
  for (let attempt = 0; attempt <= reasks; attempt += 1) {
    const name = attempt === 0 ? label : `${label}-again-${attempt}`;
    let reply: Reply;
    try {
      reply = await call(judge, name, messages, context);
    } catch (error) {
      // A client may dress up the abort.
      context.signal?.throwIfAborted();
      if (!(error instanceof ModelError)) throw error;
      const before = fault === undefined ? '' : `${fault.complaint}; asked again: `;
      return { ok: false, cause: 'call-failed', detail: `${before}${error.message}`, calls };
    }
    calls.push(name);
    const answer = reply.answer?.trim() ?? '';
    if (answer !== '') written.push(answer);
    const reading = read(reply);
    if (reading.ok) {
      return {
        ...{ ok: true, value: reading.value, report: written.join('\n\n---\n\n'), calls },
        messages: [...messages, { role: 'assistant', content: answer }],
      };
    }
    fault = reading;
    messages = continued(messages, answer, again(reading.complaint));
  }
  const times = reasks === 0 ? '' : `, ${reasks + 1} times`;
  return {
    ok: false,
    cause: fault?.isOffScale === true ? 'out-of-range' : 'unparsable',
    detail: `the reply could not be read${times}: ${fault?.complaint ?? 'it was not asked'}`,
    calls,
  };
}

async function call(
  judge: JudgeModel,
  label: string,
  messages: readonly Message[],
  context: GradeContext,
): Promise<Reply> {
  const { model, maxTokens, temperature, sampling } = judge;
  const request: ChatRequest = {
    ...{ messages, maxTokens, temperature, seed: seedFrom(context.seed, 'judge', label) },
    ...(sampling === undefined ? {} : { sampling }),
  };
  if (context.call !== undefined) return await context.call(label, model, request);
  const reply = await model.generate(request, context.signal === undefined ? {} : { signal: context.signal });
  context.signal?.throwIfAborted();
  return reply;
}

/** A reply without an answer leaves nothing to go on from: the complaint joins what was asked. */
function continued(messages: readonly Message[], answer: string, request: string): Message[] {
  if (answer !== '') {
    return [
      ...messages,
      { role: 'assistant', content: byItsEnds(answer) },
      { role: 'user', content: request },
    ];
  }
  return messages.map((message, index) =>
    index === messages.length - 1 ? { ...message, content: `${message.content}\n\n${request}` } : message,
  );
}

export function byItsEnds(text: string): string {
  if (text.length <= mostInPrompt) return text;
  const half = mostInPrompt / 2;
  return `${text.slice(0, half)}\n\n[…]\n\n${text.slice(-half)}`;
}

/**
 * One model call of a proof, paid for once and within the budget. PAY-ONCE: the journal's record is taken if there is
 * one; it is found whatever the budget has become, because the limit that a budget lowered is no part of its key. A
 * refusal for a budget of problem or run is recorded too, under that budget: after a kill the same call is refused again,
 * and with a larger budget it is made. A failed call leaves no answer and is asked again.
 */
import { canonicalJson } from '../journal/canonical-json.ts';
import type { Journal, Json } from '../journal/journal.ts';
import type { ChatModel, ChatRequest, GenerateContext, Reply, Usage } from '../model/chat-model.ts';
import { ModelError, neverConnected } from '../model/model-error.ts';
import { BudgetExhausted } from '../scaffold/scaffold.ts';
import type { Allowance } from './allowance.ts';
import { dollarsOf, nothing, type Spend, spendOf } from './ledger.ts';
import { promptTokens } from './prompt-bound.ts';
import { type MeasuredCall, recordReserved, recordSettled } from './spend-record.ts';

/** A reply with what is recorded beside it. */
export interface RecordedReply {
  readonly reply: Reply;
  readonly replayed: boolean;
  /** Undefined where the model has no price. */
  readonly dollars: number | undefined;
  readonly seconds: number;
  /** The limit that the call was given. */
  readonly maxTokens: number;
  /** Its place among the calls of its attempt. */
  readonly order: number;
}

export interface DurableCall {
  readonly journal: Journal;
  readonly allowance: Allowance;
  readonly unit: string;
  readonly label: string;
  /** What the call is for. */
  readonly role: string;
  readonly model: ChatModel;
  readonly request: ChatRequest;
  /** False: a budget that leaves less than the request's limit refuses the call. Else it lowers the limit. */
  readonly mayShorten?: boolean;
  /** Gives the call its place when it is made for the first time. Throws when no more calls are to be made. */
  readonly begin: () => number;
  /** Called when the call is about to be made, with its limit. */
  readonly onStart?: (maxTokens: number) => void;
  readonly onDelta?: GenerateContext['onDelta'];
}

interface Recorded {
  readonly reasoning: string;
  readonly answer: string | null;
  readonly finish: Reply['finish'];
  readonly usage: Usage;
  readonly dollars: number | null;
  readonly seconds: number;
  readonly maxTokens: number;
  readonly order: number;
}

const refusedStream = 'budget/refused';

/** Throws BudgetExhausted, the model's error, or the reason of the allowance's signal. */
export async function callDurably(call: DurableCall): Promise<RecordedReply> {
  const { journal, allowance, unit, label, model, request } = call;
  const refusalKey = `${unit}/${label} ${canonicalJson({ ...allowance.lasting })}`;
  let wasRefused = false;
  try {
    const entry = await journal.effect({ unit, label, request: callKey(model, request) }, async () => {
      const refused = await journal.find(refusedStream, refusalKey);
      if (refused === undefined) return { value: (await make(call)) as unknown as Json };
      wasRefused = true;
      const { message, owner } = refused.value as { readonly message: string; readonly owner?: string };
      throw new BudgetExhausted(message, owner);
    });
    const { answer, reasoning, finish, usage, dollars, ...rest } = entry.value as unknown as Recorded;
    return {
      reply: { reasoning, answer: answer ?? undefined, finish, usage },
      dollars: dollars ?? undefined,
      replayed: entry.replayed,
      ...rest,
    };
  } catch (error) {
    if (error instanceof BudgetExhausted && !wasRefused && allowance.isLasting(error)) {
      const { message, owner } = error;
      await journal.append(refusedStream, refusalKey, {
        value: { message, ...(owner === undefined ? {} : { owner }) },
      });
    }
    throw error;
  }
}

/** Everything that changes the answer. */
export function callKey(model: ChatModel, request: ChatRequest): Json {
  const { messages, maxTokens, temperature, seed, sampling } = request;
  return {
    model: model.name,
    messages: messages.map(({ role, content }) => ({ role, content })),
    maxTokens,
    temperature,
    seed,
    ...(sampling === undefined ? {} : { sampling: { ...sampling } }),
  };
}

async function make(call: DurableCall): Promise<Recorded> {
  const { allowance, model, request } = call;
  const order = call.begin();
  const prompt = promptTokens(model, request.messages);
  const wanted = withinContext(model, request.maxTokens, prompt.likely);
  const sizes = {
    promptTokens: prompt.most,
    wanted,
    least: call.mayShorten === false ? wanted : fewestTokens(wanted),
  };
  let payment = await reservePayment(call, sizes);
  let refusal: unknown;
  let isWaiting = true;
  try {
    allowance.signal.throwIfAborted();
    allowance.stopping.throwIfAborted();
    const { maxTokens } = payment;
    call.onStart?.(maxTokens);
    const began = performance.now();
    isWaiting = false;
    const { reasoning, answer, finish, usage } = await model.generate(
      { ...request, maxTokens },
      {
        signal: allowance.signal,
        stopping: allowance.stopping,
        onWaiting: (waits) => {
          isWaiting = waits;
        },
        ...(call.onDelta === undefined ? {} : { onDelta: call.onDelta }),
        // Every attempt is paid for by itself.
        mayRetry: async (failed) => {
          await payment.settle(costOfFailure(failed, payment, model));
          try {
            payment = await reservePayment(call, { ...sizes, wanted: maxTokens, least: maxTokens });
            return true;
          } catch (error) {
            refusal = error;
            return false;
          }
        },
      },
    );
    const seconds = (performance.now() - began) / 1000;
    const actual = spendOf(usage, model.price);
    const { promptTokens: promptSize, completionTokens } = usage;
    await payment.settle(actual, {
      model: model.name,
      role: call.role,
      promptTokens: promptSize,
      completionTokens,
    });
    const dollars = model.price === undefined ? null : dollarsOf(actual);
    return {
      reasoning,
      answer: answer ?? null,
      finish,
      usage: { ...usage },
      dollars,
      seconds,
      maxTokens,
      order,
    };
  } catch (error) {
    if (!payment.isSettled())
      await payment.settle(isWaiting ? nothing : costOfFailure(error, payment, model));
    // A client may dress up the abort; what it was for is what matters.
    if (allowance.signal.aborted) throw allowance.signal.reason;
    throw refusal ?? error;
  }
}

/** A reservation that is on disk where its call may cost something. */
interface Payment {
  readonly maxTokens: number;
  readonly worst: Spend;
  isSettled(): boolean;
  settle(actual: Spend, measured?: MeasuredCall): Promise<void>;
}

async function reservePayment(
  { journal, allowance, model }: DurableCall,
  sizes: { readonly promptTokens: number; readonly wanted: number; readonly least: number },
): Promise<Payment> {
  const reservation = await allowance.reserve({ ...sizes, price: model.price });
  const { maxTokens, worst } = reservation;
  const { problem } = allowance;
  let key: string | undefined;
  try {
    if (!isFree(model)) key = await recordReserved(journal, problem, worst);
  } catch (error) {
    reservation.settle(nothing);
    throw error;
  }
  let settled = false;
  return {
    maxTokens,
    worst,
    isSettled: () => settled,
    settle: async (actual, measured) => {
      settled = true;
      // On disk first: a kill between the two is on the safe side.
      if (key !== undefined || actual.tokens > 0)
        await recordSettled(journal, problem, actual, { key, call: measured });
      reservation.settle(actual);
    },
  };
}

/** Where nobody said what a model costs, it may cost something. */
function isFree({ price }: ChatModel): boolean {
  return (
    price !== undefined &&
    [price.prompt, price.completion, price.cachedPrompt ?? 0].every((part) => part === 0)
  );
}

/** What a call without a reply has cost, at its worst where nobody can say. */
function costOfFailure(error: unknown, { worst }: Payment, model: ChatModel): Spend {
  const failed = error instanceof ModelError ? error : undefined;
  if (failed?.usage !== undefined) return spendOf(failed.usage, model.price);
  // Of a free model nothing is left of a call without an end, wherever it was cut.
  return isFree(model) || (failed !== undefined && neverBegan(failed)) ? nothing : worst;
}

/** Failures of which it is known that nothing was generated: an answer in place of a reply, or nobody there. */
function neverBegan(error: ModelError): boolean {
  const { kind, status } = error;
  if (status !== undefined && status >= 400) return true;
  const before = ['overloaded', 'authentication', 'invalid-request', 'context-length', 'circuit-open'];
  return before.includes(kind) || neverConnected(error);
}

/** Fewer tokens than this are not worth a call that wanted `wanted`. */
function fewestTokens(wanted: number): number {
  return Math.min(1024, Math.ceil(wanted / 4));
}

/** What is left of the model's context after a prompt of about so many tokens. */
function withinContext(model: ChatModel, wanted: number, prompt: number): number {
  if (model.contextTokens === undefined) return wanted;
  const left = model.contextTokens - prompt;
  if (left >= 1) return Math.min(wanted, left);
  throw new ModelError(
    `${model.name}: the prompt has about ${prompt} tokens, and the context ${model.contextTokens}`,
    { kind: 'context-length', isRetryable: false },
  );
}

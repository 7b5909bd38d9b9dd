/**
 * One attempt of a model at a row, through the durable calls of the row: what it wrote, how long that was, and whether it
 * ended. The same row, seed and number give the same attempt, in whatever order and sitting it is made.
 */
import type { ChatModel, Reply, SamplingSettings } from '../../model/chat-model.ts';
import { seedFrom } from '../../stats/random.ts';
import type { Message } from '../../tokenizer/tokenizer.ts';
import type { AskContext } from '../ask/ask-step.ts';
import type { DataRow } from '../data-row.ts';

/** A model with what it is asked with. */
export interface Attempting {
  readonly model: ChatModel;
  /** What it is asked about a row. Only the statement may be in it. */
  readonly ask: (statement: string) => readonly Message[];
  readonly maxTokens: number;
  readonly temperature: number;
  readonly sampling?: SamplingSettings | undefined;
}

/** `number` counts from 0. Throws as `context.call` does. */
export async function attempt(
  { model, ask, maxTokens, temperature, sampling }: Attempting,
  { statement }: Pick<DataRow, 'statement'>,
  number: number,
  context: Pick<AskContext, 'call' | 'seed'>,
): Promise<Reply> {
  return await context.call(`attempt-${number}`, model, {
    ...{ messages: ask(statement), maxTokens, temperature, seed: seedFrom(context.seed, 'attempt', number) },
    ...(sampling === undefined ? {} : { sampling }),
  });
}

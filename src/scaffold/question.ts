/**
 * One question to a model whose reply is read for a value. A reply that cannot be read is asked again once, with the
 * complaint quoted; after that the question abstains. NULL-NOT-ZERO: an abstention has no value, never a 0. A value
 * is read from the answer alone, never from the reasoning.
 */
import { ModelError } from '../model/model-error.ts';
import type { Reading } from '../prompt/reading.ts';
import type { Message } from '../tokenizer/tokenizer.ts';
import type { ScaffoldContext } from './scaffold.ts';

export interface Question<T> {
  readonly messages: readonly Message[];
  /** `isCut`: the answer ended at the token limit. */
  readonly read: (answer: string, isCut: boolean) => Reading<T>;
  /** What is sent after an answer that could not be read; without it the question abstains at once. */
  readonly again?: (answer: string, complaint: string) => readonly Message[];
}

export interface Asked<T> {
  /** The call that the value, or failing that the text, came from. */
  readonly label: string;
  /** The first answer; where it was empty, the second. A report keeps its length when only its verdict is repeated. */
  readonly text: string;
  /** The reply that the value, or failing that the text, came from was cut at the token limit. */
  readonly isCut: boolean;
  /** Undefined for an abstention. */
  readonly value: T | undefined;
}

/** For verdicts: a box in a reply that was cut is not its last word. */
export function ofWhole<T>(read: (answer: string) => Reading<T>): Question<T>['read'] {
  return (answer, isCut) =>
    isCut ? { ok: false, complaint: 'it was cut at the token limit, before its end' } : read(answer);
}

/** Asks with the limits of the context. A ModelError of the first call is let through; one of the second abstains. */
export async function ask<T>(
  context: ScaffoldContext,
  label: string,
  question: Question<T>,
  options: { readonly role: string; readonly from: readonly string[] },
): Promise<Asked<T>> {
  const { maxTokens, temperature } = context;
  const { role, from } = options;
  const reply = await context.call(label, { messages: question.messages, maxTokens, temperature }, options);
  const text = reply.answer ?? '';
  const isCut = reply.finish === 'length';
  const reading = question.read(text, isCut);
  if (reading.ok) return { label, text, isCut, value: reading.value };
  const abstain = (kept: string, complaint: string): Asked<T> => {
    context.note(label, { abstained: complaint });
    return { label, text: kept, isCut, value: undefined };
  };
  if (question.again === undefined) return abstain(text, reading.complaint);

  const second = `${label}/again`;
  try {
    const messages = question.again(text, reading.complaint);
    const repeated = await context.call(
      second,
      { messages, maxTokens, temperature },
      { role, from: [...from, label] },
    );
    const answer = repeated.answer ?? '';
    const isCutAgain = repeated.finish === 'length';
    const again = question.read(answer, isCutAgain);
    const kept = text.trim() === '' ? answer : text;
    return again.ok
      ? { label: second, text: kept, isCut: isCutAgain, value: again.value }
      : abstain(kept, again.complaint);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return abstain(text, `${reading.complaint}; asked again: ${error.message}`);
  }
}

/**
 * Token ids and log-probs of one streamed reply. TOKEN-EXACT: they are the server's own; one id without a log-prob, or
 * a count that differs from the server's, is a ModelError, because such a reply must not be trained on.
 */
import type { Reply } from '../chat-model.ts';
import { ModelError } from '../model-error.ts';
import { isRecord } from './failure.ts';

type Fields = Readonly<Record<string, unknown>>;

export class TokenCollector {
  readonly #label: string;
  #prompt: readonly number[] | undefined;
  readonly #ids: number[] = [];
  readonly #logprobs: number[] = [];

  constructor(label: string) {
    this.#label = label;
  }

  /** The prompt's ids, which vLLM sends once: in the chunk (chat) or in its choice (completions). */
  addPrompt(fields: Fields): void {
    const ids = fields.prompt_token_ids;
    if (Array.isArray(ids) && this.#prompt === undefined)
      this.#prompt = this.#numbers(ids, 'prompt_token_ids');
  }

  addCompletion(choice: Fields): void {
    this.addPrompt(choice);
    if (Array.isArray(choice.token_ids)) {
      for (const id of this.#numbers(choice.token_ids, 'token_ids')) this.#ids.push(id);
    }
    const { logprobs } = choice;
    if (!isRecord(logprobs)) return;
    const values = Array.isArray(logprobs.content)
      ? logprobs.content.map((entry) => (isRecord(entry) ? entry.logprob : undefined))
      : Array.isArray(logprobs.token_logprobs)
        ? logprobs.token_logprobs
        : [];
    for (const value of this.#numbers(values, 'logprobs')) this.#logprobs.push(value);
  }

  /** `counted` is the server's own number of reply tokens, where it gave one. */
  finish(counted: number | undefined): NonNullable<Reply['tokens']> {
    const [ids, logprobs] = [this.#ids.length, this.#logprobs.length];
    if (this.#prompt === undefined) throw this.#failure('no ids of the prompt came');
    if (ids !== logprobs || (counted !== undefined && ids !== counted)) {
      const said = counted === undefined ? 'nothing' : `${counted}`;
      throw this.#failure(`${ids} token ids, ${logprobs} log-probs, and the server counted ${said}`);
    }
    return {
      prompt_T: Int32Array.from(this.#prompt),
      completion_T: Int32Array.from(this.#ids),
      logprobs_T: Float32Array.from(this.#logprobs),
      versions: [],
    };
  }

  #numbers(values: readonly unknown[], field: string): number[] {
    return values.map((value) => {
      if (typeof value !== 'number') throw this.#failure(`${field} has a ${JSON.stringify(value)}`);
      return value;
    });
  }

  #failure(message: string): ModelError {
    return new ModelError(`${this.#label}: ${message}`, { kind: 'protocol', isRetryable: false });
  }
}

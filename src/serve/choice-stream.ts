/**
 * The pieces of one choice on their way to a reader. While the reader is behind, pieces of a kind are joined, so what
 * waits is text and not a list of events. A model that begins its reply again (a retry) is followed silently as long
 * as it repeats itself; other reasoning is marked as a new beginning; another answer breaks the stream, since what was
 * sent cannot be taken back.
 */
import type { Delta, GenerateContext, Reply } from '../model/chat-model.ts';
import { ApiError } from './api-error.ts';

type Kind = Delta['kind'];

export const BEGUN_AGAIN = '\n\n(The model began again.)\n\n';

export class ChoiceStream {
  readonly #emit: (kind: Kind, text: string) => void;
  readonly #isBlocked: () => boolean;
  readonly #waiting: { readonly kind: Kind; text: string }[] = [];
  /** Everything that was passed on, but for marks. */
  readonly #sent: Record<Kind, string> = { reasoning: '', answer: '' };
  /** How far the present attempt has come in that. */
  readonly #at: Record<Kind, number> = { reasoning: 0, answer: 0 };

  constructor(options: {
    readonly emit: (kind: Kind, text: string) => void;
    readonly isBlocked: () => boolean;
  }) {
    this.#emit = options.emit;
    this.#isBlocked = options.isBlocked;
  }

  /** Takes a piece. Throws an ApiError when it contradicts an answer that was sent. */
  take(delta: Parameters<NonNullable<GenerateContext['onDelta']>>[0]): void {
    if (delta.kind === 'restart') {
      this.#at.reasoning = 0;
      this.#at.answer = 0;
      return;
    }
    const { kind, text } = delta;
    const sent = this.#sent[kind];
    const at = this.#at[kind];
    const repeated = Math.min(text.length, sent.length - at);
    if (repeated > 0 && sent.slice(at, at + repeated) !== text.slice(0, repeated)) {
      if (kind === 'answer') throw contradiction();
      const again = sent.slice(0, at) + text;
      this.#sent[kind] = again;
      this.#at[kind] = again.length;
      this.#push(kind, BEGUN_AGAIN + again);
      return;
    }
    this.#at[kind] = at + text.length;
    if (repeated === text.length) return;
    const fresh = text.slice(repeated);
    this.#sent[kind] += fresh;
    this.#push(kind, fresh);
  }

  /** Sends what waits. To be called when the reader has caught up. */
  flush(): void {
    let next = this.#waiting[0];
    while (next !== undefined && !this.#isBlocked()) {
      this.#waiting.shift();
      this.#emit(next.kind, next.text);
      next = this.#waiting[0];
    }
  }

  /** Sends all that is left of a reply, which the model may have given in pieces or only now. */
  finish({ reasoning, answer = '' }: Reply): void {
    if (this.#at.answer < this.#sent.answer.length) throw contradiction();
    if (this.#sent.reasoning === '' && reasoning !== '') this.#push('reasoning', reasoning);
    if (this.#sent.answer === '' && answer !== '') this.#push('answer', answer);
    for (const { kind, text } of this.#waiting.splice(0)) this.#emit(kind, text);
  }

  #push(kind: Kind, text: string): void {
    const last = this.#waiting.at(-1);
    if (last?.kind === kind) last.text += text;
    else if (this.#waiting.length > 0 || this.#isBlocked()) this.#waiting.push({ kind, text });
    else this.#emit(kind, text);
  }
}

function contradiction(): ApiError {
  return new ApiError('the model began its answer again after a part of it had been sent; ask again', {
    status: 502,
    type: 'upstream_error',
    code: 'reply_restarted',
  });
}

/**
 * `fetch` that asks again where asking again is safe and may help: no connection, a broken one, 429 and the 5xx that pass.
 * A commit is never repeated here: whether it happened is found out by looking.
 */
import { setTimeout as wait } from 'node:timers/promises';

export interface Patience {
  readonly attempts?: number;
  /** Waits so many milliseconds, or less where the signal fires. */
  readonly sleep?: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;
  readonly onRetry?: (reason: string, attempt: number) => void;
}

const passing = new Set([408, 429, 500, 502, 503, 504]);
const firstDelay = 1_000;
const longestDelay = 30_000;

export function patientFetch(patience: Patience = {}): typeof fetch {
  const { attempts = 5, onRetry } = patience;
  const sleep =
    patience.sleep ??
    (async (milliseconds, signal) => {
      await wait(milliseconds, undefined, signal === undefined ? {} : { signal });
    });
  return async (input, init) => {
    const signal = init?.signal ?? undefined;
    const mayRepeat = !new URL(input instanceof Request ? input.url : input).pathname.includes('/commit/');
    for (let attempt = 1; ; attempt += 1) {
      const isLast = attempt >= attempts || !mayRepeat;
      let delay = Math.min(longestDelay, firstDelay * 2 ** (attempt - 1));
      let reason: string;
      try {
        const answer = await fetch(input, init);
        if (isLast || !passing.has(answer.status)) return answer;
        await answer.body?.cancel();
        reason = `the hub answers ${answer.status}`;
        const said = Number(answer.headers.get('retry-after'));
        if (said > 0) delay = Math.min(longestDelay, said * 1_000);
      } catch (error) {
        if (isLast || signal?.aborted === true || !(error instanceof TypeError)) throw error;
        reason = connectionFault(error);
      }
      onRetry?.(reason, attempt);
      await sleep(delay, signal);
    }
  };
}

/** What is behind "fetch failed". */
export function connectionFault(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error && cause.message !== '') return cause.message;
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return error.message;
}

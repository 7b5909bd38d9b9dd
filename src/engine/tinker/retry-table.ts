/**
 * When a request is made again. Of requests that begin something: no answer, 408, 429 and what the server blames on itself,
 * with growing waits for five minutes in all. 409 is none of them: it says that the work was done before, and asking
 * again would say so for ever.
 */
import { uniformAt } from '../../stats/random.ts';

/** No more is waited for one request that is made again and again. */
export const longestRetrying = 5 * 60_000;
/** What a server may ask to wait at most. */
const longestAsked = 60_000;

/** Whether to make a request again, by the status of its answer; undefined for no answer. */
export function isRetryable(status: number | undefined, headers?: Headers): boolean {
  const said = headers?.get('x-should-retry');
  if (said === 'true') return true;
  if (said === 'false') return false;
  return status === undefined || status === 408 || status === 429 || status >= 500;
}

/** Milliseconds before attempt `attempt` + 1, counted from 0. `seed` spreads clients that failed together. */
export function retryDelay(attempt: number, headers: Headers | undefined, seed: number): number {
  const asked = retryAfterOf(headers);
  if (asked !== undefined && asked <= longestAsked) return asked;
  const jitter = 0.75 + 0.25 * uniformAt(seed, attempt);
  return Math.min(500 * 2 ** attempt, 10_000) * jitter;
}

/** `retry-after-ms`, or `Retry-After` in seconds. A date is not read: clocks differ. */
export function retryAfterOf(headers: Headers | undefined): number | undefined {
  const milliseconds = numberIn(headers?.get('retry-after-ms'));
  if (milliseconds !== undefined) return milliseconds;
  const seconds = numberIn(headers?.get('retry-after'));
  return seconds === undefined ? undefined : seconds * 1000;
}

function numberIn(text: string | null | undefined): number | undefined {
  if (text === null || text === undefined || text.trim() === '') return undefined;
  const value = Number(text);
  return value >= 0 ? value : undefined;
}

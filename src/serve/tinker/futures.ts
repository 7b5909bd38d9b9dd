/**
 * Results that are waited for. A request that takes long is answered with an id at once, and its result is fetched by
 * that id; each settles exactly once. Nothing is kept for ever: a result goes a while after it was fetched, or a longer
 * while after nobody came for it, or with its session.
 */
import { randomUUID } from 'node:crypto';
import type { ForwardBackwardOutput } from '../../engine/tinker/wire/forward-backward-output.ts';
import type { SampleResponse } from '../../engine/tinker/wire/sample-response.ts';
import { ApiError } from '../api-error.ts';

/** What a request came to. The first two travel as protobuf or as JSON, as who fetches them likes. */
export type FutureResult =
  | { readonly kind: 'forward-backward'; readonly output: ForwardBackwardOutput }
  | { readonly kind: 'sample'; readonly response: SampleResponse }
  | { readonly kind: 'json'; readonly body: object };

export interface FutureFailure {
  readonly kind: 'failed';
  readonly message: string;
  /** Whose fault it was: asking again helps only with the server's. */
  readonly category: 'user' | 'server';
}

export type Outcome = FutureResult | FutureFailure;

export interface FutureTimes {
  /** How long a result is kept after it was fetched once: an answer may have been lost on the way. */
  readonly fetchedMilliseconds: number;
  /** How long one is kept that nobody fetches. */
  readonly unfetchedMilliseconds: number;
}

export class Future {
  readonly id = `fut_${randomUUID().replaceAll('-', '')}`;
  /** The session that it ends with. */
  readonly session: string;
  /** Those of one group are told of together as they settle. */
  readonly group: string | undefined;
  readonly #controller = new AbortController();
  readonly #settled = Promise.withResolvers<Outcome>();
  #outcome: Outcome | undefined;
  settledAt = Number.POSITIVE_INFINITY;
  fetchedAt = Number.POSITIVE_INFINITY;

  constructor(session: string, group: string | undefined) {
    this.session = session;
    this.group = group;
  }

  /** Fires when nobody wants the result any more. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get outcome(): Outcome | undefined {
    return this.#outcome;
  }

  /** Resolves when there is an outcome; never rejects. */
  get settled(): Promise<Outcome> {
    return this.#settled.promise;
  }

  /** The first outcome counts. */
  settle(outcome: Outcome, now: number): boolean {
    if (this.#outcome !== undefined) return false;
    this.#outcome = outcome;
    this.settledAt = now;
    this.#settled.resolve(outcome);
    return true;
  }

  abort(): void {
    this.#controller.abort();
  }
}

interface Group {
  /** Ids that have settled, with their place in the order of settling. */
  readonly completed: Map<string, { readonly place: number; readonly isFailed: boolean }>;
  place: number;
  changed: PromiseWithResolvers<void>;
}

export interface Completion {
  readonly id: string;
  readonly isFailed: boolean;
}

export class FutureStore {
  readonly #times: FutureTimes;
  readonly #now: () => number;
  readonly #futures = new Map<string, Future>();
  readonly #groups = new Map<string, Group>();
  readonly #stopped = new AbortController();
  #pending = 0;

  constructor(times: FutureTimes, now: () => number) {
    this.#times = times;
    this.#now = now;
  }

  get size(): number {
    return this.#futures.size;
  }

  /** Those that have not settled. */
  get pending(): number {
    return this.#pending;
  }

  create(session: string, group?: string): Future {
    const future = new Future(session, group);
    this.#pending += 1;
    this.#futures.set(future.id, future);
    return future;
  }

  settle(future: Future, outcome: Outcome): void {
    if (!future.settle(outcome, this.#now())) return;
    this.#pending -= 1;
    if (future.group === undefined || !this.#futures.has(future.id)) return;
    const group = this.#groupOf(future.group);
    group.place += 1;
    group.completed.set(future.id, { place: group.place, isFailed: outcome.kind === 'failed' });
    group.changed.resolve();
    group.changed = Promise.withResolvers();
  }

  /** It was not to be: nobody has heard of it. */
  discard(future: Future): void {
    this.settle(future, { kind: 'failed', message: 'refused', category: 'user' });
    this.#remove(future);
  }

  /** Settles it with what `work` comes to. Whatever `work` throws is that future's failure alone. */
  run(future: Future, work: () => Promise<FutureResult>): Promise<void> {
    return work().then(
      (result) => this.settle(future, result),
      (error: unknown) => this.settle(future, failureOf(error)),
    );
  }

  /** Throws an ApiError of 404. */
  find(id: string): Future {
    const future = this.#futures.get(id);
    if (future !== undefined) return future;
    throw new ApiError(
      `request_id: there is no future ${id.slice(0, 100)}; its result was fetched a while ago, or its session has ended`,
      { status: 404, type: 'invalid_request_error', code: 'future_not_found', param: 'request_id' },
    );
  }

  /** Waits for the outcome for at most so long; undefined when there is none yet. */
  async wait(future: Future, milliseconds: number, signal: AbortSignal): Promise<Outcome | undefined> {
    return (
      future.outcome ??
      (await within(future.settled, milliseconds, AbortSignal.any([signal, this.#stopped.signal])))
    );
  }

  /** Nobody wants it any more. What has settled, or is not known, stays as it is. */
  cancel(id: string): void {
    const future = this.#futures.get(id);
    if (future === undefined || future.outcome !== undefined) return;
    future.abort();
    this.settle(future, { kind: 'failed', message: 'cancelled', category: 'user' });
  }

  markFetched(id: string): void {
    const future = this.#futures.get(id);
    if (future !== undefined) future.fetchedAt = Math.min(future.fetchedAt, this.#now());
  }

  /** What of a group has settled after `cursor`; waits for it at most so long. Forgets what `cursor` has passed. */
  async completions(
    name: string,
    cursor: number,
    milliseconds: number,
    signal: AbortSignal,
  ): Promise<{ readonly completions: readonly Completion[]; readonly cursor: number }> {
    const group = this.#groupOf(name);
    for (const [id, { place }] of group.completed) if (place <= cursor) group.completed.delete(id);
    if (group.completed.size === 0) {
      await within(group.changed.promise, milliseconds, AbortSignal.any([signal, this.#stopped.signal]));
    }
    const completions = [...group.completed].map(([id, { isFailed }]) => ({ id, isFailed }));
    return { completions, cursor: Math.max(cursor, group.place) };
  }

  /** Whatever still runs is told to stop; who waits hears that the session has ended. */
  endSession(session: string): void {
    for (const future of [...this.#futures.values()].filter((one) => one.session === session)) {
      future.abort();
      this.settle(future, { kind: 'failed', message: `session ${session} has ended`, category: 'user' });
      this.#remove(future);
    }
  }

  /** Nobody waits any longer. */
  stop(): void {
    this.#stopped.abort();
  }

  /** Lets go of results whose time is over. */
  sweep(): void {
    const now = this.#now();
    const { fetchedMilliseconds, unfetchedMilliseconds } = this.#times;
    for (const future of this.#futures.values()) {
      const isOld =
        now - future.fetchedAt >= fetchedMilliseconds || now - future.settledAt >= unfetchedMilliseconds;
      if (isOld) this.#remove(future);
    }
  }

  /** No more is told of a group. */
  endGroup(name: string): void {
    this.#groups.get(name)?.changed.resolve();
    this.#groups.delete(name);
  }

  #remove(future: Future): void {
    this.#futures.delete(future.id);
    if (future.group !== undefined) this.#groups.get(future.group)?.completed.delete(future.id);
  }

  #groupOf(name: string): Group {
    const known = this.#groups.get(name);
    if (known !== undefined) return known;
    const group: Group = { completed: new Map(), place: 0, changed: Promise.withResolvers() };
    this.#groups.set(name, group);
    return group;
  }
}

/** An error of the engine's, or of ours, as an outcome. What the client can mend is told in full. */
export function failureOf(error: unknown): FutureFailure {
  const message = error instanceof Error ? error.message : String(error);
  const isUsers = error instanceof RangeError || (error instanceof ApiError && error.status < 500);
  const isAbort = error instanceof Error && error.name === 'AbortError';
  return { kind: 'failed', message, category: isUsers || isAbort ? 'user' : 'server' };
}

/** What `promise` resolves to, or undefined when the time is over or the signal fires first. */
async function within<T>(
  promise: Promise<T>,
  milliseconds: number,
  signal: AbortSignal,
): Promise<T | undefined> {
  if (milliseconds <= 0 || signal.aborted) return undefined;
  const over = Promise.withResolvers<undefined>();
  const give = (): void => over.resolve(undefined);
  const timer = setTimeout(give, milliseconds);
  signal.addEventListener('abort', give);
  try {
    return await Promise.race([promise, over.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', give);
  }
}

/**
 * Work with a deadline: what does not end in time is told to stop and done again, a few times, so that a worker that died
 * with it or a request that hangs costs its own time and not a group's. Whoever holds a lease that has run out is not
 * listened to any longer: its work ends once. Nor is work waited for that does not stop when it is told to.
 */
import type { Clock, Timer } from '../../model/openai/clock.ts';

export interface Lease {
  readonly seconds: number;
  /** How often the work is begun at most. */
  readonly tries: number;
  readonly clock: Clock;
}

/** How long work that was told to stop may take to. */
const stopSeconds = 10;

/** All leases of a piece of work have run out. */
export class LeaseExpiredError extends Error {
  constructor(what: string, { seconds, tries }: Lease) {
    super(`${what} has not ended within ${seconds} s, ${tries} times`);
    this.name = 'LeaseExpiredError';
  }
}

/**
 * What `work` comes to in one of its leases. Rejects with its failure, with a LeaseExpiredError, and with the reason of
 * `signal` when that fires.
 */
export async function withLease<Result>(
  lease: Lease,
  what: string,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  for (let round = 0; round < lease.tries; round += 1) {
    signal.throwIfAborted();
    const expiry = new AbortController();
    let expire: () => void = () => undefined;
    const expired = new Promise<'expired'>((resolve) => {
      expire = () => resolve('expired');
    });
    const stopped = stopOf(signal, lease.clock);
    const timer = lease.clock.after(1000 * lease.seconds, () => {
      expiry.abort();
      expire();
    });
    try {
      const outcome = await Promise.race([
        work(AbortSignal.any([signal, expiry.signal])).then(
          (result) => ({ result }),
          (error: unknown) => {
            if (expiry.signal.aborted && !signal.aborted) return 'expired' as const;
            throw error;
          },
        ),
        expired,
        stopped.late,
      ]);
      if (outcome !== 'expired') return outcome.result;
    } finally {
      timer.cancel();
      stopped.cancel();
    }
  }
  throw new LeaseExpiredError(what, lease);
}

/** `late` rejects some time after the signal has fired. */
function stopOf(
  signal: AbortSignal,
  clock: Clock,
): { readonly late: Promise<never>; readonly cancel: () => void } {
  let timer: Timer | undefined;
  let stop: () => void = () => undefined;
  const late = new Promise<never>((_, reject) => {
    stop = () => {
      timer = clock.after(1000 * stopSeconds, () => reject(signal.reason));
    };
    signal.addEventListener('abort', stop, { once: true });
  });
  return {
    late,
    cancel: () => {
      signal.removeEventListener('abort', stop);
      timer?.cancel();
    },
  };
}

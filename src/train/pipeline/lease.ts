/**
 * Work with a deadline: what does not end in time is told to stop and done again, a few times, so that a worker that died
 * with it or a request that hangs costs its own time and not a group's. Whoever holds a lease that has run out is not
 * listened to any longer: its work ends once.
 */
import type { Clock } from '../../model/openai/clock.ts';

export interface Lease {
  readonly seconds: number;
  /** How often the work is begun at most. */
  readonly tries: number;
  readonly clock: Clock;
}

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
      ]);
      if (outcome !== 'expired') return outcome.result;
    } finally {
      timer.cancel();
    }
  }
  throw new LeaseExpiredError(what, lease);
}

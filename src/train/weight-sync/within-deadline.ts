/**
 * A wait that ends: what does not come in time is not waited for any longer, and says who was waited for. It is for calls
 * that cannot be told to stop.
 */
import type { Clock } from '../../model/openai/clock.ts';

export class DeadlineError extends Error {
  constructor(what: string, seconds: number) {
    super(`${what} did not end within ${seconds} s`);
    this.name = 'DeadlineError';
  }
}

export interface Deadline {
  readonly seconds: number;
  readonly clock: Clock;
}

/** What the work comes to. Rejects with a DeadlineError that begins with `what`; what it comes to later is nobody's. */
export async function withinDeadline<Result>(
  { seconds, clock }: Deadline,
  what: string,
  work: Promise<Result>,
): Promise<Result> {
  let expire: (error: DeadlineError) => void = () => undefined;
  const expired = new Promise<never>((_, reject) => {
    expire = reject;
  });
  const timer = clock.after(1000 * seconds, () => expire(new DeadlineError(what, seconds)));
  try {
    return await Promise.race([work, expired]);
  } finally {
    timer.cancel();
  }
}

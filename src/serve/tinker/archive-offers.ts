/** Addresses under which a checkpoint can be downloaded for a while by whoever has them. */
import { randomBytes } from 'node:crypto';
import { ApiError } from '../api-error.ts';

const lifetimeMilliseconds = 900_000;

export class ArchiveOffers {
  readonly #now: () => number;
  readonly #offers = new Map<string, { readonly directory: string; readonly expires: number }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  offer(directory: string): { readonly token: string; readonly expires: number } {
    const now = this.#now();
    for (const [token, { expires }] of this.#offers) if (expires <= now) this.#offers.delete(token);
    const token = randomBytes(24).toString('hex');
    const expires = now + lifetimeMilliseconds;
    this.#offers.set(token, { directory, expires });
    return { token, expires };
  }

  /** Throws an ApiError of 404. */
  find(token: string): string {
    const offer = this.#offers.get(token);
    if (offer !== undefined && offer.expires > this.#now()) return offer.directory;
    throw new ApiError('there is no such archive here; its address was good for a quarter of an hour', {
      ...{ status: 404, type: 'invalid_request_error', code: 'not_found' },
    });
  }
}

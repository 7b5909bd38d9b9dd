/**
 * Samples between their sampler and their step: those that wait for a grade, for the rest of their group, or for the
 * optimiser. Each is durable before it comes here, so any of them may be let go and read again. One budget of bytes is over
 * all that is held: half of it for samples that are kept whole while they wait, half for those that were let go and are in
 * hand again. So memory does not grow with what a slow judge or optimiser leaves waiting. TOKEN-EXACT: what comes back is
 * what was sampled.
 */
import type { PolicyVersion, Sample } from '../../engine/engine.ts';
import { ByteRoom } from './byte-room.ts';
import { Turnstile } from './turnstile.ts';

/** A sample on the shelf: what is small of it, and a way to the rest. */
export interface ShelvedSample {
  readonly bytes: number;
  readonly tokens: number;
  readonly finish: Sample['finish'];
  /** Of its oldest token. */
  readonly oldestVersion: PolicyVersion;
  /**
   * Does the work with the sample in hand, when there is room for it. Rejects with the signal's reason when that fires
   * before.
   */
  inHand<Result>(work: (sample: Sample) => Promise<Result>, signal?: AbortSignal): Promise<Result>;
  /** Takes it off the shelf, once. */
  take(): Promise<Sample>;
  /** Takes it off the shelf unread, where nobody wants it; nothing if it is off already. */
  letGo(): void;
}

export class SampleShelf {
  /** Who may have to read a sample before it is put here comes this way. */
  readonly entrance = new Turnstile();
  readonly #mostKept: number;
  readonly #hand: ByteRoom;
  #keptBytes = 0;

  constructor(mostBytes: number) {
    this.#mostKept = mostBytes / 2;
    this.#hand = new ByteRoom(mostBytes / 2);
  }

  /** Of the samples that are kept whole, and of those that were read again and are in hand. */
  get heldBytes(): number {
    return this.#keptBytes + this.#hand.bytesInHand;
  }

  /** `reload` reads the sample again. */
  put(sample: Sample, reload: () => Promise<Sample>): ShelvedSample {
    const bytes = bytesOf(sample);
    const isKept = this.#keptBytes + bytes <= this.#mostKept;
    if (isKept) this.#keptBytes += bytes;
    let kept = isKept ? sample : undefined;
    const leave = (): void => {
      if (kept !== undefined) this.#keptBytes -= bytes;
      kept = undefined;
    };
    return {
      bytes,
      tokens: sample.tokens_T.length,
      finish: sample.finish,
      oldestVersion: oldestOf(sample),
      inHand: async (work, signal) =>
        kept === undefined
          ? await this.#hand.run(bytes, async () => await work(await reload()), signal)
          : await work(kept),
      take: async () => {
        const whole = kept;
        leave();
        return whole ?? (await reload());
      },
      letGo: leave,
    };
  }
}

function oldestOf({ versions }: Sample): PolicyVersion {
  return Math.min(...versions.map(({ version }) => version)) as PolicyVersion;
}

/** Four bytes a token id and four a log-prob. The text of a reply, made anew whenever it is needed, has about as many. */
function bytesOf({ tokens_T }: Sample): number {
  return 8 * tokens_T.length;
}

/** What the parts of a simulated cluster did in each step: shares of the time, tokens, gradings. */
import type { Clock } from '../model/openai/clock.ts';
import type { Slots } from '../train/pipeline/slots.ts';
import type { Cluster } from './cluster.ts';
import type { SamplingPool } from './sampling-pool.ts';
import type { Trainer } from './trainer.ts';

export interface Lap {
  /** Since the lap before. */
  readonly seconds: number;
  readonly sampledTokens: number;
  /** Tokens of attempts that were begun again or given up. */
  readonly lostTokens: number;
  /** Of the time of all engines: with at least one sequence. */
  readonly samplingShare: number;
  /** Of the time of all places of all engines: with a sequence. */
  readonly placesShare: number;
  readonly trainingShare: number;
  /** Gradings at work, on average. */
  readonly gradings: number;
}

export class Meter {
  readonly #clock: Clock;
  readonly #parts: { readonly pool: SamplingPool; readonly trainer: Trainer; readonly grading: Slots };
  readonly #engines: number;
  #before: ReturnType<Meter['read']>;

  constructor(
    clock: Clock,
    parts: { pool: SamplingPool; trainer: Trainer; grading: Slots; cluster: Cluster },
  ) {
    this.#clock = clock;
    this.#parts = parts;
    const { nodes, enginesPerNode } = parts.cluster.sampling;
    this.#engines = nodes * enginesPerNode;
    this.#before = this.read();
  }

  lap(): Lap {
    const before = this.#before;
    const now = this.read();
    this.#before = now;
    const since = (name: keyof typeof now): number => now[name] - before[name];
    const seconds = since('seconds');
    return {
      seconds,
      sampledTokens: since('sampledTokens'),
      lostTokens: since('lostTokens'),
      samplingShare: since('busySeconds') / (seconds * this.#engines),
      placesShare: since('sequenceSeconds') / (seconds * this.#parts.pool.room),
      trainingShare: since('trainingSeconds') / seconds,
      gradings: since('gradingSeconds') / seconds,
    };
  }

  private read() {
    const { pool, trainer, grading } = this.#parts;
    const { sampledTokens, lostTokens, busySeconds, sequenceSeconds } = pool.use();
    return {
      seconds: this.#clock.now() / 1000,
      ...{ sampledTokens, lostTokens, busySeconds, sequenceSeconds },
      trainingSeconds: trainer.busySeconds,
      gradingSeconds: grading.use().workSeconds,
    };
  }
}

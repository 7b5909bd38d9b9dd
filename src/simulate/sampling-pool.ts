/**
 * The engines of a cluster behind one door: an attempt goes to the engine with the fewest, and waits where all are full,
 * first come first served. A lost node keeps what it has until the loss is noticed; then its attempts begin again
 * elsewhere, from their first token.
 */
import type { Clock } from '../model/openai/clock.ts';
import type { SamplingMachines } from './cluster.ts';
import { type EngineUse, SamplingEngine, type Sequence } from './sampling-engine.ts';

export interface AttemptRequest {
  readonly promptTokens: number;
  readonly length: number;
  /** 1, or how many times as long as its decoding a late attempt takes. */
  readonly lateness: number;
}

export interface PoolUse extends EngineUse {
  /** Tokens of attempts that were begun again or given up. */
  readonly lostTokens: number;
}

interface Attempt {
  readonly request: AttemptRequest;
  readonly resolve: (tokensByVersion: ReadonlyMap<number, number>) => void;
  begun: { readonly sequence: Sequence; readonly place: Place; readonly since: number } | undefined;
  isOver: boolean;
}

/** An engine with the attempts that it was given. */
interface Place {
  readonly engine: SamplingEngine;
  readonly attempts: Set<Attempt>;
  isKnownLost: boolean;
}

export class SamplingPool {
  readonly #machines: SamplingMachines;
  readonly #clock: Clock;
  readonly #places: readonly Place[];
  #queue: Attempt[] = [];
  #lostTokens = 0;

  /** `busyChanged` is called when an engine begins or ends to be at work. */
  constructor(machines: SamplingMachines, clock: Clock, busyChanged: () => void = () => undefined) {
    this.#machines = machines;
    this.#clock = clock;
    this.#places = Array.from({ length: machines.nodes * machines.enginesPerNode }, () => ({
      engine: new SamplingEngine(machines, clock, busyChanged),
      attempts: new Set<Attempt>(),
      isKnownLost: false,
    }));
  }

  get isBusy(): boolean {
    return this.#places.some(({ engine }) => engine.isBusy);
  }

  /** Most attempts that are decoded at a time. */
  get room(): number {
    return this.#places.length * this.#machines.sequencesPerEngine;
  }

  /** Tokens of the attempt by the version of the weights that sampled them. Rejects with the signal's reason. */
  sample(request: AttemptRequest, signal: AbortSignal): Promise<ReadonlyMap<number, number>> {
    return new Promise((resolve, reject) => {
      const attempt: Attempt = {
        request,
        resolve: (tokens) => {
          signal.removeEventListener('abort', leave);
          resolve(tokens);
        },
        begun: undefined,
        isOver: false,
      };
      const leave = (): void => {
        this.#leave(attempt);
        reject(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#queue.push(attempt);
      this.#deal();
    });
  }

  publish(version: number): void {
    for (const { engine } of this.#places) engine.publish(version, this.#machines.publishSeconds);
  }

  setSpeed(speed: number): void {
    for (const { engine } of this.#places) engine.setSpeed(speed);
  }

  /** The first nodes that are not lost stop. Returns a handle on them. */
  loseNodes(nodes: number): { notice(): void; restart(): void } {
    const lost = this.#places
      .filter(({ isKnownLost }) => !isKnownLost)
      .slice(0, nodes * this.#machines.enginesPerNode);
    for (const { engine } of lost) engine.lose();
    const notice = (): void => {
      for (const place of lost) {
        place.isKnownLost = true;
        this.#beginAgain(place);
      }
      this.#deal();
    };
    const restart = (): void => {
      for (const place of lost) {
        place.isKnownLost = false;
        this.#beginAgain(place);
        place.engine.restart();
      }
      this.#deal();
    };
    return { notice, restart };
  }

  use(): PoolUse {
    const uses = this.#places.map(({ engine }) => engine.use());
    const total = (name: keyof EngineUse): number => uses.reduce((sum, use) => sum + use[name], 0);
    return {
      sampledTokens: total('sampledTokens'),
      busySeconds: total('busySeconds'),
      sequenceSeconds: total('sequenceSeconds'),
      preempted: total('preempted'),
      lostTokens: this.#lostTokens,
    };
  }

  #deal(): void {
    const { sequencesPerEngine } = this.#machines;
    let taken = 0;
    for (const attempt of this.#queue) {
      let best: Place | undefined;
      for (const place of this.#places) {
        if (!place.isKnownLost && place.attempts.size < (best?.attempts.size ?? sequencesPerEngine))
          best = place;
      }
      if (best === undefined) break;
      this.#begin(attempt, best);
      taken += 1;
    }
    if (taken > 0) this.#queue = this.#queue.slice(taken);
  }

  #begin(attempt: Attempt, place: Place): void {
    const { promptTokens, length } = attempt.request;
    const sequence: Sequence = {
      ...{ promptTokens, length, generated: 0 },
      tokensByVersion: new Map(),
      ended: () => this.#decoded(attempt),
    };
    attempt.begun = { sequence, place, since: this.#clock.now() };
    place.attempts.add(attempt);
    place.engine.add(sequence);
  }

  #decoded(attempt: Attempt): void {
    const { begun, request } = attempt;
    if (begun === undefined) return;
    const wait = (request.lateness - 1) * (this.#clock.now() - begun.since);
    if (wait === 0) this.#arrived(attempt, begun);
    // Unless it was begun again meanwhile, or given up.
    else this.#clock.after(wait, () => attempt.begun === begun && this.#arrived(attempt, begun));
  }

  #arrived(attempt: Attempt, begun: NonNullable<Attempt['begun']>): void {
    if (attempt.isOver) return;
    attempt.isOver = true;
    begun.place.attempts.delete(attempt);
    attempt.resolve(begun.sequence.tokensByVersion);
    this.#deal();
  }

  #leave(attempt: Attempt): void {
    if (attempt.isOver) return;
    attempt.isOver = true;
    this.#giveUp(attempt);
    this.#queue = this.#queue.filter((other) => other !== attempt);
    this.#deal();
  }

  #giveUp(attempt: Attempt): void {
    const { begun } = attempt;
    if (begun === undefined) return;
    begun.place.engine.remove(begun.sequence);
    begun.place.attempts.delete(attempt);
    this.#lostTokens += begun.sequence.generated;
    attempt.begun = undefined;
  }

  /** What the place has goes to the head of the queue. */
  #beginAgain(place: Place): void {
    const attempts = [...place.attempts];
    for (const attempt of attempts) this.#giveUp(attempt);
    this.#queue = [...attempts, ...this.#queue];
  }
}

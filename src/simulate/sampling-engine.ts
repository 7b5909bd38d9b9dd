/**
 * An inference engine with continuous batching, exact without an event per token. In a step every running sequence gets
 * one token; a step takes a + b·n + c·S seconds with n sequences of S tokens of context in all. While none joins or
 * leaves, k steps take (a + b·n + c·S)·k + c·n·k²/2 seconds, for S grows by n a step; so only joining, leaving and a full
 * cache are events.
 */
import type { Clock, Timer } from '../model/openai/clock.ts';
import type { SamplingMachines } from './cluster.ts';

/** An attempt that is sampled; the engine counts its tokens by the version of the weights that sampled them. */
export interface Sequence {
  readonly promptTokens: number;
  /** Tokens that it will have at its end. */
  readonly length: number;
  generated: number;
  readonly tokensByVersion: Map<number, number>;
  readonly ended: () => void;
}

export interface EngineUse {
  readonly sampledTokens: number;
  /** Seconds in which at least one sequence ran. */
  readonly busySeconds: number;
  /** Seconds of running, all sequences together. */
  readonly sequenceSeconds: number;
  /** Sequences put back because the cache was full. */
  readonly preempted: number;
}

/** Share of the cache that stays free when a sequence is taken in, so that it is not put back at once. */
const keptFree = 0.01;

export class SamplingEngine {
  readonly #settings: SamplingMachines;
  readonly #clock: Clock;
  readonly #busyChanged: () => void;
  /** In the order in which they were taken in. */
  readonly #running: Sequence[] = [];
  /** Put back, or not taken in yet; the first comes next. */
  readonly #waiting: Sequence[] = [];
  #version = 0;
  #speed = 1;
  #isLost = false;
  /** Reading prompts or receiving weights until then. */
  #pausedUntil = 0;
  #since = 0;
  #timer: Timer | undefined;
  #sampled = 0;
  #busy = 0;
  #sequenceTime = 0;
  #preempted = 0;

  constructor(settings: SamplingMachines, clock: Clock, busyChanged: () => void = () => undefined) {
    this.#settings = settings;
    this.#clock = clock;
    this.#busyChanged = busyChanged;
    this.#since = clock.now();
  }

  /** Sequences that it has, running and waiting. */
  get load(): number {
    return this.#running.length + this.#waiting.length;
  }

  get isBusy(): boolean {
    return this.#running.length > 0 && !this.#isLost;
  }

  /** Takes a sequence in, when the cache has room for it. */
  add(sequence: Sequence): void {
    this.#change(() => this.#waiting.push(sequence));
  }

  /** The sequence is not wanted any longer. */
  remove(sequence: Sequence): void {
    this.#change(() => {
      for (const list of [this.#running, this.#waiting]) {
        const place = list.indexOf(sequence);
        if (place >= 0) list.splice(place, 1);
      }
    });
  }

  /** Newer weights: they arrive for so long, and every later token is theirs. */
  publish(version: number, seconds: number): void {
    this.#change(() => {
      this.#version = version;
      this.#pause(seconds);
    });
  }

  /** How fast it works, 1 being its speed when it has the processors for itself. */
  setSpeed(speed: number): void {
    if (speed !== this.#speed)
      this.#change(() => {
        this.#speed = speed;
      });
  }

  /** Nothing comes from it any longer. */
  lose(): void {
    this.#change(() => {
      this.#isLost = true;
    });
  }

  /** Works again, without the sequences that it had. Returns those. */
  restart(): Sequence[] {
    const had = [...this.#running, ...this.#waiting];
    this.#change(() => {
      this.#isLost = false;
      this.#running.length = 0;
      this.#waiting.length = 0;
    });
    return had;
  }

  use(): EngineUse {
    this.#change(() => undefined);
    return {
      sampledTokens: this.#sampled,
      busySeconds: this.#busy / 1000,
      sequenceSeconds: this.#sequenceTime / 1000,
      preempted: this.#preempted,
    };
  }

  /** Everything up to now happens at the old rates, then the change, then what follows is planned anew. */
  #change(change: () => void): void {
    const was = this.isBusy;
    this.#catchUp();
    change();
    this.#takeIn();
    this.#plan();
    if (this.isBusy !== was) this.#busyChanged();
  }

  #catchUp(): void {
    const now = this.#clock.now();
    const began = this.#since;
    this.#since = now;
    if (!this.isBusy) return;
    this.#busy += now - began;
    this.#sequenceTime += this.#running.length * (now - began);
    const decoding = now - Math.max(began, Math.min(this.#pausedUntil, now));
    if (decoding > 0) this.#decode(this.#stepsIn((decoding / 1000) * this.#speed));
  }

  /** Seconds, at full speed, of so many steps from now. */
  #secondsOf(steps: number): number {
    const { n, first, growth } = this.#cost();
    return n === 0 ? 0 : first * steps + (growth * steps * steps) / 2;
  }

  #stepsIn(seconds: number): number {
    const { first, growth } = this.#cost();
    return (2 * seconds) / (first + Math.sqrt(first * first + 2 * growth * seconds));
  }

  /** Seconds of the next step, and by how much each is longer than the one before. */
  #cost(): { n: number; first: number; growth: number } {
    const { stepSeconds, secondsPerSequence, secondsPerContextToken } = this.#settings.decode;
    const n = this.#running.length;
    const first = stepSeconds + secondsPerSequence * n + secondsPerContextToken * this.#context();
    return { n, first, growth: secondsPerContextToken * n };
  }

  #context(): number {
    return this.#running.reduce((sum, { promptTokens, generated }) => sum + promptTokens + generated, 0);
  }

  #decode(steps: number): void {
    for (const sequence of this.#running) {
      // What is due ends exactly: rounding must not leave a part of a token, nor sample more than there is.
      const tokens = Math.min(steps, sequence.length - sequence.generated);
      sequence.generated += tokens;
      this.#sampled += tokens;
      const { tokensByVersion } = sequence;
      tokensByVersion.set(this.#version, (tokensByVersion.get(this.#version) ?? 0) + tokens);
    }
  }

  #pause(seconds: number): void {
    this.#pausedUntil = Math.max(this.#clock.now(), this.#pausedUntil) + (1000 * seconds) / this.#speed;
  }

  #takeIn(): void {
    if (this.#isLost) return;
    const { sequencesPerEngine, contextTokens, prefillTokensPerSecond } = this.#settings;
    for (;;) {
      const [next] = this.#waiting;
      if (next === undefined || this.#running.length >= sequencesPerEngine) return;
      const tokens = next.promptTokens + next.generated;
      if (this.#running.length > 0 && this.#context() + tokens > (1 - keptFree) * contextTokens) return;
      this.#waiting.shift();
      this.#running.push(next);
      this.#pause(tokens / prefillTokensPerSecond);
    }
  }

  /** Sets the timer for what happens next if nothing comes in between. */
  #plan(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (!this.isBusy) return;
    const shortest = Math.min(...this.#running.map(({ length, generated }) => length - generated));
    const room = (this.#settings.contextTokens - this.#context()) / this.#running.length;
    const isFull = this.#running.length > 1 && room < shortest;
    const steps = Math.max(0, isFull ? room : shortest);
    const pause = Math.max(0, this.#pausedUntil - this.#clock.now());
    const wait = pause + (1000 * this.#secondsOf(steps)) / this.#speed;
    this.#timer = this.#clock.after(wait, () => (isFull ? this.#putBack() : this.#end()));
  }

  /** The cache is full: the youngest sequence makes room, and comes next. */
  #putBack(): void {
    this.#change(() => {
      const youngest = this.#running.pop();
      if (youngest === undefined) return;
      this.#preempted += 1;
      this.#waiting.unshift(youngest);
    });
  }

  #end(): void {
    const ended: Sequence[] = [];
    this.#change(() => {
      const isDone = ({ length, generated }: Sequence) => length - generated < 1e-6;
      ended.push(...this.#running.filter(isDone));
      this.#running.splice(0, this.#running.length, ...this.#running.filter((one) => !isDone(one)));
    });
    for (const { ended: tell } of ended) tell();
  }
}

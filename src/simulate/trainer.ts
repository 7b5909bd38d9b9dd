/** The nodes that train: work at a rate that may change while it is done, and that is lost and begun again with a node. */
import type { Clock, Timer } from '../model/openai/clock.ts';
import type { TrainingMachines } from './cluster.ts';

export class Trainer {
  readonly #machines: TrainingMachines;
  readonly #clock: Clock;
  readonly #busyChanged: () => void;
  /** Seconds of work at full speed that are left, and who waits for it. */
  #work: { readonly whole: number; left: number; readonly done: () => void } | undefined;
  #speed = 1;
  #isLost = false;
  #since = 0;
  #busy = 0;
  #timer: Timer | undefined;

  constructor(machines: TrainingMachines, clock: Clock, busyChanged: () => void = () => undefined) {
    this.#machines = machines;
    this.#clock = clock;
    this.#busyChanged = busyChanged;
    this.#since = clock.now();
  }

  get isBusy(): boolean {
    return this.#work !== undefined;
  }

  /** Seconds in which it was at work; those in which it is lost are none. */
  get busySeconds(): number {
    this.#catchUp();
    return this.#busy / 1000;
  }

  /** One optimiser step over so many tokens. */
  async train(tokens: number): Promise<void> {
    const { nodes, tokensPerSecondPerNode, stepSeconds } = this.#machines;
    const whole = stepSeconds + tokens / (nodes * tokensPerSecondPerNode);
    this.#catchUp();
    await new Promise<void>((done) => {
      this.#work = { whole, left: whole, done };
      this.#plan();
      this.#busyChanged();
    });
  }

  setSpeed(speed: number): void {
    if (speed === this.#speed) return;
    this.#catchUp();
    this.#speed = speed;
    this.#plan();
  }

  /** A node is lost, and with it the step that was trained. */
  lose(): void {
    this.#catchUp();
    this.#isLost = true;
    if (this.#work !== undefined) this.#work.left = this.#work.whole;
    this.#plan();
  }

  restart(): void {
    this.#catchUp();
    this.#isLost = false;
    this.#plan();
  }

  #catchUp(): void {
    const now = this.#clock.now();
    const passed = now - this.#since;
    this.#since = now;
    if (this.#work === undefined || this.#isLost) return;
    this.#busy += passed;
    this.#work.left = Math.max(0, this.#work.left - (passed / 1000) * this.#speed);
  }

  #plan(): void {
    this.#timer?.cancel();
    if (this.#work === undefined || this.#isLost) return;
    this.#timer = this.#clock.after((1000 * this.#work.left) / this.#speed, () => {
      this.#catchUp();
      const done = this.#work?.done;
      this.#work = undefined;
      this.#busyChanged();
      done?.();
    });
  }
}

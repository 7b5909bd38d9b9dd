/**
 * A peer in a process of its own that answers requests of one JSON line with one JSON line each. Its CPU time is told
 * in `cpuSeconds`, so that a measurement does not take the peer for a disturbance.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export type Message = Readonly<Record<string, unknown>>;

export class LinePeer {
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;

  private constructor(child: ChildProcess, answers: AsyncIterator<string>) {
    this.#child = child;
    this.#answers = answers;
  }

  /** Starts the program; throws when it cannot be started. */
  static async start(
    command: string,
    parameters: readonly string[],
    env: Readonly<Record<string, string>>,
  ): Promise<LinePeer> {
    const child = spawn(command, parameters, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    });
    await new Promise((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    return new LinePeer(child, createInterface({ input: child.stdout })[Symbol.asyncIterator]());
  }

  /** `request.do` names what to do. */
  async ask(request: Message): Promise<Message> {
    this.#child.stdin?.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.#answers.next();
    if (done) throw new Error(`the peer ended while it was asked to ${request.do}; its message is above`);
    return JSON.parse(value);
  }

  close(): void {
    this.#child.stdin?.end();
  }
}

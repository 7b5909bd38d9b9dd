/** A judge in a process of its own that is killed and started again at the same address, and the account that it leaves. */
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./judge-program.ts', import.meta.url));

/** By the server's own count, over all of its lives. */
export interface JudgeAccount {
  readonly asked: number;
  readonly answered: number;
  /** Different requests. */
  readonly requests: number;
  /** Replies beyond the first to a request. */
  readonly answeredAgain: number;
}

type Said = { readonly port: number } | { readonly asked: number };

export class MortalJudge {
  readonly #logFile: string;
  #port = 0;
  #child: ChildProcess | undefined;
  /** Since it was started this time. */
  #asked = 0;
  #deaths = 0;
  #waiting: { readonly asked: number; readonly resolve: () => void }[] = [];

  constructor(logFile: string) {
    this.#logFile = logFile;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${this.#port}/v1`;
  }

  get deaths(): number {
    return this.#deaths;
  }

  /** Resolves when it listens. */
  async start(): Promise<void> {
    const child = fork(program, [this.#logFile, `${this.#port}`], { execArgv: ['--no-warnings'] });
    this.#child = child;
    this.#asked = 0;
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`the judge has ended with ${code}`)));
      child.on('message', (said: Said) => {
        if ('port' in said) {
          this.#port = said.port;
          resolve();
        } else this.#hasBeenAsked(said.asked);
      });
    });
  }

  /** Resolves when it has been asked so many times more. */
  askedMore(times: number): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ asked: this.#asked + times, resolve }));
  }

  /** Kills it and starts it again at its address. */
  async restart(): Promise<void> {
    await this.#end('SIGKILL');
    this.#deaths += 1;
    await this.start();
  }

  async close(): Promise<void> {
    await this.#end('SIGKILL');
  }

  account(): JudgeAccount {
    const lines = existsSync(this.#logFile) ? readFileSync(this.#logFile, 'utf8').trimEnd().split('\n') : [];
    const of = (what: string) =>
      lines.filter((line) => line.startsWith(`${what} `)).map((line) => line.slice(what.length + 1));
    const [asked, answered] = [of('asked'), of('answered')];
    return {
      ...{ asked: asked.length, answered: answered.length, requests: new Set(asked).size },
      answeredAgain: answered.length - new Set(answered).size,
    };
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.removeAllListeners('message');
    child.kill(signal);
    await ended;
  }

  #hasBeenAsked(asked: number): void {
    this.#asked = asked;
    const due = this.#waiting.filter((one) => asked >= one.asked);
    this.#waiting = this.#waiting.filter((one) => asked < one.asked);
    for (const { resolve } of due) resolve();
  }
}

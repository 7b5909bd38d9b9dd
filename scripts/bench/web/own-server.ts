/** A server of the web app in a process of its own: what it serves, and what that takes. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Took } from './serve-program.ts';

export class OwnServer {
  readonly address: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.address = `http://127.0.0.1:${port}/`;
  }

  /** Resolves when it listens; it has read nothing yet. */
  static async start(folder: string): Promise<OwnServer> {
    const child = fork(fileURLToPath(new URL('serve-program.ts', import.meta.url)), [folder], {
      stdio: 'inherit',
    });
    const [{ port }] = (await once(child, 'message')) as [{ readonly port: number }];
    return new OwnServer(child, port);
  }

  /** Since the last call. */
  async took(): Promise<Took> {
    this.#child.send('took');
    const [took] = (await once(this.#child, 'message')) as [Took];
    return took;
  }

  async get(place: string): Promise<unknown> {
    const answer = await fetch(`${this.address}api/${place}`);
    if (!answer.ok) throw new Error(`${place}: ${answer.status} ${await answer.text()}`);
    return await answer.json();
  }

  async close(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }
}

/**
 * Runs torch-peer.py in a Python that has torch and transformers, and talks to it a line at a time. Its CPU time is
 * told, so that a measurement does not take the peer for a disturbance.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ModelConfig } from '../../src/engine/engine.ts';
import type { Work } from './quiet.ts';

type Answer = Readonly<Record<string, unknown>>;

export class TorchPeer {
  /** Versions of torch and transformers. */
  readonly versions: string;
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;

  private constructor(child: ChildProcess, answers: AsyncIterator<string>, versions: string) {
    this.#child = child;
    this.#answers = answers;
    this.versions = versions;
  }

  /** Starts the peer; throws when the Python has no torch or no transformers. */
  static async start(python: string, threads: number): Promise<TorchPeer> {
    const script = fileURLToPath(new URL('torch-peer.py', import.meta.url));
    const env = { ...process.env, OMP_NUM_THREADS: `${threads}`, CUDA_VISIBLE_DEVICES: '' };
    const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'], env });
    await new Promise((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const { torch, transformers } = await ask(child, answers, { do: 'hello', threads });
    return new TorchPeer(child, answers, `torch ${torch}, transformers ${transformers}`);
  }

  /** Makes the model that `train` and `generate` use from now on. */
  async load(options: {
    readonly config: ModelConfig;
    readonly sequences: readonly Int32Array[];
    readonly prompts: readonly Int32Array[];
    readonly newTokens: number;
  }): Promise<void> {
    const lists = (arrays: readonly Int32Array[]) => arrays.map((array) => [...array]);
    const { sequences, prompts } = options;
    await this.#ask({ ...options, do: 'load', sequences: lists(sequences), prompts: lists(prompts) });
  }

  readonly train: Work = async () => Number((await this.#ask({ do: 'train' })).cpuSeconds);
  readonly generate: Work = async () => Number((await this.#ask({ do: 'generate' })).cpuSeconds);

  close(): void {
    this.#child.stdin?.end();
  }

  #ask(request: Answer): Promise<Answer> {
    return ask(this.#child, this.#answers, request);
  }
}

async function ask(child: ChildProcess, answers: AsyncIterator<string>, request: Answer): Promise<Answer> {
  child.stdin?.write(`${JSON.stringify(request)}\n`);
  const { value, done } = await answers.next();
  if (done) throw new Error(`the peer ended while it was asked to ${request.do}; its message is above`);
  return JSON.parse(value);
}

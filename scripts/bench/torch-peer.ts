/** Runs torch-peer.py in a Python that has torch and transformers. */
import { fileURLToPath } from 'node:url';
import type { ModelConfig } from '../../src/engine/engine.ts';
import { LinePeer } from './line-peer.ts';
import type { Work } from './quiet.ts';

export class TorchPeer {
  /** Versions of torch and transformers. */
  readonly versions: string;
  readonly #peer: LinePeer;

  private constructor(peer: LinePeer, versions: string) {
    this.#peer = peer;
    this.versions = versions;
  }

  /** Starts the peer; throws when the Python has no torch or no transformers. */
  static async start(python: string, threads: number): Promise<TorchPeer> {
    const script = fileURLToPath(new URL('torch-peer.py', import.meta.url));
    const env = { OMP_NUM_THREADS: `${threads}`, CUDA_VISIBLE_DEVICES: '' };
    const peer = await LinePeer.start(python, [script], env);
    const { torch, transformers } = await peer.ask({ do: 'hello', threads });
    return new TorchPeer(peer, `torch ${torch}, transformers ${transformers}`);
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
    await this.#peer.ask({ ...options, do: 'load', sequences: lists(sequences), prompts: lists(prompts) });
  }

  /** Freezes the model and adds an adapter on all its matrices; needs PEFT. */
  async adapt(options: { readonly rank: number; readonly alpha: number }): Promise<void> {
    await this.#peer.ask({ ...options, do: 'adapt' });
  }

  readonly train: Work = async () => Number((await this.#peer.ask({ do: 'train' })).cpuSeconds);
  readonly generate: Work = async () => Number((await this.#peer.ask({ do: 'generate' })).cpuSeconds);

  close(): void {
    this.#peer.close();
  }
}

/**
 * llama.cpp as a peer of the sampler, through node-llama-cpp: the same float32 weights, exported as a user would with
 * `qed export --gguf`, and as many sequences at a time.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ModelConfig, PolicyVersion } from '../../src/engine/engine.ts';
import { exportGguf } from '../../src/engine/gguf/export-gguf.ts';
import { writeModelDirectory } from '../../src/engine/model-directory.ts';
import { initialParameters } from '../../src/engine/ort/parameters.ts';
import { qwenTokenizerConfigJson } from '../../src/tokenizer/qwen-tokenizer-json.ts';
import { trainByteLevelBpe } from '../../src/tokenizer/train-bpe.ts';
import { LinePeer } from './line-peer.ts';
import type { Work } from './quiet.ts';

export class LlamaCppPeer {
  readonly threads: number;
  readonly #peer: LinePeer;
  #expected = 0;

  private constructor(peer: LinePeer, threads: number) {
    this.#peer = peer;
    this.threads = threads;
  }

  /** `directory` has node-llama-cpp in its node_modules; throws when it has not. */
  static async start(directory: string, threads: number): Promise<LlamaCppPeer> {
    const program = fileURLToPath(new URL('llama-cpp-program.ts', import.meta.url));
    const peer = await LinePeer.start(process.execPath, [program, directory], {});
    await peer.ask({ do: 'hello', threads });
    return new LlamaCppPeer(peer, threads);
  }

  /** Makes the model that `generate` uses from now on, one sequence a prompt. */
  async load(options: {
    readonly config: ModelConfig;
    readonly prompts: readonly Int32Array[];
    readonly newTokens: number;
  }): Promise<void> {
    const { config, prompts, newTokens } = options;
    const scratch = await mkdtemp(join(tmpdir(), 'qed-bench-'));
    try {
      const path = await writeGguf(config, scratch);
      await this.#peer.ask({ do: 'load', path, prompts: prompts.map((prompt) => [...prompt]), newTokens });
    } finally {
      await rm(scratch, { recursive: true });
    }
    this.#expected = prompts.length * newTokens;
  }

  readonly generate: Work = async () => {
    const { tokens, cpuSeconds } = await this.#peer.ask({ do: 'generate' });
    if (tokens !== this.#expected) throw new Error(`llama.cpp made ${tokens} of ${this.#expected} tokens`);
    return Number(cpuSeconds);
  };

  close(): void {
    this.#peer.close();
  }
}

/** The weights of the benchmark's model with a tokenizer, which nothing here uses and the format asks for. */
async function writeGguf(config: ModelConfig, scratch: string): Promise<string> {
  const directory = join(scratch, 'model');
  await mkdir(directory);
  await writeModelDirectory(directory, config, initialParameters(config, 1), 0 as PolicyVersion);
  const text = await readFile(new URL('../../docs/architecture.md', import.meta.url), 'utf8');
  const tokenizer = trainByteLevelBpe([text], { vocabularySize: Math.min(config.vocab_size, 400) });
  await writeFile(join(directory, 'tokenizer.json'), tokenizer);
  const tokenizerConfig = qwenTokenizerConfigJson({ contextLength: config.max_position_embeddings });
  await writeFile(join(directory, 'tokenizer_config.json'), tokenizerConfig);
  const path = join(scratch, 'model.gguf');
  await exportGguf({ directory, path });
  return path;
}

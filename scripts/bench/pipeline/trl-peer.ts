/** Runs trl-peer.py in a Python that has TRL, on what stage rl of a run would do. */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { newestCheckpoint } from '../../../src/journal/checkpoint-store.ts';
import { loadDirectoryFormat } from '../../../src/model/directory-format.ts';
import { readProblems } from '../../../src/problems/problem-file.ts';
import type { Recipe } from '../../../src/recipe/schema.ts';
import { plainOrigin, shuffledOrder } from '../../../src/recipe/stages/rl-source.ts';
import { LinePeer } from '../line-peer.ts';
import { type LocalServer, startServer } from './local-server.ts';

/** A step of the peer's. */
export interface PeerStep {
  readonly step: number;
  readonly seconds: number;
  /** By problem and attempt. */
  readonly rewards_P_A: readonly (readonly number[])[];
}

export interface PeerArm {
  readonly steps: readonly PeerStep[];
  /** Of all steps together: what the peer waited for its rewards. */
  readonly rewardSeconds: number;
  /** CPU time of the peer, without that of the rewards. */
  readonly cpuSeconds: number;
}

const answerSchema = z.object({
  seconds: z.array(z.number()),
  rewards: z.array(z.array(z.number())),
  problems: z.array(z.array(z.string())),
  rewardSeconds: z.number(),
  cpuSeconds: z.number(),
});

export class TrlPeer {
  /** Versions of what it runs on. */
  readonly versions: string;
  readonly #peer: LinePeer;
  readonly #server: LocalServer;
  readonly #base: string;

  private constructor(peer: LinePeer, server: LocalServer, base: string, versions: string) {
    this.#peer = peer;
    this.#server = server;
    this.#base = base;
    this.versions = versions;
  }

  /** `base` is a run with its data and checkpoint sft. Throws when the Python has no TRL. */
  static async start(python: string, base: string): Promise<TrlPeer> {
    const threads = availableParallelism();
    const script = fileURLToPath(new URL('trl-peer.py', import.meta.url));
    // Nothing is looked up elsewhere: the model and its tokenizer are in the run.
    const offline = { HF_HUB_OFFLINE: '1', TOKENIZERS_PARALLELISM: 'false', CUDA_VISIBLE_DEVICES: '' };
    const peer = await LinePeer.start(python, [script], { ...offline, OMP_NUM_THREADS: `${threads}` });
    try {
      const { torch, transformers, trl } = await peer.ask({ do: 'hello', threads });
      const server = await startServer('reward-program.ts', [base]);
      return new TrlPeer(peer, server, base, `TRL ${trl}, transformers ${transformers}, torch ${torch}`);
    } catch (error) {
      peer.close();
      throw error;
    }
  }

  /** Trains from the checkpoint as this recipe's stage rl does: as many steps, on the same problems in the same order. */
  async train({ seed, rl }: Recipe): Promise<PeerArm> {
    if (rl === undefined || rl.optimiser.kind !== 'adamw') throw new Error('the peer trains by AdamW');
    const { steps, problemsPerStep, groupSize, maxTokens, temperature, warmupSteps, loss, optimiser } = rl;
    const checkpoint = await newestCheckpoint(path.join(this.#base, 'checkpoints/sft'), () => undefined);
    if (checkpoint === undefined) throw new Error(`${this.#base} has no checkpoint sft`);
    const format = await loadDirectoryFormat(path.join(this.#base, 'data/tokenizer'));
    const order = shuffledOrder(await readProblems(path.join(this.#base, 'data/train.jsonl')), {
      stage: 'rl',
      seed,
    });
    const problems = Array.from({ length: steps * problemsPerStep }, (_, index) => {
      const { problem, messages } = plainOrigin(order(index));
      return { id: problem.id, prompt: messages[0]?.content ?? '', ids: [...format.renderPrompt(messages)] };
    });
    const directory = mkdtempSync(path.join(tmpdir(), 'qed-trl-'));
    try {
      const { epsilonLow, epsilonHigh } = loss;
      const { learningRate, beta1, beta2, epsilon, weightDecay, clipNorm } = optimiser;
      const answer = await this.#peer.ask({
        ...{ do: 'train', directory, checkpoint: checkpoint.directory, problems, steps, seed },
        settings: {
          ...{ problemsPerStep, groupSize, maxTokens, temperature, warmupSteps, epsilonLow, epsilonHigh },
          ...{ learningRate, beta1, beta2, epsilon, weightDecay, clipNorm },
        },
        rewardUrl: this.#server.url,
      });
      const { seconds, rewards, problems: asked, ...times } = answerSchema.parse(answer);
      if (seconds.length !== steps || rewards.length !== steps)
        throw new Error(`the peer made ${seconds.length} steps of ${steps}`);
      const expected = problems.flatMap(({ id }) => Array.from({ length: groupSize }, () => id));
      if (asked.flat().join() !== expected.join())
        throw new Error('the peer had other problems, or in another order');
      return {
        ...times,
        steps: seconds.map((took, index) => ({
          step: index + 1,
          seconds: took,
          rewards_P_A: inGroups(rewards[index] ?? [], groupSize),
        })),
      };
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }

  close(): void {
    this.#peer.close();
    this.#server.close();
  }
}

function inGroups(rewards: readonly number[], size: number): number[][] {
  return Array.from({ length: rewards.length / size }, (_, p) => rewards.slice(p * size, (p + 1) * size));
}

/** The models that the engine is measured with, and the training step that ceilings, peers and ratios refer to. */
import type { Datum, ModelConfig } from '../../src/engine/engine.ts';
import { Random } from '../../src/stats/random.ts';

export interface ModelSize {
  readonly name: string;
  readonly config: ModelConfig;
  /** Share of the matrix-multiply ceiling that training should reach, in percent. */
  readonly ceilingGoal: number;
  /** Tokens per second in training, against PyTorch's. */
  readonly peerGoal: number;
}

const common = {
  model_type: 'qwen3',
  num_key_value_heads: 2,
  rms_norm_eps: 1e-6,
  rope_theta: 10_000,
  max_position_embeddings: 512,
  tie_word_embeddings: true,
} as const;

export const modelSizes: readonly ModelSize[] = [
  {
    name: '1M',
    config: {
      ...common,
      vocab_size: 512,
      hidden_size: 128,
      intermediate_size: 384,
      num_hidden_layers: 4,
      num_attention_heads: 4,
      head_dim: 32,
    },
    ceilingGoal: 55,
    peerGoal: 1.5,
  },
  {
    name: '10M',
    config: {
      ...common,
      vocab_size: 4096,
      hidden_size: 384,
      intermediate_size: 1024,
      num_hidden_layers: 6,
      num_attention_heads: 6,
      head_dim: 64,
    },
    ceilingGoal: 75,
    peerGoal: 1,
  },
];

/** A training step: sequences of one length that fill their rows, every token trained, so nothing is padded. */
export const trainingStep = { sequences: 16, positions: 256 } as const;
/** A sampling request: the lab's usual prompt and its longest reply. Prompts are shared by groups of 16. */
export const samplingRequest = { promptTokens: 35, newTokens: 48, groupSize: 16 } as const;

/** Token ids, uniform over the vocabulary. */
export function randomTokens(config: ModelConfig, length: number, label: string, index: number): Int32Array {
  const random = new Random(label, index);
  return Int32Array.from({ length }, () => random.below(config.vocab_size));
}

/** The data of a training step; each sequence has one token more than there are positions. */
export function trainingData(config: ModelConfig): Datum[] {
  const { sequences, positions } = trainingStep;
  const weights_T = new Float32Array(positions + 1).fill(1 / (sequences * positions), 1);
  return Array.from({ length: sequences }, (_, index) => ({
    tokens_T: randomTokens(config, positions + 1, 'training', index),
    weights_T,
  }));
}

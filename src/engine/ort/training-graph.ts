/**
 * One ONNX graph that runs a batch of packed rows forward and backward, gradients as outputs. B rows, T = B·S
 * tokens and N trained positions are symbolic, so one session serves every batch of a row length S; temperature,
 * clip bounds and entropy coefficient are inputs, so it serves every value of them too.
 * Repeats are bit-identical: nothing in the graph adds rows by index; the caller scatters, in order.
 */
import type { Loss, ModelConfig } from '../engine.ts';
import { Graph } from './graph.ts';
import type { OnnxGraph } from './onnx.ts';
import { serialiseOnnx } from './onnx.ts';

export interface TrainingGraphOptions {
  /** Tokens in a packed row, S. */
  readonly rowLength: number;
  /** What to differentiate; 'forward' computes log-probs only, without a backward pass. */
  readonly loss: Loss['kind'] | 'forward';
  /** The rows that reach the output head are worked off in this many parts (default 1); needs N ≥ headChunks. */
  readonly headChunks?: number;
  /**
   * For RL losses: differentiate the entropy, with `entropyCoefficient` as an input (default false: the losses'
   * coefficient is 0 and `entropies` is only reported, at next to no cost). For 'forward': report it.
   */
  readonly entropy?: boolean;
  /** Rows of the rotary table, more than the greatest position fed. Default and least: rowLength. */
  readonly positionCount?: number;
}

export interface TrainingGraph {
  readonly graph: OnnxGraph;
  /** The graph as an ONNX model, for `InferenceSession.create`. */
  readonly bytes: Uint8Array;
  /** Names of the inputs to feed besides the parameters, in order. */
  readonly inputNames: readonly string[];
  /** Parameters with a `gradient:<name>` output: all but an untied embedding, and none for 'forward'. */
  readonly gradientNames: readonly string[];
}

/**
 * Builds the graph. Inputs (only those that the loss reads are declared; see `inputNames`):
 *
 * | name | type and shape | |
 * |---|---|---|
 * | ids | int64 [T] | tokens, row after row |
 * | positions | int64 [B, S] | position of each token in its sequence |
 * | segments | int32 [B, S] | a token sees earlier tokens of its row with its own segment … |
 * | prefixes | int32 [B, S] | … or with this one: a shared prompt (its own segment where there is none) |
 * | select | int64 [N] | indices into T, without repeats, whose next token is predicted |
 * | unselect | int64 [T] | for each token its index in select, N where it has none (not for 'forward') |
 * | targets | int64 [N] | the predicted tokens |
 * | weights | float32 [N] | w (losses) |
 * | inverseTemperature | float32 [] | RL losses and 'forward' |
 * | oldLogprobs, advantages | float32 [N] | RL losses (cispo, ppo, importance_sampling) |
 * | ratioLow, ratioHigh | float32 [] | bounds of the ratio, 1 − ε_low (ppo) and 1 + ε_high (ppo, cispo) |
 * | entropyCoefficient | float32 [] | c_H, with `entropy` and an RL loss |
 * | (every parameter) | float32 | by its Hugging Face name |
 *
 * Padding has a segment of its own, and weight 0 where it is selected.
 *
 * Outputs: `logprobs` [N]; `entropies` [N] in nats (RL losses, and 'forward' with `entropy`); and, for losses,
 * `loss` [] (Σ over N, engine.ts `Loss`), `gradient:<parameter>`, `embeddingRows` [T, d], `headRows` [N, d].
 * The gradient of the embedding is complete after adding row t of `embeddingRows` to its row ids[t]; that of the
 * output weight (the embedding too when tied) after adding row n of `headRows` to its row targets[n]. An untied
 * embedding has no dense part and no `gradient:` output.
 */
export function buildTrainingGraph(config: ModelConfig, options: TrainingGraphOptions): TrainingGraph {
  const graph = new Graph().finish();
  throw new Error(`not built yet: ${config.model_type} ${options.loss} ${serialiseOnnx(graph).length}`);
}

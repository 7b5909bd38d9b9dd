/**
 * How much the forward pass keeps for the backward pass, and what follows: how large a micro-batch may be, and when
 * layers are computed again instead. Estimates; `npm run bench -- engine` measures
 * what a process takes.
 */
import type { ModelConfig } from '../engine.ts';
import { countParameters } from './model-size.ts';
import { longestKeptRow } from './primitives/attention.ts';

/**
 * Models of more parameters (128 MB) are held once where smaller ones are copied to every worker, and few of their
 * sessions are kept.
 */
export const largeModel = 2 ** 25;

/** Bounds of a micro-batch, in positions: enough to feed the matrix kernels, few enough to stay in the caches. */
const fewestPositions = 256;
const mostPositions = 1024;
/** Of models beyond 4 M parameters, whose gradients take longer to fetch and to add, once for every micro-batch. */
const mostPositionsOfLarger = 2048;
const largerModel = 2 ** 22;
/** Values (float32) that an ordinary micro-batch may keep: 1 GiB. */
const ordinaryValues = 2 ** 28;
/** Values that all lanes together may keep for one long row each, before layers are computed again: 2 GiB. */
const mostValues = 2 ** 29;

/** float32 values that the forward pass keeps for a position of a row of `rowLength`. */
export function keptValues(config: ModelConfig, rowLength: number): number {
  const { hidden_size: d, intermediate_size: f, num_hidden_layers: layers } = config;
  // Causal blocks of a quarter row hold 5/8 of the square.
  const probabilities = rowLength <= longestKeptRow ? 0.625 * config.num_attention_heads * rowLength : 0;
  return layers * (12 * d + 5 * f + probabilities);
}

/** Positions of an ordinary micro-batch, a power of two. */
export function microBatchPositions(config: ModelConfig): number {
  const most = countParameters(config) > largerModel ? mostPositionsOfLarger : mostPositions;
  const positions = Math.min(ordinaryValues / keptValues(config, 0), most);
  return Math.max(fewestPositions, 2 ** Math.floor(Math.log2(positions)));
}

/**
 * Whether a micro-batch keeps only the input of each layer. An ordinary one never does: it is a single row longer
 * than that which can be too large.
 */
export function recomputesLayers(
  config: ModelConfig,
  { rows, rowLength }: { readonly rows: number; readonly rowLength: number },
  lanes: number,
): boolean {
  const positions = rows * rowLength;
  if (positions <= microBatchPositions(config)) return false;
  return positions * keptValues(config, rowLength) > mostValues / lanes;
}

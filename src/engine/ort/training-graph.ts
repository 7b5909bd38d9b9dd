/**
 * One ONNX graph that runs a batch of packed rows forward and backward, gradients as outputs. B rows, T = B·S
 * tokens and N trained positions are symbolic, so one session serves every batch of a row length S; temperature,
 * clip bounds and entropy coefficient are inputs, so it serves every value of them too.
 * Repeats are bit-identical: nothing in the graph adds rows by index; the caller scatters, in order.
 */
import type { Loss, ModelConfig } from '../engine.ts';
import { adaptedMatrices, adapterScale, adapterSpecs, type Lora } from './adapter.ts';
import { traceDecoder } from './decoder.ts';
import { Graph, type Value } from './graph.ts';
import { traceLoss } from './losses.ts';
import type { DataType, Dimensions, OnnxGraph } from './onnx.ts';
import { serialiseOnnx } from './onnx.ts';
import {
  embeddingName,
  finalNormName,
  headName,
  outputWeightName,
  type ParameterSpec,
  parameterSpecs,
} from './parameters.ts';
import type { LowRank } from './primitives/adapted-linear.ts';
import { scaleBy } from './primitives/elementwise.ts';
import { rmsNorm } from './primitives/rms-norm.ts';
import { selectRows } from './primitives/rows.ts';
import type { EntropyUse } from './primitives/token-head.ts';
import { tokenHead } from './primitives/token-head.ts';

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
  /** For RL losses: with the KL term, `klCoefficient` and `referenceLogprobs` as inputs. Default false. */
  readonly kl?: boolean;
  /** Rows of the rotary table, more than the greatest position fed. Default and least: rowLength. */
  readonly positionCount?: number;
  /** Keep the input of every layer only and compute the layer again in the backward pass. Default false. */
  readonly recomputeLayers?: boolean;
  /** Only an adapter trains, whose matrices are inputs beside the parameters; default: all parameters train. */
  readonly lora?: Lora | undefined;
}

export interface TrainingGraph {
  readonly graph: OnnxGraph;
  /** The graph as an ONNX model, for `InferenceSession.create`. */
  readonly bytes: Uint8Array;
  /** Names of the inputs to feed besides the parameters, in order. */
  readonly inputNames: readonly string[];
  /**
   * Parameters with a `gradient:<name>` output: all but an untied embedding, with an adapter those of it; none for
   * 'forward'.
   */
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
 * | oldLogprobs, advantages | float32 [N] | RL losses (cispo, gspo, ppo, importance_sampling) |
 * | ratioLow, ratioHigh | float32 [] | bounds of the ratio, 1 − ε_low (ppo, gspo) and 1 + ε_high (and cispo) |
 * | sequence | int64 [N] | gspo: the sequence of each trained token, 0 to D − 1 |
 * | sequenceNumbers | int64 [D] | gspo: 0, 1, …, D − 1 |
 * | sequenceShare | float32 [N] | gspo: 1 / trained tokens of the sequence |
 * | entropyCoefficient | float32 [] | c_H, with `entropy` and an RL loss |
 * | klCoefficient | float32 [] | c_KL, with `kl` and an RL loss |
 * | referenceLogprobs | float32 [N] | with `kl` and an RL loss |
 * | (every parameter) | float32 | by its Hugging Face name; those of the adapter by PEFT's |
 *
 * Padding has a segment of its own, and weight 0 where it is selected.
 *
 * Outputs: `logprobs` [N]; `entropies` [N] in nats (RL losses, and 'forward' with `entropy`); and, for losses,
 * `loss` [] (Σ over N, engine.ts `Loss`), `gradient:<parameter>`, `embeddingRows` [T, d], `headRows` [N, d].
 * The gradient of the embedding is complete after adding row t of `embeddingRows` to its row ids[t]; that of the
 * output weight (the embedding too when tied) after adding row n of `headRows` to its row targets[n]. An untied
 * embedding has no dense part and no `gradient:` output. With an adapter there are no `embeddingRows`, and `headRows`
 * [N, rank] belong to the B of the head, where that is adapted.
 */
export function buildTrainingGraph(config: ModelConfig, options: TrainingGraphOptions): TrainingGraph {
  const { rowLength, loss, headChunks = 1, positionCount = rowLength, recomputeLayers = false } = options;
  if (positionCount < rowLength) throw new Error(`positionCount ${positionCount} < rowLength ${rowLength}`);
  const isForward = loss === 'forward';
  const d = config.hidden_size;

  const g = new Graph();
  const inputs = new Map<string, Value>();
  const input = (name: string, type: DataType, dims: Dimensions): Value => {
    const value = inputs.get(name) ?? g.input(name, type, dims);
    inputs.set(name, value);
    return value;
  };
  const scalar = (name: string) => input(name, 'float32', []);
  const perTarget = (name: string) => input(name, 'float32', ['N']);
  const decoderInputs = {
    ids: input('ids', 'int64', ['T']),
    positions: input('positions', 'int64', ['B', rowLength]),
    segments: input('segments', 'int32', ['B', rowLength]),
    prefixes: input('prefixes', 'int32', ['B', rowLength]),
  };
  const select = input('select', 'int64', ['N']);
  const unselect = isForward ? undefined : input('unselect', 'int64', ['T']);
  const targets = input('targets', 'int64', ['N']);
  const baseSpecs = parameterSpecs(config);
  const declare = ({ name, dims }: ParameterSpec) => [name, g.input(name, 'float32', dims)] as const;
  const parameters = new Map(baseSpecs.map(declare));
  const adapter = declareAdapter(g, config, options.lora);
  const parameter = (name: string): Value => {
    const value = parameters.get(name);
    if (value === undefined) throw new Error(`the model has no weight ${name}`);
    return value;
  };

  const states = traceDecoder(
    g,
    config,
    { ...decoderInputs, parameter, adapter: (name) => adapter.get(name) },
    { rowLength, positionCount, recomputeLayers: recomputeLayers && !isForward },
  );
  const selected = selectRows(g, states, { select, unselect, size: d });
  const normed = rmsNorm(g, selected, parameter(finalNormName), { size: d, epsilon: config.rms_norm_eps });
  const x = loss === 'cross_entropy' ? normed : scaleBy(g, normed, scalar('inverseTemperature'));
  const weight = parameter(outputWeightName(config));
  const entropy = entropyUse(options);
  const onHead = adapter.get(headName);
  const { logprobs, entropies } = tokenHead(
    g,
    { x, weight, targets, adapter: onHead },
    { entropy, parts: headChunks },
  );
  g.output('logprobs', logprobs, 'float32', ['N']);
  if (entropies !== undefined) g.output('entropies', entropies, 'float32', ['N']);

  const gradientNames: string[] = [];
  if (!isForward) {
    const lossInputs = {
      logprobs,
      entropies: entropy === 'differentiable' ? entropies : undefined,
      weights: () => perTarget('weights'),
      oldLogprobs: () => perTarget('oldLogprobs'),
      advantages: () => perTarget('advantages'),
      referenceLogprobs: () => perTarget('referenceLogprobs'),
      sequences: () => ({
        sequence: input('sequence', 'int64', ['N']),
        numbers: input('sequenceNumbers', 'int64', ['D']),
        share: perTarget('sequenceShare'),
      }),
      ratioLow: () => scalar('ratioLow'),
      ratioHigh: () => scalar('ratioHigh'),
      entropyCoefficient: () => scalar('entropyCoefficient'),
      klCoefficient: () => scalar('klCoefficient'),
    };
    const value = traceLoss(g, loss, lossInputs, { kl: options.kl ?? false });
    g.output('loss', value, 'float32', []);
    const isFrozen = options.lora !== undefined;
    const gradients = g.backward(
      new Map([[value, g.scalar(1)]]),
      new Set(isFrozen ? parameters.values() : []),
    );
    const trained = isFrozen ? adapterSpecs(config, options.lora) : baseSpecs;
    for (const { name, dims } of trained) {
      const gradient = gradients.dense.get(name as Value);
      if (gradient === undefined) continue;
      g.output(`gradient:${name}`, gradient, 'float32', dims);
      gradientNames.push(name);
    }
    const outputRows = (name: string, table: Value, atIds: boolean, dims: Dimensions) => {
      const parts = (gradients.rows.get(table) ?? [])
        .filter(({ indices }) => (indices === decoderInputs.ids) === atIds)
        .map(({ rows }) => rows);
      if (parts.length > 0) g.output(name, stack(g, parts), 'float32', dims);
    };
    outputRows('embeddingRows', parameter(embeddingName), true, ['T', d]);
    if (!isFrozen) outputRows('headRows', weight, false, ['N', d]);
    else if (onHead !== undefined) outputRows('headRows', onHead.b, false, ['N', options.lora.rank]);
  }
  const graph = g.finish();
  return { graph, bytes: serialiseOnnx(graph), inputNames: [...inputs.keys()], gradientNames };
}

/** Inputs for the adapter, by the name of what each pair is added to. */
function declareAdapter(g: Graph, config: ModelConfig, lora: Lora | undefined): Map<string, LowRank> {
  if (lora === undefined) return new Map();
  const declare = ({ name, dims }: ParameterSpec) => g.input(name, 'float32', dims);
  const pairs = adaptedMatrices(config, lora).map(({ weight, a, b }) => {
    return [weight, { a: declare(a), b: declare(b), scale: adapterScale(lora) }] as const;
  });
  return new Map(pairs);
}

function entropyUse({ loss, entropy = false }: TrainingGraphOptions): EntropyUse {
  if (loss === 'cross_entropy') return 'none';
  if (loss === 'forward') return entropy ? 'report' : 'none';
  return entropy ? 'differentiable' : 'report';
}

function stack(g: Graph, rows: readonly Value[]): Value {
  const [only] = rows;
  return rows.length === 1 && only !== undefined ? only : g.op('Concat', rows, { axis: 0 });
}

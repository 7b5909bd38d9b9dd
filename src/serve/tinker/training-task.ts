/**
 * One forward or forward-backward of a model: what the engine has a graph for goes to it as it is; any other loss runs
 * through its log-probs first and then weighs them with the slopes of the loss, which has the same gradient.
 */
import type { Datum, Loss, ModelConfig, TrainableModel } from '../../engine/engine.ts';
import type { ForwardBackwardOutput } from '../../engine/tinker/wire/forward-backward-output.ts';
import type { ForwardBackwardRequest } from '../../engine/tinker/wire/forward-backward-request.ts';
import { float32Tensor } from '../../engine/tinker/wire/wire-tensor.ts';
import { invalidRequest } from '../api-error.ts';
import { type LossSettings, readLoss } from './read-loss.ts';
import { type ReadDatum, readTrainingData } from './read-training-data.ts';
import { evaluateLoss } from './token-losses.ts';

export type TrainingTask = (model: TrainableModel) => Promise<ForwardBackwardOutput>;

/** Checks everything; the task it returns is carried out when its turn has come. Throws an ApiError of 400. */
export function readTrainingTask(request: ForwardBackwardRequest, config: ModelConfig): TrainingTask {
  const loss = readLoss(request);
  if (request.forwardOnly && (loss.entropyCoefficient !== 0 || loss.klCoefficient !== 0)) {
    throw invalidRequest(
      'loss_fn_config',
      'loss_fn_config: entropy_coef and kl_coef are terms of a gradient; a forward pass has none',
    );
  }
  const data = readTrainingData(request.data, loss, config);
  if (request.forwardOnly) return (model) => forward(model, data, loss);
  const own = engineLoss(loss, data);
  return own === undefined
    ? (model) => forwardBackwardBySlopes(model, data, loss)
    : (model) => forwardBackward(model, data, own);
}

/** The loss as the engine computes it; undefined where it does not. */
function engineLoss(settings: LossSettings, data: readonly ReadDatum[]): Loss | undefined {
  const { name, temperature, low, high, entropyCoefficient, klCoefficient } = settings;
  if (name === 'cross_entropy') return temperature === 1 ? { kind: name } : undefined;
  const hasOwnBounds = data.some((one) => one.low !== undefined || one.high !== undefined);
  // The engine's CISPO has no lower bound.
  if (name === 'dro' || hasOwnBounds || (name === 'cispo' && low > 0)) return undefined;
  return {
    ...{ kind: name, temperature, entropyCoefficient, klCoefficient },
    epsilonLow: 1 - low,
    epsilonHigh: name === 'importance_sampling' ? 0 : high - 1,
  };
}

async function forwardBackward(
  model: TrainableModel,
  data: readonly ReadDatum[],
  loss: Loss,
): Promise<ForwardBackwardOutput> {
  const result = await model.forwardBackward(
    data.map(({ datum }) => datum),
    loss,
  );
  const hasEntropy = 'entropyCoefficient' in loss && loss.entropyCoefficient !== 0;
  return outputOf(result.logprobs_D_T, hasEntropy ? result : withoutEntropy(result));
}

/** Log-probs of all targets, also of those without a weight. */
async function forward(
  model: TrainableModel,
  data: readonly ReadDatum[],
  loss: LossSettings,
): Promise<ForwardBackwardOutput> {
  const logprobs_D_T = await model.forward(
    data.map(({ datum: { tokens_T } }) => ({ tokens_T, weights_T: onesButFirst(tokens_T.length) })),
    loss.temperature,
  );
  for (const [d, { strangers }] of data.entries())
    for (const t of strangers) logprobs_D_T[d]?.fill(0, t, t + 1);
  const total = data.reduce((sum, one, d) => sum + evaluated(one, loss, logprobs_D_T[d]).loss, 0);
  return outputOf(logprobs_D_T, { loss: total, ...countsOf(data) });
}

async function forwardBackwardBySlopes(
  model: TrainableModel,
  data: readonly ReadDatum[],
  loss: LossSettings,
): Promise<ForwardBackwardOutput> {
  const logprobs_D_T = await model.forward(
    data.map(({ datum }) => datum),
    loss.temperature,
  );
  const evaluations = data.map((one, d) => evaluated(one, loss, logprobs_D_T[d]));
  const surrogates = data.map(({ datum }, d): Datum => {
    const slopes_T = evaluations[d]?.slopes_T ?? new Float32Array(0);
    const advantages_T = slopes_T.map((slope, t) => (slope === 0 ? 0 : -slope / (datum.weights_T[t] ?? 1)));
    // The ratio is 1, so that what is maximised has the advantage as its slope.
    return { ...datum, logprobs_T: logprobs_D_T[d] ?? new Float32Array(0), advantages_T };
  });
  const { temperature, entropyCoefficient, klCoefficient } = loss;
  const result = await model.forwardBackward(surrogates, {
    ...{ kind: 'importance_sampling', temperature, entropyCoefficient, klCoefficient },
    ...{ epsilonLow: 0, epsilonHigh: 0 },
  });
  const value = evaluations.reduce((sum, one) => sum + one.loss, 0);
  const surrogate = evaluations.reduce(
    (sum, { slopes_T }) => sum + slopes_T.reduce((all, slope) => all + slope, 0),
    0,
  );
  // What entropy and KL add is in the second pass alone.
  const figures = { ...result, loss: value + (result.loss - surrogate) };
  return outputOf(logprobs_D_T, entropyCoefficient === 0 ? withoutEntropy(figures) : figures);
}

function evaluated({ datum, low, high }: ReadDatum, loss: LossSettings, logprobs_T?: Float32Array) {
  const terms = { name: loss.name, beta: loss.beta, low: low ?? loss.low, high: high ?? loss.high };
  return evaluateLoss(terms, datum, logprobs_T ?? new Float32Array(0));
}

/** Where it was not asked for, it was not computed either. */
function withoutEntropy({ loss, trainedTokens, processedTokens }: Figures): Figures {
  return { loss, trainedTokens, processedTokens };
}

interface Figures {
  readonly loss: number;
  readonly entropySum?: number;
  readonly trainedTokens: number;
  readonly processedTokens: number;
}

/** Every name has exactly one colon: the official SDK refuses others. */
function outputOf(logprobs_D_T: readonly Float32Array[], figures: Figures): ForwardBackwardOutput {
  return {
    lossFnOutputType: 'scalar',
    outputs_D: logprobs_D_T.map(
      (logprobs_T) => new Map([['logprobs', float32Tensor(logprobs_T.subarray(1))]]),
    ),
    metrics: new Map([
      ['loss:sum', figures.loss],
      ...(figures.entropySum === undefined ? [] : [['entropy:sum', figures.entropySum] as const]),
      ['trained_tokens:sum', figures.trainedTokens],
      ['processed_tokens:sum', figures.processedTokens],
    ]),
  };
}

function countsOf(data: readonly ReadDatum[]) {
  const lengths = data.map(({ datum }) => datum.tokens_T.length - 1);
  const processedTokens = lengths.reduce((sum, length) => sum + length, 0);
  const trained = data.map(({ datum }) => datum.weights_T.filter((weight) => weight !== 0).length);
  return { processedTokens, trainedTokens: trained.reduce((sum, count) => sum + count, 0) };
}

function onesButFirst(length: number): Float32Array {
  const weights_T = new Float32Array(length).fill(1);
  weights_T[0] = 0;
  return weights_T;
}

/**
 * How a loss is had from a server: by its own loss of that name; by averages that are undone; or in two passes, log-probs first
 * and then the loss's derivative as weights. Every way gives the gradient of `Loss` (engine.ts); what has no exact way is
 * refused.
 */
import type { Datum, Loss } from '../engine.ts';
import { lossValues } from './loss-values.ts';
import type { Server } from './server.ts';
import { wireDatum } from './training-data.ts';
import type { WireDatum } from './wire/forward-backward-request.ts';
import { int64Tensor } from './wire/wire-tensor.ts';

export interface TrainingPass {
  readonly lossFn: string;
  readonly lossFnConfig: ReadonlyMap<string, number>;
  readonly data: readonly WireDatum[];
}

export type LossPlan =
  | { readonly kind: 'one-pass'; readonly pass: TrainingPass }
  /** `second` is made of the log-probs that the first pass, `logprobsPass`, gives. */
  | { readonly kind: 'two-pass'; second(new_D_T: readonly Float32Array[]): TrainingPass };

/** JSON has no infinity, and no ratio comes near this. */
const unbounded = 1e30;

/** Throws a TinkerError of kind unsupported. */
export function planLoss(server: Server, loss: Loss, data: readonly Datum[]): LossPlan {
  const { profile } = server;
  checkTemperature(server, loss.kind === 'cross_entropy' ? 1 : loss.temperature);
  if (loss.kind === 'cross_entropy') {
    const weights_D = data.map(({ weights_T }) => weights_T);
    if (profile.reduction === 'mean') return { kind: 'one-pass', pass: weightedSum(server, data, weights_D) };
    if (!profile.signedWeights && weights_D.some((weights) => weights.some((weight) => weight < 0)))
      throw server.unsupported('train with weights below 0', 'Take another server.');
    return { kind: 'one-pass', pass: crossEntropy(server, data, weights_D) };
  }
  if (isNative(server, loss, data)) return { kind: 'one-pass', pass: nativePass(server, loss, data) };
  if (profile.reduction === 'sum' && !profile.signedWeights)
    throw server.unsupported(`train with ${describe(loss)}`, 'Take another loss, or another server.');
  return {
    kind: 'two-pass',
    second(new_D_T) {
      const weights_D = data.map((datum, d) => {
        const { gradient_T } = lossValues(loss, datum, new_D_T[d] ?? new Float32Array());
        return gradient_T.map((value) => -value);
      });
      return profile.reduction === 'mean'
        ? weightedSum(server, data, weights_D)
        : crossEntropy(server, data, weights_D);
    },
  };
}

/** Log-probs, with no gradient. */
export function logprobsPass(server: Server, data: readonly Datum[], temperature: number): TrainingPass {
  checkTemperature(server, temperature);
  const config = new Map<string, number>();
  if (server.has('temperature/1') && temperature !== 1) config.set('temperature', temperature);
  const weights = (datum: Datum) => datum.weights_T.map((weight) => (weight === 0 ? 0 : 1));
  return {
    lossFn: 'cross_entropy',
    lossFnConfig: config,
    data: data.map((datum) => wireDatum(datum, { weights: weights(datum) }, shared(server, datum))),
  };
}

function checkTemperature(server: Server, temperature: number): void {
  if (temperature === 1 || server.has('temperature/1') || server.profile.trainerTemperature === 'server')
    return;
  throw server.unsupported(
    `train at temperature ${temperature}: its log-probs are those of 1`,
    'Sample and train at temperature 1, or take another server.',
  );
}

/** The server's own loss is the loss that is meant. */
function isNative(
  server: Server,
  loss: Exclude<Loss, { kind: 'cross_entropy' }>,
  data: readonly Datum[],
): boolean {
  const { profile } = server;
  if (!profile.losses.includes(loss.kind)) return false;
  if ((loss.klCoefficient ?? 0) !== 0 && !server.has('kl/1')) return false;
  if (loss.entropyCoefficient !== 0 && !server.has('entropy/1') && profile.entropyBonus !== 'server')
    return false;
  // A weight is folded into the advantage, which for the minimum of two products is exact only where it is not negative.
  const isFoldable = loss.kind === 'importance_sampling' || loss.kind === 'cispo';
  return (
    server.has('weights/1') ||
    isFoldable ||
    data.every(({ weights_T }) => weights_T.every((weight) => weight >= 0))
  );
}

function nativePass(
  server: Server,
  loss: Exclude<Loss, { kind: 'cross_entropy' }>,
  data: readonly Datum[],
): TrainingPass {
  const config = new Map<string, number>();
  if (loss.kind !== 'importance_sampling') {
    config.set('clip_low_threshold', loss.kind === 'cispo' ? 0 : Math.max(0, 1 - loss.epsilonLow));
    config.set('clip_high_threshold', Math.min(1 + loss.epsilonHigh, unbounded));
  }
  if (server.has('temperature/1')) config.set('temperature', loss.temperature);
  if (server.has('entropy/1') && loss.entropyCoefficient !== 0)
    config.set('entropy_coef', loss.entropyCoefficient);
  const kl = loss.klCoefficient ?? 0;
  if (server.has('kl/1') && kl !== 0) config.set('kl_coef', kl);
  return {
    lossFn: loss.kind,
    lossFnConfig: config,
    data: data.map((datum) => {
      const { weights_T } = datum;
      const old = given(datum.logprobs_T, 'behaviour log-probs');
      const advantages = given(datum.advantages_T, 'advantages');
      const reference =
        kl === 0 ? {} : { ref_logprobs: given(datum.referenceLogprobs_T, 'reference log-probs') };
      if (server.has('weights/1')) {
        const arrays = { logprobs: old, advantages, weights: weights_T, ...reference };
        return wireDatum(datum, arrays, shared(server, datum));
      }
      const scale = scaleOf(server, datum, data);
      const folded = advantages.map((advantage, t) => advantage * (weights_T[t] ?? 0) * scale);
      return wireDatum(datum, { logprobs: old, advantages: folded, ...maskFor(server, datum) });
    }),
  };
}

function crossEntropy(
  server: Server,
  data: readonly Datum[],
  weights_D: readonly Float32Array[],
): TrainingPass {
  return {
    lossFn: 'cross_entropy',
    lossFnConfig: new Map(),
    data: data.map((datum, d) => {
      const weights = weights_D[d] ?? new Float32Array();
      return wireDatum(datum, { weights }, shared(server, datum));
    }),
  };
}

/**
 * −Σ w·new where cross-entropy divides by its weights: cispo between the bounds 1 and 1 is new·A, and A is linear, so that it
 * undoes the averages and may be negative.
 */
function weightedSum(
  server: Server,
  data: readonly Datum[],
  weights_D: readonly Float32Array[],
): TrainingPass {
  return {
    lossFn: 'cispo',
    lossFnConfig: new Map([
      ['clip_low_threshold', 1],
      ['clip_high_threshold', 1],
    ]),
    data: data.map((datum, d) => {
      const scale = scaleOf(server, datum, data);
      const advantages = (weights_D[d] ?? new Float32Array()).map((weight) => weight * scale);
      return wireDatum(datum, {
        logprobs: new Float32Array(datum.tokens_T.length),
        advantages,
        ...maskFor(server, datum),
      });
    }),
  };
}

/** What undoes the averages: the trained tokens of the datum times the data of the step. */
function scaleOf({ profile }: Server, { weights_T }: Datum, data: readonly Datum[]): number {
  return profile.reduction === 'mean' ? trainedTokensOf(weights_T) * data.length : 1;
}

/** For a mean it must be known over what. Elsewhere an advantage of 0 is enough. */
function maskFor({ profile }: Server, { weights_T }: Datum): Readonly<Record<string, Float32Array>> {
  if (profile.reduction !== 'mean') return {};
  return { weights: weights_T.map((weight) => (weight === 0 ? 0 : 1)) };
}

function shared(server: Server, { sharedPrompt }: Datum) {
  if (sharedPrompt === undefined || !server.has('shared-prompt/1')) return {};
  return { x_shared_prompt_length: int64Tensor(Int32Array.of(sharedPrompt.length)) };
}

export function trainedTokensOf(weights_T: Float32Array): number {
  return weights_T.reduce((count, weight) => count + (weight === 0 ? 0 : 1), 0);
}

function given(values: Float32Array | undefined, name: string): Float32Array {
  if (values === undefined) throw new RangeError(`a datum has no ${name}, which its loss needs`);
  return values;
}

function describe(loss: Exclude<Loss, { kind: 'cross_entropy' }>): string {
  const kl = (loss.klCoefficient ?? 0) === 0 ? '' : ' and a KL term';
  return `${loss.kind}${kl}${loss.entropyCoefficient === 0 ? '' : ' and an entropy bonus'}`;
}

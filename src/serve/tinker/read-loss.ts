/**
 * The loss that a training request names, and its settings. A loss or a setting that is not computed here is refused by
 * name, never passed over.
 */
import type { ForwardBackwardRequest } from '../../engine/tinker/wire/forward-backward-request.ts';
import { invalidRequest } from '../api-error.ts';
import type { LossName } from './token-losses.ts';

export interface LossSettings {
  readonly name: LossName;
  readonly low: number;
  readonly high: number;
  readonly beta: number;
  readonly temperature: number;
  readonly entropyCoefficient: number;
  readonly klCoefficient: number;
}

/** What is not said of the bounds: hosted's for `ppo` and `cispo`, the paper's (Zheng et al. 2025) for `gspo`. */
const bounds: Readonly<Record<LossName, readonly [low: number, high: number]>> = {
  cross_entropy: [0, Number.POSITIVE_INFINITY],
  importance_sampling: [0, Number.POSITIVE_INFINITY],
  ppo: [0.8, 1.2],
  cispo: [0, 4],
  gspo: [1 - 3e-4, 1 + 4e-4],
  dro: [0, Number.POSITIVE_INFINITY],
};

const clipped: readonly LossName[] = ['ppo', 'cispo', 'gspo'];

/** Throws an ApiError of 400. */
export function readLoss(request: Pick<ForwardBackwardRequest, 'lossFn' | 'lossFnConfig'>): LossSettings {
  const name = lossName(request.lossFn);
  const isReinforcement = name !== 'cross_entropy';
  const known = new Set([
    'temperature',
    ...(clipped.includes(name) ? ['clip_low_threshold', 'clip_high_threshold'] : []),
    ...(name === 'dro' ? ['beta'] : []),
    ...(isReinforcement ? ['entropy_coef', 'kl_coef'] : []),
  ]);
  for (const [key, value] of request.lossFnConfig) {
    if (!known.has(key)) {
      throw invalidRequest(
        `loss_fn_config.${key}`,
        `loss_fn_config.${key}: ${name} has no such setting here; it has ${[...known].join(', ')}`,
      );
    }
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw invalidRequest(`loss_fn_config.${key}`, `loss_fn_config.${key}: ${value} is no finite number`);
    }
  }
  const setting = (key: string, usual: number): number => Number(request.lossFnConfig.get(key) ?? usual);
  const [usualLow, usualHigh] = bounds[name];
  const low = setting('clip_low_threshold', usualLow);
  const high = setting('clip_high_threshold', usualHigh);
  if (!(low >= 0 && low <= high)) {
    throw invalidRequest(
      'loss_fn_config.clip_low_threshold',
      `loss_fn_config: the ratio's bounds are ${low} and ${high}; 0 ≤ clip_low_threshold ≤ clip_high_threshold is right`,
    );
  }
  const temperature = setting('temperature', 1);
  if (!(temperature > 0)) {
    throw invalidRequest(
      'loss_fn_config.temperature',
      `loss_fn_config.temperature: ${temperature}; log-probs need one above 0`,
    );
  }
  if (name === 'dro' && !request.lossFnConfig.has('beta')) {
    throw invalidRequest('loss_fn_config.beta', 'loss_fn_config.beta: missing, and dro needs it');
  }
  return {
    ...{ name, low, high, temperature, beta: setting('beta', 0) },
    entropyCoefficient: setting('entropy_coef', 0),
    klCoefficient: setting('kl_coef', 0),
  };
}

function lossName(text: string): LossName {
  if (Object.hasOwn(bounds, text)) return text as LossName;
  throw invalidRequest(
    'loss_fn',
    `loss_fn: there is no loss ${JSON.stringify(text.slice(0, 100))} here; there is ${Object.keys(bounds).join(', ')}`,
  );
}

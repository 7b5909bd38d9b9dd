/**
 * What an adapter is asked for, checked and with its defaults filled in. Bad options are refused with the field named,
 * before anything of a model is made.
 */
import type { LoraOptions } from './engine.ts';

/**
 * That of the Tinker API's servers (SkyRL's among them) and of Schulman et al. 2025 ("LoRA Without Regret"): with the
 * factor alpha/rank the best learning rate hardly depends on the rank, and one that was found elsewhere carries over.
 */
export const defaultLoraAlpha = 32;

/** Throws a RangeError that names the field unless the options make sense for some model. */
export function resolveLora(options: LoraOptions): Required<LoraOptions> {
  const { rank, alpha = defaultLoraAlpha, seed, attention = true, feedForward = true, head = true } = options;
  if (!(Number.isSafeInteger(rank) && rank >= 1)) {
    throw new RangeError(
      `lora: rank is ${rank}; it is a whole number from 1 on, and full-parameter training is without lora`,
    );
  }
  if (!(Number.isFinite(alpha) && alpha > 0)) {
    throw new RangeError(`lora: alpha is ${alpha}; it is a number above 0, by default ${defaultLoraAlpha}`);
  }
  if (!Number.isSafeInteger(seed)) throw new RangeError(`lora: seed is ${seed}; it is a whole number`);
  for (const [name, value] of Object.entries({ attention, feedForward, head })) {
    if (typeof value !== 'boolean') throw new RangeError(`lora: ${name} is ${value}; it is true or false`);
  }
  if (!(attention || feedForward || head)) {
    throw new RangeError('lora: attention, feedForward and head are all false; at least one is adapted');
  }
  return { rank, alpha, seed, attention, feedForward, head };
}

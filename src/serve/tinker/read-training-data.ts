/**
 * The data of a training request as the engine takes them. On the wire an input of N tokens has N targets; the engine has
 * one sequence of N + 1, whose token 0 is never trained. Everything is checked before any of it is computed, and what is
 * wrong is told by datum and field.
 */
import { createHash } from 'node:crypto';
import type { Datum, ModelConfig } from '../../engine/engine.ts';
import type { WireDatum } from '../../engine/tinker/wire/forward-backward-request.ts';
import type { WireTensor } from '../../engine/tinker/wire/wire-tensor.ts';
import { type ApiError, invalidRequest } from '../api-error.ts';
import type { LossSettings } from './read-loss.ts';
import type { Bound } from './token-losses.ts';

export interface ReadDatum {
  readonly datum: Datum;
  /** Where these came with the datum: one a token, aligned with `datum.tokens_T`. */
  readonly low?: Bound;
  readonly high?: Bound;
  /** Tokens without a weight that are not what the input goes on with: they have no log-prob here. */
  readonly strangers: readonly number[];
}

/** Throws an ApiError of 400. */
export function readTrainingData(
  data: readonly WireDatum[],
  loss: LossSettings,
  config: ModelConfig,
): ReadDatum[] {
  if (data.length === 0) throw invalidRequest('data', 'data: empty; there is nothing to compute');
  return data.map((datum, index) => new DatumReader(datum, `data[${index}]`, config).read(loss));
}

class DatumReader {
  readonly #tokens: Int32Array;
  readonly #inputs: ReadonlyMap<string, WireTensor>;
  readonly #what: string;
  readonly #config: ModelConfig;

  constructor({ tokens_N, inputs }: WireDatum, what: string, config: ModelConfig) {
    this.#tokens = tokens_N;
    this.#inputs = inputs;
    this.#what = what;
    this.#config = config;
  }

  read(loss: LossSettings): ReadDatum {
    const isReinforcement = loss.name !== 'cross_entropy';
    this.#checkTokens();
    this.#checkNames(loss);
    const target_N = this.#targets();
    const logprobs_N = isReinforcement ? this.#needed('logprobs') : undefined;
    const advantages_N = isReinforcement ? this.#needed('advantages') : undefined;
    const weights_N = this.#weights(loss, logprobs_N, advantages_N);
    this.#checkTargets(target_N, weights_N);
    const last = target_N.at(-1) ?? 0;
    const tokens_T = new Int32Array(this.#tokens.length + 1);
    tokens_T.set(this.#tokens);
    // A last token that is not trained may be anything on the wire.
    tokens_T[this.#tokens.length] = this.#isToken(last) ? last : 0;
    const reference_N = loss.klCoefficient === 0 ? undefined : this.#needed('ref_logprobs');
    const low = this.#floats('clip_low_threshold');
    const high = this.#floats('clip_high_threshold');
    const sharedPrompt = this.#sharedPrompt(weights_N);
    return {
      strangers: [...target_N.keys()].filter((i) => target_N[i] !== tokens_T[i + 1]).map((i) => i + 1),
      datum: {
        ...{ tokens_T, weights_T: shifted(weights_N) },
        ...(logprobs_N === undefined ? {} : { logprobs_T: shifted(logprobs_N) }),
        ...(advantages_N === undefined ? {} : { advantages_T: shifted(advantages_N) }),
        ...(reference_N === undefined ? {} : { referenceLogprobs_T: shifted(reference_N) }),
        ...(sharedPrompt === undefined ? {} : { sharedPrompt }),
      },
      ...(low === undefined ? {} : { low: shifted(low) }),
      ...(high === undefined ? {} : { high: shifted(high) }),
    };
  }

  /** Absent weights: all tokens; of reinforcement learning those that were sampled, the others add nothing. */
  #weights(
    loss: LossSettings,
    logprobs_N: Float32Array | undefined,
    advantages_N: Float32Array | undefined,
  ): Float32Array {
    const given = this.#floats('weights');
    const mask = this.#floats('sequence_ratio_mask');
    if (given !== undefined && mask !== undefined) {
      throw this.#error(
        'loss_fn_inputs.sequence_ratio_mask',
        'is there beside weights; one of the two is right',
      );
    }
    if (given !== undefined || mask !== undefined) return given ?? mask ?? new Float32Array(0);
    const weights_N = new Float32Array(this.#tokens.length).fill(1);
    if (loss.name === 'cross_entropy') return weights_N;
    return weights_N.map((_, i) => (advantages_N?.[i] === 0 && logprobs_N?.[i] === 0 ? 0 : 1));
  }

  #checkTokens(): void {
    const { length } = this.#tokens;
    const { max_position_embeddings: positions } = this.#config;
    if (length === 0) throw this.#error('model_input', 'is empty');
    if (length > positions) {
      throw this.#error('model_input', `has ${length} tokens; the model has ${positions} positions`);
    }
    const place = this.#tokens.findIndex((token) => !this.#isToken(token));
    if (place >= 0) throw this.#error('model_input', this.#stranger(this.#tokens[place], place));
  }

  #checkNames({ name, klCoefficient }: LossSettings): void {
    const isReinforcement = name !== 'cross_entropy';
    const known = new Set([
      ...['target_tokens', 'weights', 'x_shared_prompt_length'],
      ...(isReinforcement ? ['logprobs', 'advantages'] : []),
      ...(name === 'ppo' || name === 'cispo' ? ['clip_low_threshold', 'clip_high_threshold'] : []),
      ...(name === 'gspo' ? ['sequence_ratio_mask'] : []),
      ...(klCoefficient === 0 ? [] : ['ref_logprobs']),
    ]);
    for (const field of this.#inputs.keys()) {
      if (!known.has(field)) {
        throw this.#error(
          `loss_fn_inputs.${field.slice(0, 100)}`,
          `is no input of ${name} here; ${[...known].join(', ')} are`,
        );
      }
    }
  }

  #targets(): Int32Array {
    const field = 'loss_fn_inputs.target_tokens';
    const tensor = this.#inputs.get('target_tokens');
    if (tensor === undefined) throw this.#error(field, 'is missing');
    if (tensor.dtype !== 'int64') throw this.#error(field, 'holds floats; token ids are integers');
    const [rows, columns = 1] = tensor.shape;
    if (tensor.shape.length > 2 || rows !== this.#tokens.length) throw this.#shapeError(field, tensor);
    if (columns !== 1) {
      throw this.#error(
        field,
        `has ${columns} targets a position; this server trains on one, of shape [N] or [N, 1]`,
      );
    }
    return tensor.data;
  }

  /** The engine predicts the next token of its own input. */
  #checkTargets(target_N: Int32Array, weights_N: Float32Array): void {
    for (let i = 0; i < target_N.length; i += 1) {
      if (weights_N[i] === 0) continue;
      const target = target_N[i] ?? 0;
      if (!this.#isToken(target))
        throw this.#error('loss_fn_inputs.target_tokens', this.#stranger(target, i));
      const next = this.#tokens[i + 1] ?? target;
      if (target === next) continue;
      throw this.#error(
        'loss_fn_inputs.target_tokens',
        `at ${i} is ${target}, and the input goes on with ${next}; this server trains on the next token of the input`,
      );
    }
  }

  #needed(name: string): Float32Array {
    const values = this.#floats(name);
    if (values === undefined)
      throw this.#error(`loss_fn_inputs.${name}`, 'is missing, and the loss needs it');
    return values;
  }

  #floats(name: string): Float32Array | undefined {
    const tensor = this.#inputs.get(name);
    if (tensor === undefined) return undefined;
    const field = `loss_fn_inputs.${name}`;
    const [rows, columns = 1] = tensor.shape;
    if (tensor.shape.length > 2 || columns !== 1 || rows !== this.#tokens.length) {
      throw this.#shapeError(field, tensor);
    }
    const values = tensor.dtype === 'float32' ? tensor.data : Float32Array.from(tensor.data);
    const place = values.findIndex((value) => !Number.isFinite(value));
    if (place >= 0) throw this.#error(field, `at ${place} is ${values[place]}, no finite number`);
    return values;
  }

  /** Data with the same first tokens name each other by these, so that the engine runs them once. */
  #sharedPrompt(weights_N: Float32Array): Datum['sharedPrompt'] {
    const field = 'loss_fn_inputs.x_shared_prompt_length';
    const tensor = this.#inputs.get('x_shared_prompt_length');
    if (tensor === undefined) return undefined;
    const length = tensor.data[0] ?? 0;
    if (tensor.data.length !== 1 || !Number.isInteger(length) || length < 0 || length > this.#tokens.length) {
      throw this.#error(field, `is one number from 0 to ${this.#tokens.length}, the length of the input`);
    }
    if (length === 0) return undefined;
    // The target at i is token i + 1 of the sequence.
    if (weights_N.subarray(0, length - 1).some((weight) => weight !== 0)) {
      throw this.#error(field, `is ${length}, and a token of that prompt has a weight`);
    }
    const { buffer, byteOffset } = this.#tokens;
    const prompt = new Uint8Array(buffer, byteOffset, 4 * length);
    return { key: createHash('sha256').update(prompt).digest('base64'), length };
  }

  #isToken(token: number): boolean {
    return token >= 0 && token < this.#config.vocab_size;
  }

  #stranger(token: number | undefined, place: number): string {
    return `has token ${token} at ${place}; the vocabulary has ${this.#config.vocab_size}`;
  }

  #shapeError(field: string, { shape }: WireTensor): ApiError {
    const { length } = this.#tokens;
    return this.#error(
      field,
      `has the shape [${shape.join(', ')}]; the input has ${length} tokens, so [${length}] is right`,
    );
  }

  #error(field: string, what: string): ApiError {
    return invalidRequest(`${this.#what}.${field}`, `${this.#what}.${field} ${what}`);
  }
}

/** Of the targets, as of the sequence: what concerns target i concerns token i + 1. */
function shifted(values_N: Float32Array): Float32Array {
  const values_T = new Float32Array(values_N.length + 1);
  values_T.set(values_N, 1);
  return values_T;
}

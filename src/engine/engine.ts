/**
 * The engine seam, in the terms of the Tinker API: sample, forward-backward, optimiser step, save and load.
 * The embedded engine (`engine/ort/`) implements it in process; a remote one implements it over HTTP. An engine
 * knows nothing of rewards, rubrics or proofs. TOKEN-EXACT: everything here speaks token ids; sampled text is
 * never encoded again.
 *
 * Axis suffixes: _T token, _D datum, _S sample.
 */

/** Number of optimiser steps behind a set of weights. */
export type PolicyVersion = number & { readonly __brand: 'PolicyVersion' };

/**
 * Sampling from the model's own distribution at a temperature: the only kind of sample that training takes, because
 * with truncation or penalties a token would have been drawn from another distribution than its log-prob speaks of.
 */
export interface FullDistributionSampling {
  /** Most tokens to generate, the stop token included. */
  readonly maxTokens: number;
  /** 0 is greedy: the likeliest token, the lowest id among equals. */
  readonly temperature: number;
  /** Generation ends after one of these; it is part of the sample and has a log-prob. */
  readonly stopTokenIds: readonly number[];
  /**
   * Generation ends with the token that completes one of these in the generated text, compared as UTF-8 bytes, so
   * that one may begin inside a token and span several. Needs a sampler that was made with a tokenizer.
   */
  readonly stopStrings?: readonly string[];
}

/**
 * All that changes how tokens are drawn; what is absent changes nothing. The order is that of transformers'
 * `generate` and of vLLM: the logits are penalised (repetition, then frequency and presence), divided by the
 * temperature, and truncated by top-k, top-p and min-p, each among what the one before has left.
 */
export interface SamplingParameters extends FullDistributionSampling {
  /** Draws among the k most probable tokens. Of equal ones the lower id is kept, so that there are never more. */
  readonly topK?: number;
  /** In (0, 1]: draws among the fewest most probable tokens that have together at least this share (nucleus). */
  readonly topP?: number;
  /** In [0, 1]: draws among tokens with at least this share of the highest probability (Nguyen et al. 2025). */
  readonly minP?: number;
  /**
   * Above 0, 1 for none: a logit of a token of the prompt or the sample so far is divided by it where positive and
   * multiplied where negative (Keskar et al. 2019, as transformers has it).
   */
  readonly repetitionPenalty?: number;
  /** Taken from a token's logit once for each time that it is in the sample so far (OpenAI's definition). */
  readonly frequencyPenalty?: number;
  /** Taken from the logit of every token that is in the sample so far (OpenAI's definition). */
  readonly presencePenalty?: number;
}

export interface SampleRequest {
  readonly prompt_T: Int32Array;
  /** One sample per seed. A sample depends on prompt, weights, parameters and its seed only (BATCH-INVARIANT). */
  readonly seeds_S: readonly number[];
  readonly sampling: SamplingParameters;
  /** Asks for `Sample.promptLogprobs_T`. Needs a sampler that was made for it. */
  readonly promptLogprobs?: boolean;
  /** Asks for `Sample.topLogprobs` of so many tokens per position; default 0. */
  readonly topLogprobs?: number;
  readonly signal?: AbortSignal;
}

/** From `start` (index into the sample's tokens) on, tokens were produced by the weights of `version`. */
export interface VersionSpan {
  readonly start: number;
  readonly version: PolicyVersion;
}

/** The likeliest tokens at each position of a sample, `count` a position and the likeliest first. */
export interface TopLogprobs {
  readonly count: number;
  /** [T · count]. */
  readonly tokens: Int32Array;
  /** ln p of them, in the distribution of `Sample.logprobs_T`. */
  readonly logprobs: Float32Array;
}

export interface Sample {
  readonly tokens_T: Int32Array;
  /**
   * ln p of each token under the model's distribution at the request's temperature (at 1 where it is greedy), over
   * the full vocabulary, before penalties and truncation; same length as tokens_T. It is what the trainer computes
   * for the same token, and, without penalties and truncation, what the token was drawn from.
   */
  readonly logprobs_T: Float32Array;
  readonly finish: 'stop' | 'length';
  /** The stop string that ended the sample. Absent where a stop token did; that is the last of tokens_T. */
  readonly stopString?: string;
  readonly versions: readonly VersionSpan[];
  /**
   * ln p of each prompt token given those before it, at temperature 1 whatever the request's is; the first token
   * has none and 0. Where asked for; the samples of a request share one array.
   */
  readonly promptLogprobs_T?: Float32Array;
  /** Where asked for. */
  readonly topLogprobs?: TopLogprobs;
}

/** Since a sampler was made. */
export interface SamplerUsage {
  /** Tokens of the prompts of all requests, each counted once a request. */
  readonly promptTokens: number;
  /** Prompt tokens that were run through the model, and those that were taken over from an earlier prompt's run. */
  readonly computedPromptTokens: number;
  readonly reusedPromptTokens: number;
  readonly sampledTokens: number;
  /** Seconds in which the sampler was computing. */
  readonly busySeconds: number;
}

/** What a sampler can do beyond drawing tokens. */
export interface SamplerOptions {
  /** Says what tokens stand for (`Tokenizer.bytesOf`); without it requests with stop strings are refused. */
  readonly tokenizer?: { bytesOf(id: number): Uint8Array | undefined };
  /**
   * True: requests may ask for prompt log-probs. Costs the memory of one more copy of the weights, and the time to
   * make it with each new set of weights; false by default.
   */
  readonly promptLogprobs?: boolean;
}

export interface Sampler {
  /** A snapshot keeps the weights it was made with; a live sampler takes new ones between two tokens. */
  readonly kind: 'snapshot' | 'live';
  /** Samples that it draws at a time, at most; others wait in it. Absent where it is not known. */
  readonly places?: number | undefined;
  /**
   * Rejects with an AbortError when the request's signal fires, and with a RangeError when the model or the sampler
   * cannot serve the request. Safe to call many times concurrently.
   */
  sample(request: SampleRequest): Promise<Sample[]>;
  usage(): Promise<SamplerUsage>;
  close(): Promise<void>;
}

/**
 * One training sequence. All arrays have length T. Position t concerns predicting tokens_T[t] from the tokens
 * before it, so index 0 is never trained and weights_T[0] must be 0.
 */
export interface Datum {
  readonly tokens_T: Int32Array;
  /** Factor of the loss at t; 0 where nothing is trained (the prompt). */
  readonly weights_T: Float32Array;
  /** For the RL losses: behaviour log-probs, 0 where the weight is 0. */
  readonly logprobs_T?: Float32Array;
  /** For the RL losses. */
  readonly advantages_T?: Float32Array;
  /** For a loss with a KL term: log-probs under the reference policy, 0 where the weight is 0. */
  readonly referenceLogprobs_T?: Float32Array;
  /**
   * Data that begin with the same prompt may name it, so that the engine runs it once: same key, same first
   * `length` tokens, no weight on them. Gradients equal those of the unshared form.
   */
  readonly sharedPrompt?: { readonly key: string; readonly length: number };
}

/**
 * A loss as data. With ρ_t = exp(new_t − old_t), A_t advantage, w_t weight, H_t entropy, the engine minimises
 *   cross_entropy  −Σ w_t·new_t
 * and for reinforcement learning −Σ w_t·(J_t + c_H·H_t − c_KL·KL_t) with
 *   importance_sampling  J_t = ρ_t·A_t
 *   ppo                  J_t = min(ρ_t·A_t, clip(ρ_t, 1−ε_low, 1+ε_high)·A_t)
 *   cispo                J_t = new_t·A_t·stopgrad(clip(ρ_t, 0, 1+ε_high))
 *   gspo                 J_t = min(s·A_t, clip(s, 1−ε_low, 1+ε_high)·A_t), s = exp(mean of new − old over the trained
 *                        tokens of the datum)
 *   KL_t = exp(Δ_t) − Δ_t − 1, Δ_t = clip(ref_t − new_t, −5, 5)
 * where new_t = log_softmax(logits / temperature). Summed over tokens, never averaged (reference/training.md 2.4);
 * sources are in `ort/objectives/`.
 */
export type Loss =
  | { readonly kind: 'cross_entropy' }
  | {
      readonly kind: 'importance_sampling' | 'ppo' | 'cispo' | 'gspo';
      readonly temperature: number;
      readonly epsilonLow: number;
      readonly epsilonHigh: number;
      readonly entropyCoefficient: number;
      /** Absent or 0: no KL term, at no cost; data need no reference log-probs then. */
      readonly klCoefficient?: number;
    };

export interface ForwardBackwardResult {
  /** Σ of the loss over all data. */
  readonly loss: number;
  /** ln p of every trained token (0 elsewhere), per datum. */
  readonly logprobs_D_T: readonly Float32Array[];
  /** Σ H_t over trained tokens (0 for cross_entropy, which does not compute it). */
  readonly entropySum: number;
  /** Number of tokens with a weight, and of tokens that went through the model (padding excluded). */
  readonly trainedTokens: number;
  readonly processedTokens: number;
}

/** Learning rate and the other figures travel with every step, so that a schedule lives with the caller. */
export type OptimiserStep = {
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Global gradient norm above which the gradient is scaled down; Infinity for none. */
  readonly clipNorm: number;
} & (
  | { readonly kind: 'adamw'; readonly beta1: number; readonly beta2: number; readonly epsilon: number }
  | {
      /** Muon on matrices inside the layers, AdamW (betas 0.9, 0.95) on embedding, head and vectors. */
      readonly kind: 'muon';
      readonly momentum: number;
      /** Learning rate of the AdamW part. */
      readonly vectorLearningRate: number;
    }
);

export interface OptimiserStepResult {
  readonly version: PolicyVersion;
  /** Before clipping. */
  readonly gradientNorm: number;
}

/**
 * Low-rank adaptation (Hu et al. 2021): a frozen matrix W0 becomes W0 + (alpha/rank)·B·A, and only A [rank, in] and
 * B [out, rank] train. A is random from `seed`, B begins at zero, so that training begins with the model as it was.
 * What is absent has the default of `lora-options.ts`, which every engine shares.
 */
export interface LoraOptions {
  /** 1 or more, and at most the shorter side of every adapted matrix. */
  readonly rank: number;
  /** Above 0; default 32. */
  readonly alpha?: number;
  readonly seed: number;
  /** Adapts queries, keys, values and the attention's output (the Tinker API's `train_attn`); default true. */
  readonly attention?: boolean;
  /** Adapts the three matrices of the feed-forward part (`train_mlp`); default true. */
  readonly feedForward?: boolean;
  /**
   * Adapts the output head (`train_unembed`); default true. The embedding stays as it is, so a model whose head is
   * tied to it leaves the tie: what it is saved and sampled as has a head of its own.
   */
  readonly head?: boolean;
}

/** A model that trains. Calls are applied in the order they were made. */
export interface TrainableModel {
  /** Of the model as it is sampled and saved, frozen ones included. */
  readonly parameterCount: number;
  /** What is adapted, defaults filled in; absent where all parameters train. */
  readonly lora?: Required<LoraOptions> | undefined;
  /** ln p of every token with a non-zero weight at this temperature, without gradients. */
  forward(data: readonly Datum[], temperature: number): Promise<Float32Array[]>;
  /** Adds the gradient of the loss to the accumulated gradient. */
  forwardBackward(data: readonly Datum[], loss: Loss): Promise<ForwardBackwardResult>;
  /** Applies the accumulated gradient and clears it. */
  optimStep(step: OptimiserStep): Promise<OptimiserStepResult>;
  /** Forgets the optimiser's moments (a new stage begins with fresh ones). The version goes on counting. */
  resetOptimiser(): Promise<void>;
  /**
   * Writes config.json, model.safetensors and, if asked, the optimiser's state into an existing directory. With an
   * adapter the weights are the merged ones, and beside them lie the adapter in PEFT's layout and, with `optimiser`,
   * the frozen model: all that training needs to go on.
   */
  save(directory: string, options: { readonly optimiser: boolean }): Promise<void>;
  /** A sampler that keeps the present weights. */
  snapshotSampler(options?: SamplerOptions): Promise<Sampler>;
  /** A sampler whose weights `publishWeights` replaces between two tokens. */
  liveSampler(options?: SamplerOptions): Promise<Sampler>;
  /** Gives the present weights to every live sampler of this model; resolves when they use them. */
  publishWeights(): Promise<PolicyVersion>;
  close(): Promise<void>;
}

/** Who decides a setting: every request, the server's own configuration for the whole of a run, or nobody, for there is none. */
export type SettledBy = 'request' | 'server' | 'nobody';

/** What an engine does at this seam. A run whose needs go beyond it does not start (`recipe/engine-needs.ts`). */
export interface EngineCapabilities {
  /** All parameters can be trained. */
  readonly fullParameter: boolean;
  /** Ranks of adapters; absent: none are trained. Without `most` the sides of the adapted matrices are the bound. */
  readonly loraRanks?: { readonly least: number; readonly most?: number };
  /** `createModel` makes a new model; without it models are only loaded. */
  readonly newModels: boolean;
  readonly losses: readonly Loss['kind'][];
  /** Of `losses`, those that are summed over tokens and data, as `Loss` has it; the others are averaged in some way. */
  readonly summedLosses: readonly Loss['kind'][];
  readonly optimisers: readonly OptimiserStep['kind'][];
  /** Betas, epsilon and weight decay of AdamW. The learning rate is always the request's. */
  readonly adamFields: SettledBy;
  readonly clipNorm: SettledBy;
  readonly entropyBonus: SettledBy;
  /** What the trainer divides logits by; 1 where nobody decides. */
  readonly trainerTemperature: SettledBy;
  readonly klTerm: boolean;
  readonly samplers: readonly Sampler['kind'][];
  /** Samplers have weights apart from those that are trained, so that a model trains while it is sampled from. */
  readonly samplesWhileTraining: boolean;
  /** True when sampled log-probs are of the full distribution after temperature, before penalties and truncation. */
  readonly logprobsAfterTemperature: boolean;
  readonly sharedPrompts: boolean;
  /** `save` writes the weights; without it, where a server keeps them. */
  readonly savesWeights: boolean;
  /** Longest sequence, where it is known. */
  readonly contextTokens?: number;
}

export interface Engine {
  readonly name: string;
  capabilities(): EngineCapabilities;
  /**
   * A fresh model: weights from `tensors` (tensor name → values) or random from `seed`. With `lora` they are frozen
   * and a fresh adapter trains.
   */
  createModel(options: {
    readonly config: ModelConfig;
    readonly seed: number;
    readonly tensors?: ReadonlyMap<string, Float32Array>;
    readonly lora?: LoraOptions | undefined;
  }): Promise<TrainableModel>;
  /**
   * Weights from a directory in the Hugging Face layout; with `optimiser`, the trainer state beside them too: of a
   * directory that a model with an adapter was saved to, training goes on with that adapter, and `lora`, where given,
   * must ask for the same one. Without `optimiser` the weights are taken as they are (merged), and `lora` begins a
   * fresh adapter on them.
   */
  loadModel(
    directory: string,
    options: { readonly optimiser: boolean; readonly lora?: LoraOptions | undefined },
  ): Promise<TrainableModel>;
  /** A snapshot sampler straight from a directory in the Hugging Face layout. */
  loadSampler(directory: string, options?: SamplerOptions): Promise<Sampler>;
  close(): Promise<void>;
}

/**
 * Scaled rotary positions, in the terms of transformers' `rope_parameters`. Within max_position_embeddings, beyond
 * which the engine never goes, `dynamic` is no scaling at all, as in transformers.
 */
export type RotaryScaling =
  | { readonly rope_type: 'linear' | 'dynamic'; readonly factor: number }
  | {
      readonly rope_type: 'llama3';
      readonly factor: number;
      readonly low_freq_factor: number;
      readonly high_freq_factor: number;
      readonly original_max_position_embeddings: number;
    }
  | {
      readonly rope_type: 'yarn';
      readonly factor: number;
      readonly original_max_position_embeddings: number;
      readonly attention_factor?: number;
      readonly beta_fast?: number;
      readonly beta_slow?: number;
      readonly mscale?: number;
      readonly mscale_all_dim?: number;
      readonly truncate?: boolean;
    };

/**
 * The fields of a `config.json` that the engine reads; names and meaning as in transformers. The families differ
 * in this: Qwen3 normalises queries and keys of each head, Qwen2 has biases on queries, keys and values.
 */
export interface ModelConfig {
  readonly model_type: 'qwen3' | 'qwen2' | 'llama';
  readonly vocab_size: number;
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads: number;
  readonly head_dim: number;
  readonly rms_norm_eps: number;
  readonly rope_theta: number;
  /** Absent: rotary positions are not scaled. */
  readonly rope_scaling?: RotaryScaling;
  readonly max_position_embeddings: number;
  readonly tie_word_embeddings: boolean;
  /** Qwen3 and Llama: biases on queries, keys, values and the attention's output. Absent: none. */
  readonly attention_bias?: boolean;
  /** Llama: biases on the three matrices of the feed-forward part. Absent: none. */
  readonly mlp_bias?: boolean;
  readonly bos_token_id?: number | null;
  /** Several where text may end in several ways. */
  readonly eos_token_id?: number | readonly number[] | null;
}

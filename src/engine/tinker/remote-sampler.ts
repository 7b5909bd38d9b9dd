/**
 * A sampler on a server. A long sample is asked for in segments, each by the weights that are newest then (for a snapshot:
 * the same ones): so every token's version is known, no request outlives a proxy, and little is lost when one fails. Where the
 * server changes weights under a request and says which token had which, or keeps them, one request is enough.
 */

import { seedFrom } from '../../stats/random.ts';
import type { Sample, SampleRequest, Sampler, SamplerOptions, SamplerUsage } from '../engine.ts';
import { StopStrings } from '../ort/stop-strings.ts';
import { tokenBytesOf } from '../ort/token-bytes.ts';
import { GrowingSample } from './growing-sample.ts';
import { checkSampling, promptLogprobsOf, samplePiece } from './sampling-request.ts';
import type { SamplingSession, SamplingSource } from './sampling-source.ts';
import type { Server } from './server.ts';
import { TinkerError } from './tinker-error.ts';
import type { SampleResponse } from './wire/sample-response.ts';

export interface RemoteSamplerSettings extends SamplerOptions {
  readonly kind: Sampler['kind'];
  readonly segmentTokens: number;
  /** Of the model, for the table of stop strings. */
  readonly vocabularySize: number;
}

/** Answers without a token, one after another, before a sample is given up. */
const mostEmpty = 3;

export class RemoteSampler implements Sampler {
  readonly kind: Sampler['kind'];
  readonly #server: Server;
  readonly #source: SamplingSource;
  readonly #settings: RemoteSamplerSettings;
  readonly #closed = new AbortController();
  #table: ReturnType<typeof tokenBytesOf> | undefined;
  #promptTokens = 0;
  #reusedTokens = 0;
  #sampledTokens = 0;
  #running = 0;
  #busySince = 0;
  #busy = 0;

  constructor(server: Server, source: SamplingSource, settings: RemoteSamplerSettings) {
    this.kind = settings.kind;
    this.#server = server;
    this.#source = source;
    this.#settings = settings;
  }

  async sample(request: SampleRequest): Promise<Sample[]> {
    this.#check(request);
    request.signal?.throwIfAborted();
    const signal =
      request.signal === undefined
        ? this.#closed.signal
        : AbortSignal.any([request.signal, this.#closed.signal]);
    this.#promptTokens += request.prompt_T.length;
    const { clock } = this.#server.connection;
    if (this.#running === 0) this.#busySince = clock.now();
    this.#running += 1;
    // One failure ends what the others still wait for.
    const others = new AbortController();
    try {
      if (this.#server.has('sampling/1')) return await this.#sampleTogether({ ...request, signal });
      const grown = await Promise.all(
        request.seeds_S.map((seed, index) =>
          this.#sampleOne(request, seed, index === 0, AbortSignal.any([signal, others.signal])),
        ),
      );
      return grown.map(({ sample }) => sample.sample(grown[0]?.prompt));
    } catch (error) {
      others.abort();
      if (signal.aborted) throw new DOMException('sampling was aborted', 'AbortError');
      throw error;
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#busy += clock.now() - this.#busySince;
    }
  }

  async usage(): Promise<SamplerUsage> {
    const running = this.#running === 0 ? 0 : this.#server.connection.clock.now() - this.#busySince;
    return {
      promptTokens: this.#promptTokens,
      computedPromptTokens: this.#promptTokens - this.#reusedTokens,
      reusedPromptTokens: this.#reusedTokens,
      sampledTokens: this.#sampledTokens,
      busySeconds: (this.#busy + running) / 1000,
    };
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#source.close();
  }

  #check({ prompt_T, seeds_S, sampling, topLogprobs = 0 }: SampleRequest): void {
    if (prompt_T.length === 0) throw new RangeError('the prompt has no tokens');
    if (seeds_S.length === 0) throw new RangeError('no seeds: there is one sample a seed');
    if (!(Number.isInteger(sampling.maxTokens) && sampling.maxTokens >= 1))
      throw new RangeError(`maxTokens is ${sampling.maxTokens}; it is a positive integer`);
    if (!(sampling.temperature >= 0))
      throw new RangeError(`temperature is ${sampling.temperature}; it is at least 0`);
    if ((sampling.stopStrings ?? []).length > 0 && this.#settings.tokenizer === undefined)
      throw new RangeError('stop strings need a sampler that was made with a tokenizer');
    if ((sampling.stopStrings ?? []).includes('')) throw new RangeError('a stop string is empty');
    checkSampling(this.#server, sampling, topLogprobs);
  }

  /** All seeds in one request, which the server goes through to the end. */
  async #sampleTogether(request: SampleRequest): Promise<Sample[]> {
    const { prompt_T, sampling, seeds_S, promptLogprobs = false, topLogprobs = 0, signal } = request;
    return await this.#source.use(async (session) => {
      const piece = { prompt_T, sampling, seeds_S, promptLogprobs, topLogprobs, signal };
      const response = await this.#ask(session, { ...piece, maxTokens: sampling.maxTokens });
      const prompt = this.#promptLogprobs(response, request);
      return response.sequences.map((sequence) => {
        const sample = this.#growing(request);
        this.#sampledTokens += sample.append(sequence, session.version);
        return sample.sample(prompt);
      });
    });
  }

  /** One seed, by segments. */
  async #sampleOne(
    request: SampleRequest,
    seed: number,
    isFirst: boolean,
    signal: AbortSignal,
  ): Promise<{ readonly sample: GrowingSample; readonly prompt: Float32Array | undefined }> {
    const { prompt_T, sampling, promptLogprobs = false, topLogprobs = 0 } = request;
    const sample = this.#growing(request);
    let prompt: Float32Array | undefined;
    let empty = 0;
    for (let segment = 0; !sample.isOver; segment += 1) {
      const before = sample.tokens.length;
      const context = new Int32Array(prompt_T.length + before);
      context.set(prompt_T);
      context.set(sample.tokens, prompt_T.length);
      await this.#source.use(async (session) => {
        const response = await this.#ask(session, {
          ...{ prompt_T: context, sampling, topLogprobs, signal },
          seeds_S: [segment === 0 ? seed : seedFrom('segment', seed, segment)],
          maxTokens: Math.min(sample.rest, this.#settings.segmentTokens),
          promptLogprobs: promptLogprobs && isFirst && segment === 0,
        });
        if (segment === 0 && isFirst) prompt = this.#promptLogprobs(response, request);
        const [sequence] = response.sequences;
        if (sequence !== undefined) this.#sampledTokens += sample.append(sequence, session.version);
      });
      empty = sample.tokens.length > before ? 0 : empty + 1;
      if (empty === mostEmpty)
        throw new TinkerError(
          'protocol',
          `${this.#server.connection.label} answered ${mostEmpty} times without a token, and said that there were more to come`,
        );
    }
    return { sample, prompt };
  }

  async #ask(
    session: SamplingSession,
    piece: Omit<Parameters<typeof samplePiece>[1], 'sessionId' | 'number'>,
  ): Promise<SampleResponse> {
    const response = await samplePiece(this.#server, {
      ...piece,
      sessionId: session.id,
      number: session.next(),
    });
    this.#reusedTokens += response.promptCacheHitTokens ?? 0;
    const missing = response.sequences.find(({ logprobs_T }) => logprobs_T === undefined);
    if (response.sequences.length !== piece.seeds_S.length || missing !== undefined)
      throw new TinkerError(
        'protocol',
        `${this.#server.connection.label} answered asample with ${missing === undefined ? response.sequences.length : 'log-probs missing in one of'} sequences for ${piece.seeds_S.length} seeds`,
      );
    return response;
  }

  #promptLogprobs(response: SampleResponse, request: SampleRequest): Float32Array | undefined {
    if (request.promptLogprobs !== true) return undefined;
    const found = promptLogprobsOf(response.promptLogprobs ?? new Float32Array(0), request.prompt_T.length);
    if (found !== undefined) return found;
    throw new TinkerError(
      'protocol',
      `${this.#server.connection.label} answered with ${response.promptLogprobs?.length ?? 0} log-probs for ${request.prompt_T.length} tokens of the prompt`,
    );
  }

  #growing({ sampling }: SampleRequest): GrowingSample {
    const { tokenizer, vocabularySize } = this.#settings;
    const { stopStrings = [], stopTokenIds, maxTokens } = sampling;
    if (stopStrings.length === 0 || tokenizer === undefined)
      return new GrowingSample(maxTokens, stopTokenIds, undefined);
    this.#table ??= tokenBytesOf(tokenizer, vocabularySize);
    return new GrowingSample(maxTokens, stopTokenIds, new StopStrings(stopStrings, this.#table).matcher());
  }
}

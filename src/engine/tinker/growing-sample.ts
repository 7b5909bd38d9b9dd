/**
 * A sample that is put together from pieces, each asked for after the ones before: the tokens, what they were sampled from, and
 * whether it is over. Stop strings are looked for here, in bytes, so that one may begin in a piece and end in the next.
 */
import type { PolicyVersion, Sample, TopLogprobs, VersionSpan } from '../engine.ts';
import type { StopMatcher } from '../ort/stop-strings.ts';
import type { WireSequence } from './wire/sample-response.ts';

export class GrowingSample {
  readonly #most: number;
  readonly #stops: ReadonlySet<number>;
  readonly #matcher: StopMatcher | undefined;
  readonly #tokens: number[] = [];
  readonly #logprobs: number[] = [];
  readonly #versions: VersionSpan[] = [];
  readonly #top: { tokens: number[]; logprobs: number[]; count: number } = {
    tokens: [],
    logprobs: [],
    count: 0,
  };
  #finish: Sample['finish'] | undefined;
  #stopString: string | undefined;

  constructor(most: number, stopTokenIds: readonly number[], matcher: StopMatcher | undefined) {
    this.#most = most;
    this.#stops = new Set(stopTokenIds);
    this.#matcher = matcher;
  }

  get tokens(): readonly number[] {
    return this.#tokens;
  }

  get isOver(): boolean {
    return this.#finish !== undefined;
  }

  /** Tokens that may still come. */
  get rest(): number {
    return this.#most - this.#tokens.length;
  }

  /**
   * Goes on with a piece, sampled by the weights of `version` unless it says itself which. Returns how many of its tokens
   * were taken: what comes after a stop is none of the sample.
   */
  append(piece: WireSequence, version: PolicyVersion): number {
    const begin = this.#tokens.length;
    const { tokens_T, logprobs_T } = piece;
    let taken = 0;
    while (taken < tokens_T.length && this.#finish === undefined && this.rest > 0) {
      const token = tokens_T[taken] ?? 0;
      this.#tokens.push(token);
      this.#logprobs.push(logprobs_T?.[taken] ?? Number.NaN);
      taken += 1;
      const found = this.#matcher?.advance(token);
      if (this.#stops.has(token)) this.#finish = 'stop';
      else if (found !== undefined) {
        this.#finish = 'stop';
        this.#stopString = found;
      }
    }
    if (this.#finish === undefined && piece.stopReason === 'stop' && taken === tokens_T.length)
      this.#finish = 'stop';
    if (this.#finish === undefined && this.rest === 0) this.#finish = 'length';
    for (const span of piece.versions ?? [{ start: 0, version }]) {
      if (span.start < taken) this.#span(begin + span.start, span.version as PolicyVersion);
    }
    const { topLogprobs } = piece;
    if (topLogprobs !== undefined) {
      this.#top.count = topLogprobs.k;
      this.#top.tokens.push(...topLogprobs.tokens.subarray(0, taken * topLogprobs.k));
      this.#top.logprobs.push(...topLogprobs.logprobs.subarray(0, taken * topLogprobs.k));
    }
    return taken;
  }

  sample(promptLogprobs_T: Float32Array | undefined): Sample {
    const { count, tokens, logprobs } = this.#top;
    const topLogprobs: TopLogprobs | undefined =
      count === 0
        ? undefined
        : { count, tokens: Int32Array.from(tokens), logprobs: Float32Array.from(logprobs) };
    return {
      tokens_T: Int32Array.from(this.#tokens),
      logprobs_T: Float32Array.from(this.#logprobs),
      finish: this.#finish ?? 'length',
      versions: this.#versions,
      ...(this.#stopString === undefined ? {} : { stopString: this.#stopString }),
      ...(promptLogprobs_T === undefined ? {} : { promptLogprobs_T }),
      ...(topLogprobs === undefined ? {} : { topLogprobs }),
    };
  }

  #span(start: number, version: PolicyVersion): void {
    if (this.#versions.at(-1)?.version !== version) this.#versions.push({ start, version });
  }
}

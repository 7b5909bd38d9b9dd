/**
 * A request being served, and the sequences that it asks for. A sequence knows what it has drawn and when it ends;
 * a job when all of its sequences have.
 */
import type { PolicyVersion, Sample, VersionSpan } from '../engine.ts';
import { hasPenalties } from './penalties.ts';
import type { SequenceRequest } from './sequence-request.ts';
import { type StopMatcher, StopStrings } from './stop-strings.ts';
import type { TokenBytes } from './token-bytes.ts';
import type { Choice } from './token-chooser.ts';
import { TopLogprobsRecord } from './top-logprobs.ts';

export class SamplingJob {
  readonly request: SequenceRequest;
  /** What its prompt is known by (prompt-runs.ts). */
  readonly promptKey: string;
  /** Bytes of a row's cache at full length. */
  readonly rowBytes: number;
  readonly stopTokens: ReadonlySet<number>;
  readonly stopStrings: StopStrings | undefined;
  /** Whether rows need their logits, and the tokens of prompt and sample. */
  readonly hasPenalties: boolean;
  readonly promptTokens: ReadonlySet<number>;
  readonly #samples: (Sample | undefined)[];
  readonly #resolve: (samples: Sample[]) => void;
  readonly #reject: (error: unknown) => void;
  #admitted = 0;
  #unfinished: number;
  #isOver = false;

  constructor(
    request: SequenceRequest,
    options: {
      readonly promptKey: string;
      readonly rowBytes: number;
      readonly tokenBytes: TokenBytes | undefined;
      resolve(samples: Sample[]): void;
      reject(error: unknown): void;
    },
  ) {
    const { sampling, prompt_T, seeds_S } = request;
    const { stopStrings = [], stopTokenIds } = sampling;
    this.request = request;
    this.promptKey = options.promptKey;
    this.rowBytes = options.rowBytes;
    this.stopTokens = new Set(stopTokenIds);
    this.stopStrings =
      stopStrings.length === 0 || options.tokenBytes === undefined
        ? undefined
        : new StopStrings(stopStrings, options.tokenBytes);
    this.hasPenalties = hasPenalties(sampling);
    this.promptTokens = new Set(this.hasPenalties ? prompt_T : []);
    this.#samples = seeds_S.map(() => undefined);
    this.#unfinished = seeds_S.length;
    this.#resolve = options.resolve;
    this.#reject = options.reject;
  }

  /** Resolved or rejected: nothing is to be done for it any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Seeds that no sequence has been begun for. */
  get waitingSeeds(): number {
    return this.request.seeds_S.length - this.#admitted;
  }

  /** Begins the sequence of the next seed, whose prompt has these log-probs. */
  admit(promptLogprobs_T: Float32Array | undefined): Sequence {
    const index = this.#admitted;
    this.#admitted += 1;
    return new Sequence(this, { index, seed: this.request.seeds_S[index] ?? 0, promptLogprobs_T });
  }

  deliver(index: number, sample: Sample): void {
    this.#samples[index] = sample;
    this.#unfinished -= 1;
    if (this.#unfinished > 0) return;
    this.#isOver = true;
    this.#resolve(this.#samples.filter((other) => other !== undefined));
  }

  /** Rejects the request, unless it is over. */
  fail(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#reject(error);
  }
}

export class Sequence {
  readonly job: SamplingJob;
  readonly seed: number;
  /** How often each token has been drawn, where the job has penalties. */
  readonly counts = new Map<number, number>();
  readonly #index: number;
  readonly #promptLogprobs_T: Float32Array | undefined;
  readonly #tokens: number[] = [];
  readonly #logprobs: number[] = [];
  readonly #versions: VersionSpan[] = [];
  readonly #matcher: StopMatcher | undefined;
  readonly #top: TopLogprobsRecord | undefined;

  constructor(
    job: SamplingJob,
    options: {
      readonly index: number;
      readonly seed: number;
      readonly promptLogprobs_T: Float32Array | undefined;
    },
  ) {
    const { topLogprobs = 0 } = job.request;
    this.job = job;
    this.seed = options.seed;
    this.#index = options.index;
    this.#promptLogprobs_T = options.promptLogprobs_T;
    this.#matcher = job.stopStrings?.matcher();
    this.#top = topLogprobs > 0 ? new TopLogprobsRecord(topLogprobs) : undefined;
  }

  get length(): number {
    return this.#tokens.length;
  }

  /** Records a token that weights of `version` gave, out of the probabilities at `offset`. Returns how the sample ends. */
  append(
    { token, logprob }: Choice,
    version: PolicyVersion,
    from: { readonly probabilities: Float32Array; readonly offset: number; readonly vocabularySize: number },
  ): Pick<Sample, 'finish' | 'stopString'> | undefined {
    const { job } = this;
    if (this.#versions.at(-1)?.version !== version) this.#versions.push({ start: this.length, version });
    this.#tokens.push(token);
    this.#logprobs.push(logprob);
    this.#top?.add(from.probabilities, from.offset, from.vocabularySize);
    if (job.hasPenalties) this.counts.set(token, (this.counts.get(token) ?? 0) + 1);
    if (job.stopTokens.has(token)) return { finish: 'stop' };
    const stopString = this.#matcher?.advance(token);
    if (stopString !== undefined) return { finish: 'stop', stopString };
    return this.length >= job.request.sampling.maxTokens ? { finish: 'length' } : undefined;
  }

  /** Hands the sample to its job. */
  deliver(end: Pick<Sample, 'finish' | 'stopString'>): void {
    const promptLogprobs_T = this.#promptLogprobs_T;
    this.job.deliver(this.#index, {
      tokens_T: Int32Array.from(this.#tokens),
      logprobs_T: Float32Array.from(this.#logprobs),
      versions: this.#versions,
      ...end,
      ...(promptLogprobs_T === undefined ? {} : { promptLogprobs_T }),
      ...(this.#top === undefined ? {} : { topLogprobs: this.#top.finish() }),
    });
  }
}

/**
 * A sampler of several workers whose samples are a function of their seeds and whose troubles are scripted: attempts that
 * take many times as long as others, attempts that never end, a worker that dies with what it holds and comes back with
 * late answers, a worker that has become slow. Time is real; what is sampled costs nothing.
 */
import type {
  PolicyVersion,
  Sample,
  SampleRequest,
  Sampler,
  VersionSpan,
} from '../../../src/engine/engine.ts';
import { Random } from '../../../src/stats/random.ts';

export interface ScriptedTimes {
  /** Of an attempt of mean length on a healthy worker. */
  readonly medianSeconds: number;
  /** Share of attempts that take so many times as long. */
  readonly stragglers: { readonly share: number; readonly factor: number };
  /** Share of attempts that never end; half of them not even when they are begun again. */
  readonly neverShare: number;
}

export interface ScriptedWorkersOptions extends ScriptedTimes {
  readonly workers: number;
  readonly placesOfWorker: number;
  /** Mean tokens of an attempt. */
  readonly meanTokens: number;
  /** A reply of so many tokens. */
  readonly replyOf: (tokens: number) => Int32Array;
  readonly version: () => PolicyVersion;
}

/** Spread of the logarithm of lengths. */
const lengthSpread = 0.5;
/** The longest attempt, as a multiple of the mean. */
export const longestToMean = 4;
/** What is asked to be so short is no attempt, but compares sampler and trainer (train/weight-sync/canary.ts). */
const canaryTokens = 16;
/** How many times as long a slow worker takes. */
const slowness = 50;

/** Tokens of the attempt with this seed, however long it takes and whether or not it ends. */
export function scriptedLength(seed: number, meanTokens: number): number {
  const random = new Random('scripted-length', seed);
  const drawn = meanTokens * Math.exp(lengthSpread * random.normal() - lengthSpread ** 2 / 2);
  return Math.round(Math.min(Math.max(drawn, 16), longestToMean * meanTokens));
}

interface Worker {
  state: 'healthy' | 'slow' | 'dead';
  /** Requests are sent elsewhere. */
  isKnownDead: boolean;
  load: number;
  /** Answers that it will give when it comes back, wanted or not. */
  readonly late: (() => void)[];
}

export class ScriptedWorkers implements Sampler {
  readonly kind = 'live';
  readonly places: number;
  readonly #options: ScriptedWorkersOptions;
  readonly #workers: readonly Worker[];
  readonly #tries = new Map<number, number>();
  #inFlight = 0;
  #mostInFlight = 0;
  #sampled = 0;
  #tokens = 0;
  #unwanted = 0;
  readonly #since = performance.now();

  constructor(options: ScriptedWorkersOptions) {
    this.#options = options;
    this.places = options.workers * options.placesOfWorker;
    this.#workers = Array.from({ length: options.workers }, () => ({
      ...{ state: 'healthy' as const, isKnownDead: false, load: 0, late: [] },
    }));
  }

  /** Requests at most at a time, attempts in all, and answers that came when nobody listened any longer. */
  get figures() {
    return { mostInFlight: this.#mostInFlight, sampled: this.#sampled, unwanted: this.#unwanted };
  }

  /** It answers nothing any longer; whoever hands out work notices a while later. */
  die(worker: number, seconds: number): void {
    const one = this.#worker(worker);
    one.state = 'dead';
    setTimeout(() => {
      if (one.state === 'dead') one.isKnownDead = true;
    }, 1000 * seconds).unref();
  }

  /** It is there again, and gives the answers that it owes. */
  comeBack(worker: number): void {
    const one = this.#worker(worker);
    Object.assign(one, { state: 'healthy', isKnownDead: false });
    for (const answer of one.late.splice(0)) answer();
  }

  setSlow(worker: number, isSlow: boolean): void {
    this.#worker(worker).state = isSlow ? 'slow' : 'healthy';
  }

  async sample({ seeds_S, sampling, signal }: SampleRequest): Promise<Sample[]> {
    return await Promise.all(
      seeds_S.map((seed) =>
        this.#sampleOne(seed, sampling.maxTokens, signal ?? new AbortController().signal),
      ),
    );
  }

  async usage() {
    const busySeconds = (performance.now() - this.#since) / 1000;
    const { promptTokens, computedPromptTokens, reusedPromptTokens } = noPrompts;
    return {
      promptTokens,
      computedPromptTokens,
      reusedPromptTokens,
      sampledTokens: this.#tokens,
      busySeconds,
    };
  }

  async close(): Promise<void> {
    for (const worker of this.#workers) worker.late.splice(0);
  }

  async #sampleOne(seed: number, maxTokens: number, signal: AbortSignal): Promise<Sample> {
    // The rollouts of this test are longer than a model of this size is declared for.
    const isCanary = maxTokens <= canaryTokens;
    const tokens = isCanary ? maxTokens : scriptedLength(seed, this.#options.meanTokens);
    const began = this.#options.version();
    this.#inFlight += 1;
    this.#mostInFlight = Math.max(this.#mostInFlight, this.#inFlight);
    const worker = this.#leastLoaded();
    worker.load += 1;
    try {
      await this.#worked(worker, isCanary ? 0 : this.#secondsOf(seed, tokens), signal);
    } finally {
      worker.load -= 1;
      this.#inFlight -= 1;
    }
    if (!isCanary) this.#sampled += 1;
    this.#tokens += tokens;
    return this.#sampleOf(tokens, began);
  }

  /** Undefined: it never ends. */
  #secondsOf(seed: number, tokens: number): number | undefined {
    const { medianSeconds, meanTokens, stragglers, neverShare } = this.#options;
    const tries = (this.#tries.get(seed) ?? 0) + 1;
    const random = new Random('scripted-trouble', seed);
    const [never, late] = [random.next(), random.next()];
    if (never < neverShare) {
      this.#tries.set(seed, tries);
      if (tries === 1 || never < neverShare / 2) return undefined;
    }
    return (medianSeconds * tokens * (late < stragglers.share ? stragglers.factor : 1)) / meanTokens;
  }

  #worked(worker: Worker, seconds: number | undefined, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const leave = (): void => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      if (signal.aborted) return leave();
      signal.addEventListener('abort', leave, { once: true });
      const answer = (): void => {
        if (signal.aborted) this.#unwanted += 1;
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const end = (): void => {
        if (worker.state === 'dead') worker.late.push(answer);
        else answer();
      };
      if (seconds === undefined) return;
      timer = setTimeout(end, 1000 * seconds * (worker.state === 'slow' ? slowness : 1));
      // A dead worker does not know that it is not listened to: what it owes it answers when it is back.
      if (worker.state === 'dead') {
        clearTimeout(timer);
        worker.late.push(answer);
      }
    });
  }

  #sampleOf(tokens: number, began: PolicyVersion): Sample {
    const now = this.#options.version();
    const versions: VersionSpan[] = [{ start: 0, version: began }];
    // The weights changed under way.
    if (now !== began) versions.push({ start: tokens >> 1, version: now });
    return {
      tokens_T: this.#options.replyOf(tokens),
      logprobs_T: new Float32Array(tokens).fill(scriptedLogprob),
      finish: 'stop',
      versions,
    };
  }

  #leastLoaded(): Worker {
    const known = this.#workers.filter(({ isKnownDead }) => !isKnownDead);
    return known.reduce((least, other) => (other.load < least.load ? other : least));
  }

  #worker(index: number): Worker {
    const worker = this.#workers[index];
    if (worker === undefined) throw new RangeError(`there is no worker ${index}`);
    return worker;
  }
}

/** Of every token, to sampler and trainer. */
export const scriptedLogprob = -1;
const noPrompts = { promptTokens: 0, computedPromptTokens: 0, reusedPromptTokens: 0 };

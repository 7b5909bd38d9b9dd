/**
 * Samples token sequences by continuous batching: requests wait in a queue, rows join and leave between two tokens,
 * and work follows the number of live rows. Promises:
 * - BATCH-INVARIANT: tokens and log-probs of a sample depend, bit for bit, on prompt, weights, parameters and seed
 *   only. Random numbers are counted per sample; a row's cache capacity follows from its own length; each prompt is
 *   run by itself; and the graphs compute a row alike among any number of others.
 * - SAME-LOGPROB: recorded log-probs are ln p of the distribution that the token was drawn from.
 * - New weights apply from the next token on. Caches are kept (PipelineRL, Piché et al. 2025); each sample says
 *   which version produced which tokens.
 * Runs in the thread that made it and yields to its event loop at every step.
 */
import { uniformAt } from '../../stats/random.ts';
import type {
  ModelConfig,
  PolicyVersion,
  Sample,
  Sampler,
  SamplingParameters,
  VersionSpan,
} from '../engine.ts';
import { DecodeBatch } from './decode-batch.ts';
import { drawToken, likeliestToken } from './draw-token.ts';
import { cacheCapacity, cacheRowBytes, type KeyValueCache } from './kv-cache.ts';
import type { ExecutionProvider } from './provider-names.ts';
import { SamplerSessions } from './sampler-sessions.ts';
import { checkSequenceRequest, type SequenceRequest } from './sequence-request.ts';

export interface SamplerCoreOptions {
  readonly config: ModelConfig;
  /** All parameters (parameters.ts); read while the core is made only. */
  readonly flat: Float32Array;
  readonly version: PolicyVersion;
  readonly kind: Sampler['kind'];
  /** Threads of onnxruntime. */
  readonly threads: number;
  readonly provider?: ExecutionProvider;
  /** Most sequences decoded at a time; default 256. */
  readonly maximumRows?: number;
  /**
   * Rows are admitted while their caches at full length fit into this many bytes (one row always is); default
   * 1 GiB. Arrays grow by doubling, so at most about twice as much is held.
   */
  readonly cacheBytes?: number;
}

interface Job {
  readonly request: SequenceRequest;
  readonly stops: ReadonlySet<number>;
  readonly promptKey: string;
  /** Bytes of a row's cache at full length. */
  readonly rowBytes: number;
  readonly samples: (Sample | undefined)[];
  /** Seeds up to this index have been admitted. */
  admitted: number;
  unfinished: number;
  isOver: boolean;
  resolve(samples: Sample[]): void;
  reject(error: unknown): void;
}

interface Sequence {
  readonly job: Job;
  readonly index: number;
  readonly seed: number;
  readonly tokens: number[];
  readonly logprobs: number[];
  readonly versions: VersionSpan[];
}

interface WaitingPrompt {
  /** Seeds that are not admitted yet and begin with this prompt. */
  waiting: number;
  cache: KeyValueCache | undefined;
}

interface WeightUpdate {
  readonly flat: Float32Array;
  readonly version: PolicyVersion;
  resolve(): void;
  reject(error: unknown): void;
}

export class SamplerCore {
  readonly #config: ModelConfig;
  readonly #kind: Sampler['kind'];
  readonly #maximumRows: number;
  readonly #cacheBytes: number;
  readonly #threads: number;
  readonly #provider: ExecutionProvider | undefined;
  #sessions: SamplerSessions;
  readonly #queue: Job[] = [];
  readonly #prompts = new Map<string, WaitingPrompt>();
  readonly #batches = new Map<number, DecodeBatch<Sequence>>();
  readonly #updates: WeightUpdate[] = [];
  #rows = 0;
  #reservedBytes = 0;
  #prefills = 0;
  #sampledTokens = 0;
  #busyMilliseconds = 0;
  #running: Promise<void> | undefined;
  #isClosed = false;

  private constructor(options: SamplerCoreOptions, sessions: SamplerSessions) {
    this.#config = options.config;
    this.#kind = options.kind;
    this.#maximumRows = options.maximumRows ?? 256;
    this.#cacheBytes = options.cacheBytes ?? 2 ** 30;
    this.#threads = options.threads;
    this.#provider = options.provider;
    this.#sessions = sessions;
  }

  static async create(options: SamplerCoreOptions): Promise<SamplerCore> {
    return new SamplerCore(options, await SamplerSessions.create(options));
  }

  /**
   * One sample per seed, in the order of the seeds. At temperature 0 the likeliest token is taken and its log-prob
   * is that of the distribution at temperature 1. Rejects with a RangeError when the request does not fit the
   * model, with an AbortError when the signal fires.
   */
  async sample(request: SequenceRequest, signal?: AbortSignal): Promise<Sample[]> {
    if (this.#isClosed) throw new Error('the sampler is closed');
    checkSequenceRequest(request, this.#config);
    if (signal?.aborted) throw abortError();
    if (request.seeds_S.length === 0) return [];
    let onAbort = () => {};
    try {
      return await new Promise((resolve, reject) => {
        const job = this.#enqueue(request, resolve, reject);
        onAbort = () => this.#abandon(job, abortError());
        signal?.addEventListener('abort', onAbort);
        this.#start();
      });
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Takes new weights between two tokens; resolves when they are in use. Live only. `flat` is read until then. */
  async setWeights(flat: Float32Array, version: PolicyVersion): Promise<void> {
    if (this.#kind !== 'live') throw new Error('a snapshot sampler keeps the weights it was made with');
    if (this.#isClosed) throw new Error('the sampler is closed');
    return new Promise((resolve, reject) => {
      this.#updates.push({ flat, version, resolve, reject });
      this.#start();
    });
  }

  usage(): { sampledTokens: number; busySeconds: number } {
    return { sampledTokens: this.#sampledTokens, busySeconds: this.#busyMilliseconds / 1000 };
  }

  /** What the core holds at this moment, for tests and diagnosis. All but `cacheBytes` and `prefills` end at 0. */
  holdings(): {
    rows: number;
    waitingJobs: number;
    waitingPrompts: number;
    reservedBytes: number;
    cacheBytes: number;
    prefills: number;
  } {
    return {
      rows: this.#rows,
      waitingJobs: this.#queue.length,
      waitingPrompts: this.#prompts.size,
      reservedBytes: this.#reservedBytes,
      cacheBytes: this.#heldBytes(),
      prefills: this.#prefills,
    };
  }

  /** Rejects what is under way with an AbortError and frees the sessions. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#failAll(abortError());
    await this.#running;
    await this.#sessions.release();
  }

  #enqueue(request: SequenceRequest, resolve: Job['resolve'], reject: Job['reject']): Job {
    const { prompt_T, seeds_S, sampling } = request;
    const job: Job = {
      request,
      stops: new Set(sampling.stopTokenIds),
      promptKey: prompt_T.join(),
      rowBytes: cacheRowBytes(this.#config, cacheCapacity(prompt_T.length + sampling.maxTokens - 1)),
      samples: seeds_S.map(() => undefined),
      admitted: 0,
      unfinished: seeds_S.length,
      isOver: false,
      resolve,
      reject,
    };
    this.#queue.push(job);
    const prompt = this.#prompts.get(job.promptKey);
    if (prompt === undefined) {
      this.#prompts.set(job.promptKey, { waiting: seeds_S.length, cache: undefined });
    } else prompt.waiting += seeds_S.length;
    return job;
  }

  #start(): void {
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    while (!this.#isClosed && (this.#updates.length > 0 || this.#queue.length > 0 || this.#rows > 0)) {
      const began = performance.now();
      try {
        await this.#takeWeights();
        this.#sweep();
        await this.#admit();
        // Rows that outgrow their capacity move up, to a batch that has had its step.
        const batches = [...this.#batches.values()].sort((a, b) => b.capacity - a.capacity);
        for (const batch of batches) {
          if (batch.owners.length > 0) await this.#step(batch);
        }
      } catch (error) {
        this.#failAll(error);
      }
      this.#busyMilliseconds += performance.now() - began;
      // Lets messages in: new requests, aborts, new weights.
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#sweep();
    // In the same tick as the last look at the queue, so that no request falls between.
    this.#running = undefined;
  }

  /** Only the newest of several waiting updates is loaded. */
  async #takeWeights(): Promise<void> {
    const updates = this.#updates.splice(0);
    const newest = updates.at(-1);
    if (newest === undefined) return;
    // Weights of one version are the same weights: publishing them again costs nothing.
    if (newest.version === this.#sessions.version) {
      for (const update of updates) update.resolve();
      return;
    }
    try {
      const former = this.#sessions;
      this.#sessions = await SamplerSessions.create({
        config: this.#config,
        flat: newest.flat,
        version: newest.version,
        threads: this.#threads,
        provider: this.#provider,
      });
      await former.release();
      for (const prompt of this.#prompts.values()) prompt.cache = undefined;
      for (const update of updates) update.resolve();
    } catch (error) {
      for (const update of updates) update.reject(error);
    }
  }

  async #admit(): Promise<void> {
    for (let job = this.#queue[0]; job !== undefined; job = this.#queue[0]) {
      const { prompt_T, seeds_S, sampling } = job.request;
      while (job.admitted < seeds_S.length && !job.isOver) {
        const isFull =
          this.#rows >= this.#maximumRows || this.#reservedBytes + job.rowBytes > this.#cacheBytes;
        if (isFull && this.#rows > 0) return;
        const cache = await this.#prefilled(job);
        // The prompt's run let other calls in: the job may have been abandoned meanwhile.
        if (job.isOver) break;
        const index = job.admitted;
        const seed = seeds_S[index] ?? 0;
        const sequence: Sequence = { job, index, seed, tokens: [], logprobs: [], versions: [] };
        job.admitted += 1;
        this.#forgetPrompt(job.promptKey, 1);
        this.#rows += 1;
        this.#reservedBytes += job.rowBytes;
        const length = prompt_T.length - 1;
        const past = { cache, row: 0, length };
        this.#batchFor(length).add(sequence, past, prompt_T[length] ?? 0, inverseTemperature(sampling));
      }
      if (this.#queue[0] === job) this.#queue.shift();
    }
  }

  /** A prompt is run once for all the seeds that wait with it. */
  async #prefilled(job: Job): Promise<KeyValueCache> {
    const prompt = this.#prompts.get(job.promptKey);
    if (prompt?.cache !== undefined) return prompt.cache;
    this.#prefills += 1;
    const cache = await this.#sessions.prefill(job.request.prompt_T);
    if (prompt !== undefined) prompt.cache = cache;
    return cache;
  }

  #forgetPrompt(key: string, seeds: number): void {
    const prompt = this.#prompts.get(key);
    if (prompt === undefined) return;
    prompt.waiting -= seeds;
    if (prompt.waiting <= 0) this.#prompts.delete(key);
  }

  /** The batch for rows with `length` tokens in the cache and one to come. */
  #batchFor(length: number): DecodeBatch<Sequence> {
    const capacity = cacheCapacity(length + 1);
    const known = this.#batches.get(capacity);
    if (known !== undefined) return known;
    const batch = new DecodeBatch<Sequence>(this.#config, capacity, this.#threads);
    this.#batches.set(capacity, batch);
    return batch;
  }

  async #step(batch: DecodeBatch<Sequence>): Promise<void> {
    const probabilities = await batch.step(this.#sessions.decode);
    // From the last row down, so that removing a row moves only rows that are done.
    for (let row = batch.owners.length - 1; row >= 0; row -= 1) {
      const sequence = batch.owners[row];
      if (sequence === undefined || sequence.job.isOver) continue;
      const token = this.#draw(sequence, probabilities, row * this.#config.vocab_size);
      if (token === undefined) continue;
      const finish = this.#finishOf(sequence, token);
      if (finish !== undefined) {
        this.#remove(batch, row, sequence);
        this.#deliver(sequence, finish);
        continue;
      }
      batch.setToken(row, token);
      const past = batch.past(row);
      if (past.length + 1 > batch.capacity) {
        const { sampling } = sequence.job.request;
        this.#batchFor(past.length).add(sequence, past, token, inverseTemperature(sampling));
        batch.remove(row);
      }
    }
  }

  /** Draws and records the next token; undefined when the model has none to give, which fails the job. */
  #draw(sequence: Sequence, probabilities: Float32Array, offset: number): number | undefined {
    const { tokens, logprobs, versions, job, seed } = sequence;
    const size = this.#config.vocab_size;
    let token: number;
    try {
      token =
        job.request.sampling.temperature === 0
          ? likeliestToken(probabilities, offset, size)
          : drawToken(probabilities, offset, size, uniformAt(seed, tokens.length));
    } catch (error) {
      this.#abandon(job, error);
      return undefined;
    }
    if (versions.at(-1)?.version !== this.#sessions.version) {
      versions.push({ start: tokens.length, version: this.#sessions.version });
    }
    tokens.push(token);
    logprobs.push(Math.log(probabilities[offset + token] ?? 0));
    this.#sampledTokens += 1;
    return token;
  }

  #finishOf(sequence: Sequence, token: number): Sample['finish'] | undefined {
    if (sequence.job.stops.has(token)) return 'stop';
    return sequence.tokens.length >= sequence.job.request.sampling.maxTokens ? 'length' : undefined;
  }

  #deliver(sequence: Sequence, finish: Sample['finish']): void {
    const { job, index, tokens, logprobs, versions } = sequence;
    job.samples[index] = {
      tokens_T: Int32Array.from(tokens),
      logprobs_T: Float32Array.from(logprobs),
      finish,
      versions,
    };
    job.unfinished -= 1;
    if (job.unfinished > 0) return;
    job.isOver = true;
    job.resolve(job.samples.filter((sample) => sample !== undefined));
  }

  #remove(batch: DecodeBatch<Sequence>, row: number, sequence: Sequence): void {
    batch.remove(row);
    this.#rows -= 1;
    this.#reservedBytes -= sequence.job.rowBytes;
  }

  /** Rejects a job at once; its rows go at the next sweep. */
  #abandon(job: Job, error: unknown): void {
    if (job.isOver) return;
    job.isOver = true;
    this.#forgetPrompt(job.promptKey, job.request.seeds_S.length - job.admitted);
    const place = this.#queue.indexOf(job);
    if (place >= 0) this.#queue.splice(place, 1);
    job.reject(error);
  }

  /** Removes the rows of jobs that are over; batches without rows lend their memory beyond the budget. */
  #sweep(): void {
    for (const batch of this.#batches.values()) {
      for (let row = batch.owners.length - 1; row >= 0; row -= 1) {
        const sequence = batch.owners[row];
        if (sequence?.job.isOver) this.#remove(batch, row, sequence);
      }
    }
    if (this.#heldBytes() <= this.#cacheBytes) return;
    for (const batch of this.#batches.values()) batch.release();
  }

  #heldBytes(): number {
    let bytes = 0;
    for (const batch of this.#batches.values()) bytes += batch.bytes;
    return bytes;
  }

  #failAll(error: unknown): void {
    for (const job of [...this.#queue]) this.#abandon(job, error);
    for (const batch of this.#batches.values()) {
      for (const { job } of batch.owners) this.#abandon(job, error);
    }
    for (const update of this.#updates.splice(0)) update.reject(error);
  }
}

function inverseTemperature({ temperature }: SamplingParameters): number {
  return temperature === 0 ? 1 : 1 / temperature;
}

function abortError(): DOMException {
  return new DOMException('sampling was aborted', 'AbortError');
}

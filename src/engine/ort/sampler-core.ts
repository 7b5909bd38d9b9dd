/**
 * Samples token sequences by continuous batching: requests wait in a queue, rows join and leave between two tokens,
 * and work follows the number of live rows. Promises:
 * - BATCH-INVARIANT: tokens and log-probs of a sample depend, bit for bit, on prompt, weights, parameters and seed
 *   only. Random numbers are counted per sample; a row's cache capacity follows from its own length; each prompt is
 *   run by itself, cut at fixed places; and the graphs compute a row alike among any number of others.
 * - SAME-LOGPROB: recorded log-probs are ln p of the model's distribution after temperature, the one that tokens are
 *   drawn from unless the request penalises or truncates it.
 * - New weights apply from the next token on. Caches are kept (PipelineRL, Piché et al. 2025); each sample says
 *   which version produced which tokens.
 * Runs in the thread that made it and yields to its event loop at every step.
 */
import { uniformAt } from '../../stats/random.ts';
import type { ModelConfig, PolicyVersion, Sample, Sampler, SamplerUsage } from '../engine.ts';
import { DecodeBatch } from './decode-batch.ts';
import { cacheCapacity, cacheRowBytes } from './kv-cache.ts';
import { chunkTokens, PromptRuns } from './prompt-runs.ts';
import type { ExecutionProvider } from './provider-names.ts';
import { SamplerSessions, type SamplerSessionsOptions } from './sampler-sessions.ts';
import { SamplingJob, type Sequence } from './sampling-job.ts';
import { checkSequenceRequest, type SequenceRequest } from './sequence-request.ts';
import type { TokenBytes } from './token-bytes.ts';
import { type Choice, type NextTokenRows, TokenChooser } from './token-chooser.ts';

export interface SamplerCoreOptions {
  readonly config: ModelConfig;
  /** All parameters (parameters.ts); read while the core is made only. */
  readonly flat: Float32Array;
  readonly version: PolicyVersion;
  readonly kind: Sampler['kind'];
  /** Threads of onnxruntime. */
  readonly threads: number;
  readonly provider?: ExecutionProvider;
  /** What tokens stand for; without it stop strings are refused. */
  readonly tokenBytes?: TokenBytes | undefined;
  /** Whether requests may ask for prompt log-probs; default false. */
  readonly promptLogprobs?: boolean;
  /** Most sequences decoded at a time; default 256. */
  readonly maximumRows?: number;
  /**
   * Rows are admitted while their caches at full length fit into this many bytes (one row always is); default
   * 1 GiB. Arrays grow by doubling, so at most about twice as much is held. What rows leave of it, up to a quarter,
   * keeps beginnings of prompts for prompts to come.
   */
  readonly cacheBytes?: number;
}

interface WeightUpdate {
  readonly flat: Float32Array;
  readonly version: PolicyVersion;
  resolve(): void;
  reject(error: unknown): void;
}

/** Share of the caches' memory that beginnings of prompts may take. */
const prefixShare = 0.25;

export class SamplerCore {
  readonly #options: Omit<SamplerSessionsOptions, 'flat' | 'version'>;
  readonly #kind: Sampler['kind'];
  readonly #maximumRows: number;
  readonly #cacheBytes: number;
  readonly #tokenBytes: TokenBytes | undefined;
  readonly #prompts: PromptRuns;
  readonly #chooser: TokenChooser;
  #sessions: SamplerSessions;
  readonly #queue: SamplingJob[] = [];
  readonly #batches = new Map<number, DecodeBatch<Sequence>>();
  readonly #updates: WeightUpdate[] = [];
  #rows = 0;
  #reservedBytes = 0;
  #sampledTokens = 0;
  #busyMilliseconds = 0;
  #running: Promise<void> | undefined;
  #isClosed = false;

  private constructor(options: SamplerCoreOptions, sessions: SamplerSessions) {
    const { config, threads, provider, promptLogprobs } = options;
    this.#options = { config, threads, provider, promptLogprobs };
    this.#kind = options.kind;
    this.#maximumRows = options.maximumRows ?? 256;
    this.#cacheBytes = options.cacheBytes ?? 2 ** 30;
    this.#tokenBytes = options.tokenBytes;
    this.#prompts = new PromptRuns(config);
    this.#chooser = new TokenChooser(config.vocab_size);
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
    checkSequenceRequest(request, this.#options.config, {
      stopStrings: this.#tokenBytes !== undefined,
      promptLogprobs: this.#options.promptLogprobs ?? false,
    });
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

  usage(): Omit<SamplerUsage, 'promptTokens'> {
    const { computedTokens, reusedTokens } = this.#prompts.figures;
    return {
      computedPromptTokens: computedTokens,
      reusedPromptTokens: reusedTokens,
      sampledTokens: this.#sampledTokens,
      busySeconds: this.#busyMilliseconds / 1000,
    };
  }

  /**
   * What the core holds at this moment, for tests and diagnosis. Rows, waiting jobs and prompts and reserved bytes end
   * at 0.
   */
  holdings() {
    const { waitingPrompts, prefills, prefixBytes } = this.#prompts.figures;
    return {
      rows: this.#rows,
      waitingJobs: this.#queue.length,
      waitingPrompts,
      reservedBytes: this.#reservedBytes,
      cacheBytes: this.#heldBytes(),
      prefixBytes,
      prefills,
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

  #enqueue(
    request: SequenceRequest,
    resolve: (samples: Sample[]) => void,
    reject: (error: unknown) => void,
  ): SamplingJob {
    const { prompt_T, sampling } = request;
    const job = new SamplingJob(request, {
      promptKey: this.#prompts.expect(request),
      rowBytes: cacheRowBytes(this.#options.config, cacheCapacity(prompt_T.length + sampling.maxTokens - 1)),
      tokenBytes: this.#tokenBytes,
      resolve,
      reject,
    });
    this.#queue.push(job);
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
      const { flat, version } = newest;
      this.#sessions = await SamplerSessions.create({ ...this.#options, flat, version });
      await former.release();
      this.#prompts.restart();
      for (const update of updates) update.resolve();
    } catch (error) {
      for (const update of updates) update.reject(error);
    }
  }

  /**
   * First come, first served. Prompts are run for about a chunk's tokens a turn, so that rows go on meanwhile; the
   * next turn goes on where this one ends.
   */
  async #admit(): Promise<void> {
    let tokensRun = 0;
    for (let job = this.#queue[0]; job !== undefined; job = this.#queue[0]) {
      while (job.waitingSeeds > 0 && !job.isOver) {
        const isFull =
          this.#rows >= this.#maximumRows || this.#reservedBytes + job.rowBytes > this.#cacheBytes;
        if (isFull && this.#rows > 0) return;
        const prompt = this.#prompts.finished(job.promptKey);
        if (prompt === undefined) {
          if (tokensRun >= chunkTokens) return;
          // Lets other calls in: the job may be abandoned meanwhile.
          tokensRun += await this.#prompts.advance(job.promptKey, this.#sessions);
          this.#trimPrefixes();
          continue;
        }
        const { prompt_T, sampling } = job.request;
        const sequence = job.admit(prompt.logprobs_T);
        this.#prompts.forget(job.promptKey, 1);
        this.#rows += 1;
        this.#reservedBytes += job.rowBytes;
        this.#trimPrefixes();
        const length = prompt_T.length - 1;
        const past = { cache: prompt.cache, row: 0, length };
        this.#batchFor(length).add(sequence, past, prompt_T[length] ?? 0, inverseTemperature(sampling));
      }
      if (this.#queue[0] === job) this.#queue.shift();
    }
  }

  /** Rows come first. */
  #trimPrefixes(): void {
    const left = this.#cacheBytes - this.#reservedBytes;
    this.#prompts.trim(Math.max(0, Math.min(left, prefixShare * this.#cacheBytes)));
  }

  /** The batch for rows with `length` tokens in the cache and one to come. */
  #batchFor(length: number): DecodeBatch<Sequence> {
    const capacity = cacheCapacity(length + 1);
    const known = this.#batches.get(capacity);
    if (known !== undefined) return known;
    const batch = new DecodeBatch<Sequence>(this.#options.config, capacity, this.#options.threads);
    this.#batches.set(capacity, batch);
    return batch;
  }

  async #step(batch: DecodeBatch<Sequence>): Promise<void> {
    const logits = batch.owners.some(({ job }) => job.hasPenalties);
    const rows = await batch.step(this.#sessions.decode, { logits });
    // From the last row down, so that removing a row moves only rows that are done.
    for (let row = batch.owners.length - 1; row >= 0; row -= 1) {
      const sequence = batch.owners[row];
      if (sequence === undefined || sequence.job.isOver) continue;
      const choice = this.#choose(sequence, rows, row);
      if (choice === undefined) continue;
      const { vocab_size: vocabularySize } = this.#options.config;
      const from = { probabilities: rows.probabilities, offset: row * vocabularySize, vocabularySize };
      const end = sequence.append(choice, this.#sessions.version, from);
      this.#sampledTokens += 1;
      if (end !== undefined) {
        this.#remove(batch, row, sequence);
        sequence.deliver(end);
        continue;
      }
      batch.setToken(row, choice.token);
      const past = batch.past(row);
      if (past.length + 1 > batch.capacity) {
        const { sampling } = sequence.job.request;
        this.#batchFor(past.length).add(sequence, past, choice.token, inverseTemperature(sampling));
        batch.remove(row);
      }
    }
  }

  /** Draws the next token; undefined when the model has none to give, which fails the job. */
  #choose({ job, seed, counts, length }: Sequence, rows: NextTokenRows, row: number): Choice | undefined {
    const history = { prompt: job.promptTokens, counts };
    try {
      return this.#chooser.choose(rows, row, job.request.sampling, history, uniformAt(seed, length));
    } catch (error) {
      this.#abandon(job, error);
      return undefined;
    }
  }

  #remove(batch: DecodeBatch<Sequence>, row: number, sequence: Sequence): void {
    batch.remove(row);
    this.#rows -= 1;
    this.#reservedBytes -= sequence.job.rowBytes;
  }

  /** Rejects a job at once; its rows go at the next sweep. */
  #abandon(job: SamplingJob, error: unknown): void {
    if (job.isOver) return;
    this.#prompts.forget(job.promptKey, job.waitingSeeds);
    const place = this.#queue.indexOf(job);
    if (place >= 0) this.#queue.splice(place, 1);
    job.fail(error);
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

function inverseTemperature({ temperature }: SequenceRequest['sampling']): number {
  return temperature === 0 ? 1 : 1 / temperature;
}

function abortError(): DOMException {
  return new DOMException('sampling was aborted', 'AbortError');
}

/**
 * What a Tinker server holds: sessions, and with them models, samplers and futures. A session lives as long as something
 * is heard of it; when it ends, everything of it is freed, and what was saved by name stays. Nothing here knows HTTP.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Engine } from '../../engine/engine.ts';
import { lockRunDirectory, type RunLock } from '../../journal/run-lock.ts';
import { seedFrom } from '../../stats/random.ts';
import { ApiError, invalidRequest } from '../api-error.ts';
import { ArchiveOffers } from './archive-offers.ts';
import type { BaseModel } from './base-model.ts';
import { CheckpointShelf } from './checkpoint-shelf.ts';
import { FutureStore } from './futures.ts';
import { ModelShelf } from './model-shelf.ts';
import { SamplerPool } from './sampler-pool.ts';
import { type SamplerSource, SamplingSession } from './sampling-session.ts';
import { ServedTraining, type TrainingFacts } from './served-training.ts';
import { modelGone } from './turn-queue.ts';

export interface TinkerLimits {
  readonly sessionSeconds: number;
  readonly models: number;
  readonly sessions: number;
  /** Samplers of snapshots in memory at a time. */
  readonly loadedSamplers: number;
  /** Snapshots without a name that one session may hold on disk; the oldest goes. */
  readonly snapshots: number;
  /** Futures that have not settled. */
  readonly pending: number;
  readonly requestBytes: number;
  /** Bytes of models that clients bring, all together; 0: none may be brought. */
  readonly uploadBytes: number;
  readonly holdMilliseconds: number;
  readonly gapMilliseconds: number;
}

export const usualLimits: TinkerLimits = {
  sessionSeconds: 300,
  models: 8,
  sessions: 256,
  loadedSamplers: 4,
  snapshots: 32,
  pending: 4096,
  requestBytes: 256 * 1024 * 1024,
  uploadBytes: 0,
  holdMilliseconds: 20_000,
  gapMilliseconds: 60_000,
};

export interface TinkerServiceOptions {
  readonly engine: Engine;
  /** At least one. */
  readonly bases: readonly BaseModel[];
  readonly checkpoints: string;
  readonly limits: TinkerLimits;
  readonly seed: number;
  readonly now: () => number;
  readonly report: (remark: string) => void;
}

export interface Session {
  readonly id: string;
  readonly userMetadata: Readonly<Record<string, unknown>>;
  readonly displayName: string | undefined;
  readonly trainings: Map<number, ServedTraining>;
  readonly samplings: Map<number, SamplingSession>;
  lastHeard: number;
}

/** An outcome is kept so long after it was fetched, and so long when nobody fetches it. */
const futureTimes = { fetchedMilliseconds: 120_000, unfetchedMilliseconds: 3_600_000 };
const sweepMilliseconds = 5000;
/** Clients send one every ten seconds. */
const missedHeartbeats = 60_000;

export class TinkerService {
  readonly engine: Engine;
  readonly limits: TinkerLimits;
  readonly shelf: CheckpointShelf;
  readonly models: ModelShelf;
  readonly pool: SamplerPool;
  readonly futures: FutureStore;
  readonly archives: ArchiveOffers;
  readonly now: () => number;
  readonly #sessions = new Map<string, Session>();
  readonly #trainings = new Map<string, ServedTraining>();
  readonly #samplings = new Map<string, SamplingSession>();
  readonly #ending = new Set<Promise<void>>();
  readonly #snapshots: string;
  readonly #report: (remark: string) => void;
  readonly #seed: number;
  readonly #lock: RunLock;
  readonly #timer: NodeJS.Timeout;
  #count = 0;

  private constructor(
    options: TinkerServiceOptions,
    shelf: CheckpointShelf,
    models: ModelShelf,
    lock: RunLock,
  ) {
    this.engine = options.engine;
    this.limits = options.limits;
    this.shelf = shelf;
    this.models = models;
    this.now = options.now;
    this.pool = new SamplerPool(options.engine, options.limits.loadedSamplers);
    this.futures = new FutureStore(futureTimes, options.now);
    this.archives = new ArchiveOffers(options.now);
    this.#report = options.report;
    this.#seed = options.seed;
    this.#lock = lock;
    this.#snapshots = path.join(shelf.directory, `.snapshots-${process.pid}`);
    this.#timer = setInterval(() => void this.sweep(), sweepMilliseconds);
    this.#timer.unref();
  }

  static async open(options: TinkerServiceOptions): Promise<TinkerService> {
    const { checkpoints, now, report } = options;
    await mkdir(checkpoints, { recursive: true });
    // What another server keeps there is its own to change.
    const lock = lockRunDirectory(checkpoints);
    const shelf = await CheckpointShelf.open(checkpoints, now, report);
    const models = await ModelShelf.open(shelf.directory, options.bases, options.limits.uploadBytes);
    const stale = (await readdir(shelf.directory)).filter((name) => name.startsWith('.snapshots-'));
    for (const name of stale) await rm(path.join(shelf.directory, name), { recursive: true, force: true });
    return new TinkerService(options, shelf, models, lock);
  }

  get counts(): {
    readonly sessions: number;
    readonly models: number;
    readonly samplers: number;
    readonly futures: number;
  } {
    return {
      sessions: this.#sessions.size,
      models: this.#trainings.size,
      samplers: this.#samplings.size,
      futures: this.futures.size,
    };
  }

  /** A seed for a request that brings none: another for each. */
  nextSeed(): number {
    this.#count += 1;
    return seedFrom(this.#seed, this.#count);
  }

  createSession(given: Pick<Session, 'userMetadata' | 'displayName'>): Session {
    if (this.#sessions.size >= this.limits.sessions) {
      throw new ApiError(
        `${this.#sessions.size} sessions are open, as many as this server holds; try again`,
        {
          ...{ status: 429, type: 'rate_limit_error', code: 'too_many_sessions', retryAfterSeconds: 10 },
        },
      );
    }
    const id = `session_${randomBytes(8).toString('hex')}`;
    const session: Session = {
      id,
      ...given,
      trainings: new Map(),
      samplings: new Map(),
      lastHeard: this.now(),
    };
    this.#sessions.set(id, session);
    return session;
  }

  /** Something was heard of it. Throws an ApiError of 404, or of the status that is given. */
  session(id: string, status = 404): Session {
    const session = this.#sessions.get(id);
    if (session === undefined) {
      throw new ApiError(
        `session_id: there is no session ${id.slice(0, 100)}: it has ended, or it was silent for ${this.limits.sessionSeconds} s`,
        { status, type: 'invalid_request_error', code: 'session_not_found', param: 'session_id' },
      );
    }
    session.lastHeard = this.now();
    return session;
  }

  get sessions(): readonly Session[] {
    return [...this.#sessions.values()];
  }

  /** Throws an ApiError of 404. */
  training(id: string): ServedTraining {
    const training = this.#trainings.get(id);
    if (training === undefined) throw modelGone();
    this.#heard(training.facts.session);
    training.lastRequest = this.now();
    return training;
  }

  get trainings(): readonly ServedTraining[] {
    return [...this.#trainings.values()];
  }

  /** Where all places are taken, those of clients that seem to have gone are given up before their time. */
  async makeRoom(): Promise<void> {
    if (this.#trainings.size < this.limits.models) return;
    const silent = this.now() - missedHeartbeats;
    const gone = [...this.#sessions.values()].filter(
      ({ lastHeard, trainings }) => lastHeard <= silent && trainings.size > 0,
    );
    await Promise.all(gone.map(({ id }) => this.endSession(id)));
  }

  /** A place for a model. Throws an ApiError of 400 when there are too many. */
  addTraining(session: Session, seq: number, facts: Omit<TrainingFacts, 'id' | 'session'>): ServedTraining {
    if (this.#trainings.size >= this.limits.models) {
      throw invalidRequest(
        undefined,
        `${this.#trainings.size} models are in memory, as many as this server holds (--max-models); end a session first`,
        'too_many_models',
      );
    }
    const id = `${session.id}:train:${seq}`;
    const limits = {
      gapMilliseconds: this.limits.gapMilliseconds,
      mostWaitingBytes: this.limits.requestBytes,
    };
    const training = new ServedTraining(
      { ...facts, id, session: session.id },
      this.futures,
      limits,
      this.now(),
    );
    session.trainings.set(seq, training);
    this.#trainings.set(id, training);
    return training;
  }

  /** Frees a model. Its number in the session stays taken. */
  async removeTraining(training: ServedTraining): Promise<void> {
    this.#trainings.delete(training.facts.id);
    await training.close();
  }

  /** Throws an ApiError of 404. */
  sampling(id: string): SamplingSession {
    const sampling = this.#samplings.get(id);
    if (sampling === undefined) {
      throw new ApiError(
        `sampling_session_id: there is no sampling session ${id.slice(0, 150)}; its session has ended, or it was one of many snapshots (${this.limits.snapshots} a session are kept)`,
        { status: 404, type: 'invalid_request_error', code: 'sampling_session_not_found' },
      );
    }
    this.#heard(sampling.session);
    return sampling;
  }

  addSampling(
    session: Session,
    seq: number,
    given: {
      readonly base: BaseModel;
      readonly baseName: string;
      readonly modelPath?: string;
      readonly source: SamplerSource;
    },
  ): SamplingSession {
    const id = `${session.id}:sample:${seq}`;
    const sampling = new SamplingSession({ ...given, id, session: session.id });
    session.samplings.set(seq, sampling);
    this.#samplings.set(id, sampling);
    const own = [...session.samplings.values()].filter(({ source }) => source.ownDirectory !== undefined);
    for (const old of own.slice(0, Math.max(0, own.length - this.limits.snapshots))) {
      this.#removeSampling(session, old);
    }
    return sampling;
  }

  /** An empty directory for a snapshot without a name; it goes with its sampling session. */
  async snapshotDirectory(): Promise<string> {
    this.#count += 1;
    const directory = path.join(this.#snapshots, `${this.#count}`);
    await mkdir(directory, { recursive: true });
    return directory;
  }

  /** Throws an ApiError of 429 when too much is under way. */
  checkPending(): void {
    const { pending } = this.futures;
    if (pending < this.limits.pending) return;
    throw new ApiError(`${pending} requests are under way, as many as this server takes; try again`, {
      ...{ status: 429, type: 'rate_limit_error', code: 'queue_full', retryAfterSeconds: 1 },
    });
  }

  /** Frees everything of a session. */
  async endSession(id: string): Promise<void> {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    this.#sessions.delete(id);
    this.futures.endSession(id);
    for (const sampling of session.samplings.values()) this.#removeSampling(session, sampling);
    const trainings = [...session.trainings.values()];
    await Promise.all(trainings.map((training) => this.removeTraining(training)));
  }

  /** Ends silent sessions, and lets go of what has had its time. */
  async sweep(): Promise<void> {
    const silent = this.now() - this.limits.sessionSeconds * 1000;
    const over = [...this.#sessions.values()].filter(({ lastHeard }) => lastHeard <= silent);
    this.futures.sweep();
    try {
      await Promise.all([...over.map(({ id }) => this.endSession(id)), this.shelf.sweep()]);
    } catch (error) {
      this.#report(`letting go: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Who waits for a result is answered now; work goes on. */
  stop(): void {
    this.futures.stop();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all([...this.#sessions.keys()].map((id) => this.endSession(id)));
    await Promise.all(this.#ending);
    await this.pool.close();
    await rm(this.#snapshots, { recursive: true, force: true });
    this.#lock.release();
  }

  #heard(id: string): void {
    const session = this.#sessions.get(id);
    if (session !== undefined) session.lastHeard = this.now();
  }

  #removeSampling(session: Session, sampling: SamplingSession): void {
    this.#samplings.delete(sampling.id);
    for (const [seq, one] of session.samplings) if (one === sampling) session.samplings.delete(seq);
    for (const group of sampling.groups) this.futures.endGroup(group);
    const { ownDirectory } = sampling.source;
    if (ownDirectory === undefined) return;
    const removed = this.pool
      .drop(ownDirectory)
      .then(() => rm(ownDirectory, { recursive: true, force: true }))
      .catch((error: unknown) => this.#report(`removing a snapshot: ${String(error)}`));
    this.#ending.add(removed);
    void removed.then(() => this.#ending.delete(removed));
  }
}

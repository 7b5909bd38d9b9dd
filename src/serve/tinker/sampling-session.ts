/**
 * Weights that a client samples from under one id: a snapshot on disk, or the live weights of a model that trains. Numbers
 * of requests say which are the same, and copies of a client get numbers of their own.
 */
import type { Sampler } from '../../engine/engine.ts';
import { invalidRequest } from '../api-error.ts';
import type { BaseModel } from './base-model.ts';
import type { LiveWeights } from './live-weights.ts';
import type { SamplerPool, Weights } from './sampler-pool.ts';

/** What is sampled from. */
export interface SamplerSource {
  use<T>(promptLogprobs: boolean, signal: AbortSignal, work: (sampler: Sampler) => Promise<T>): Promise<T>;
  /** Of a snapshot that was made for this session alone. */
  readonly ownDirectory?: string;
}

export function snapshotSource(pool: SamplerPool, weights: Weights, isOwn: boolean): SamplerSource {
  return {
    use: (promptLogprobs, signal, work) => pool.use(weights, promptLogprobs, signal, work),
    ...(isOwn ? { ownDirectory: weights.directory } : {}),
  };
}

export function liveSource(live: LiveWeights): SamplerSource {
  return { use: (promptLogprobs, _, work) => live.use(promptLogprobs, work) };
}

/** Requests that are remembered, so that one that is repeated gets the same answer. */
const remembered = 8192;
/** Copies of a client count from multiples of this (the SDK's rule). */
const cloneSize = 1_000_000_000;

export class SamplingSession {
  readonly id: string;
  /** The session that it ends with. */
  readonly session: string;
  readonly base: BaseModel;
  /** As the client named it. */
  readonly baseName: string;
  readonly modelPath: string | undefined;
  readonly source: SamplerSource;
  /** Ids, not futures: those hold results. */
  readonly #known = new Map<number, { readonly digest: string; readonly id: string }>();
  #clones = 0;

  constructor(given: {
    readonly id: string;
    readonly session: string;
    readonly base: BaseModel;
    readonly baseName: string;
    readonly modelPath?: string | undefined;
    readonly source: SamplerSource;
  }) {
    this.id = given.id;
    this.session = given.session;
    this.base = given.base;
    this.baseName = given.baseName;
    this.modelPath = given.modelPath;
    this.source = given.source;
  }

  /** For a client that does not number its requests. */
  get nextFree(): number {
    return Math.max(-1, ...this.#known.keys()) + 1;
  }

  /** A number for a copy of the client. */
  join(): number {
    this.#clones += 1;
    return this.#clones;
  }

  /** Whose requests are told of together. */
  groupOf(seq: number): string {
    return this.groupOfClone(Math.floor(seq / cloneSize));
  }

  groupOfClone(clone: number): string {
    return `${this.id}/${clone}`;
  }

  get groups(): string[] {
    return Array.from({ length: this.#clones + 1 }, (_, clone) => this.groupOfClone(clone));
  }

  /** The future's id of the request that had this number before. Throws an ApiError of 400 when its content was another. */
  repeated(seq: number, digest: string): string | undefined {
    const known = this.#known.get(seq);
    if (known === undefined || known.digest === digest) return known?.id;
    throw invalidRequest(
      'seq_id',
      `seq_id: ${seq} was used for another request of this session`,
      'seq_id_used',
    );
  }

  remember(seq: number, digest: string, id: string): void {
    this.#known.set(seq, { digest, id });
    const [oldest] = this.#known.keys();
    if (this.#known.size > remembered && oldest !== undefined) this.#known.delete(oldest);
  }
}

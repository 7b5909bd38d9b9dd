/**
 * A trajectory of the Reasoning Cache: reason, sum up, go on, with the scaffold's own turns. It goes as far as somebody
 * waits for, and a turn that nobody waits for any longer is told to stop. Of a state the version of its oldest token is
 * known, for LAG-BOUND, and what it took.
 */
import type { PolicyVersion } from '../../engine/engine.ts';
import type { Reply } from '../../model/chat-model.ts';
import type { Problem } from '../../problems/problem.ts';
import {
  type CachePrompts,
  type CacheState,
  firstState,
  reasonFrom,
  stateAfter,
} from '../../scaffold/reasoning-cache.ts';
import type { ScaffoldContext } from '../../scaffold/scaffold.ts';
import { LeaseExpiredError } from '../pipeline/lease.ts';

/** A state that a trajectory has come to. */
export interface ReachedState extends CacheState {
  /** Of the oldest token of the trained policy on the way here; undefined where there is none. */
  readonly oldestVersion: PolicyVersion | undefined;
  /** Tokens that were sampled on the way here. */
  readonly tokens: number;
}

/** A reply and which weights of the trained policy wrote it; none where another model did. */
export interface TrajectoryReply {
  readonly reply: Reply;
  readonly versions: readonly PolicyVersion[];
}

export interface TrajectoryOptions {
  readonly prompts: CachePrompts;
  readonly problem: Problem;
  /** A durable model call of this trajectory. */
  readonly call: (
    label: string,
    request: Parameters<ScaffoldContext['call']>[1],
    role: string,
    signal: AbortSignal,
  ) => Promise<TrajectoryReply>;
  /** What a summariser may draw from, and the limits of a turn. */
  readonly limits: Pick<ScaffoldContext, 'random' | 'maxTokens' | 'temperature'>;
}

export interface Waiting {
  /** Whoever waits does so no longer. */
  readonly signal: AbortSignal;
  /** Called when a turn has led to another state. */
  readonly onTurn?: ((reached: ReachedState) => void) | undefined;
}

interface TurnUnderWay {
  readonly controller: AbortController;
  readonly done: Promise<void>;
}

export class Trajectory {
  readonly #options: TrajectoryOptions;
  readonly #reached: ReachedState[] = [{ ...firstState, oldestVersion: undefined, tokens: 0 }];
  #turn: TurnUnderWay | undefined;
  #waiting = 0;
  #isClosed = false;
  /** It never ends: nobody else has to find out. */
  #expired: LeaseExpiredError | undefined;

  constructor(options: TrajectoryOptions) {
    this.#options = options;
  }

  get isUnderWay(): boolean {
    return this.#turn !== undefined;
  }

  /**
   * The state that turn `turn` begins with, once its trajectory has come there. Rejects with the reason of the signal,
   * with what a call failed with, and with a LeaseExpiredError.
   */
  async stateAt(turn: number, { signal, onTurn }: Waiting): Promise<ReachedState> {
    this.#waiting += 1;
    try {
      for (;;) {
        const state = this.#reached[turn - 1];
        if (state !== undefined) return state;
        signal.throwIfAborted();
        if (this.#isClosed) throw new DOMException('the trajectory is closed', 'AbortError');
        if (this.#expired !== undefined) throw this.#expired;
        this.#turn ??= this.#begin();
        const { done, controller } = this.#turn;
        const before = this.#reached.length;
        await orAborted(done, signal).catch((error: unknown) => {
          // Given up by those who waited before: for us it begins again.
          if (signal.aborted || !controller.signal.aborted) throw error;
        });
        for (const reached of this.#reached.slice(before, turn)) onTurn?.(reached);
      }
    } finally {
      this.#waiting -= 1;
      if (this.#waiting === 0) this.#turn?.controller.abort();
    }
  }

  /** Stops what is under way, and waits for it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#turn?.controller.abort();
    await this.#turn?.done.catch(() => undefined);
  }

  #begin(): TurnUnderWay {
    const controller = new AbortController();
    const done = this.#advance(controller.signal)
      .catch((error: unknown) => {
        if (error instanceof LeaseExpiredError) this.#expired = error;
        throw error;
      })
      .finally(() => {
        this.#turn = undefined;
      });
    // Those who wait hear of it; when nobody does, it is nobody's failure.
    done.catch(() => undefined);
    return { controller, done };
  }

  async #advance(signal: AbortSignal): Promise<void> {
    const from = this.#reached.at(-1) as ReachedState;
    const { prompts, problem, call, limits } = this.#options;
    const versions = from.oldestVersion === undefined ? [] : [from.oldestVersion];
    let { tokens } = from;
    const context: ScaffoldContext = {
      ...limits,
      call: async (label, request, { role = 'solve' } = {}) => {
        const { reply, versions: own } = await call(label, request, role, signal);
        versions.push(...own);
        tokens += reply.usage.completionTokens;
        return reply;
      },
      // Nobody reads the trace of a trajectory, and its answers are not what is trained.
      note: () => undefined,
      keep: () => undefined,
      within: () => {
        throw new Error('a turn of a trajectory has no scaffold within it');
      },
    };
    const reply = await reasonFrom(prompts, problem, from, context);
    const state = await stateAfter(prompts, problem, from, reply, context);
    const oldest = Math.min(...versions) as PolicyVersion;
    this.#reached.push({ ...state, oldestVersion: versions.length === 0 ? undefined : oldest, tokens });
  }
}

/** What the work comes to, unless the signal fires first; the work goes on then. */
async function orAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>();
  const leave = () => reject(signal.reason);
  signal.addEventListener('abort', leave, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}

/**
 * States of the Reasoning Cache for groups: a trajectory per problem, of which some states are drawn, one for each of its
 * groups. Which state a group has follows from its number and the trajectory's durable calls, so that a run that goes on
 * gives every group the state that it had.
 *
 * A trajectory begins with the first of its groups: the pacing of the pipeline, which bounds the groups under way by the
 * lag that they may have, bounds the backlog of states too, and none grows old in a queue. `backlog` lets so many
 * trajectories begin before their groups, for groups that are to begin at once when others were dropped.
 */
import type { Problem } from '../../problems/problem.ts';
import { type DrawnTurns, drawnTurns } from './drawn-turns.ts';
import type { ReachedState, Trajectory, Waiting } from './trajectory.ts';

export interface CacheStatesOptions extends DrawnTurns {
  /** Trajectories that may begin before their groups. */
  readonly backlog: number;
  readonly problemOf: (trajectory: number) => Problem;
  readonly begin: (trajectory: number, problem: Problem) => Trajectory;
  /** Groups that will not come, for example as they ended in earlier sittings. All others come once at most. */
  readonly gone?: ReadonlySet<number>;
}

export interface StateOfGroup extends ReachedState {
  readonly problem: Problem;
  /** Tokens of the trajectory, for the group of its last state that was drawn; 0 for its other groups. */
  readonly charged: number;
}

interface Begun {
  readonly trajectory: Trajectory;
  readonly problem: Problem;
  readonly turns: readonly number[];
  /** Groups that have not come yet. */
  readonly expected: Set<number>;
  /** Groups that wait for their state. */
  waiting: number;
}

export class CacheStates {
  readonly #options: CacheStatesOptions;
  readonly #begun = new Map<number, Begun>();
  /** The last trajectory that began before its groups. */
  #ahead = -1;
  readonly #closing = new AbortController();

  constructor(options: CacheStatesOptions) {
    this.#options = options;
  }

  /** States of trajectories that have begun whose groups have not come. */
  get backlog(): number {
    return [...this.#begun.values()].reduce((sum, { expected }) => sum + expected.size, 0);
  }

  /** Trajectories that are taking a turn. */
  get underWay(): number {
    return [...this.#begun.values()].filter(({ trajectory }) => trajectory.isUnderWay).length;
  }

  /** The state of group `index`; to be asked once. Rejects as `Trajectory.stateAt` does. */
  async state(index: number, waiting: Waiting): Promise<StateOfGroup> {
    const { statesPerTrajectory } = this.#options;
    const number = Math.floor(index / statesPerTrajectory);
    const own = this.#begin(number);
    own.expected.delete(index);
    own.waiting += 1;
    try {
      const { problem, turns, trajectory } = own;
      const turn = turns[index % statesPerTrajectory] ?? 1;
      const state = await trajectory.stateAt(turn, waiting);
      return { ...state, problem, charged: turn === Math.max(...turns) ? state.tokens : 0 };
    } finally {
      own.waiting -= 1;
      if (own.waiting === 0 && own.expected.size === 0) this.#begun.delete(number);
    }
  }

  /** Begins the trajectories that may begin before their groups, as far as these will need them, now that `index` has come. */
  goAhead(index: number): void {
    const { statesPerTrajectory, backlog } = this.#options;
    const number = Math.floor(index / statesPerTrajectory);
    const { signal } = this.#closing;
    for (let next = Math.max(this.#ahead, number) + 1; next <= number + backlog; next += 1) {
      this.#ahead = next;
      if (this.#comingGroups(next).length === 0) continue;
      const { trajectory, turns } = this.#begin(next);
      // What goes wrong its groups will hear of.
      trajectory.stateAt(Math.max(...turns), { signal }).catch(() => undefined);
    }
  }

  /** Stops what is under way, and waits for it. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([...this.#begun.values()].map(({ trajectory }) => trajectory.close()));
  }

  #begin(number: number): Begun {
    const known = this.#begun.get(number);
    if (known !== undefined) return known;
    const { problemOf, begin } = this.#options;
    const problem = problemOf(number);
    const begun: Begun = {
      trajectory: begin(number, problem),
      ...{ problem, turns: drawnTurns(this.#options, number) },
      ...{ expected: new Set(this.#comingGroups(number)), waiting: 0 },
    };
    this.#begun.set(number, begun);
    return begun;
  }

  #comingGroups(number: number): number[] {
    const { statesPerTrajectory, gone } = this.#options;
    const groups = Array.from(
      { length: statesPerTrajectory },
      (_, place) => number * statesPerTrajectory + place,
    );
    return groups.filter((index) => gone?.has(index) !== true);
  }
}

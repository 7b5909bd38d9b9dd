/** Which states of a trajectory become groups (reference: two of the four, without replacement, all equally likely). */
import { Random } from '../../stats/random.ts';

export interface DrawnTurns {
  /** Turns of a trajectory; its states are those that its turns begin with, and the one after the last. */
  readonly turns: number;
  readonly statesPerTrajectory: number;
  readonly seed: number;
}

/**
 * Turns, from 1, that begin with the states that are drawn of trajectory `number`. It depends on the seed and the number
 * alone, so that it is known before the trajectory has begun, and only as many turns are taken as its states need.
 */
export function drawnTurns({ turns, statesPerTrajectory, seed }: DrawnTurns, number: number): number[] {
  const all = Array.from({ length: turns + 1 }, (_, state) => state + 1);
  return new Random('reasoning-cache-states', seed, number).shuffled(all).slice(0, statesPerTrajectory);
}

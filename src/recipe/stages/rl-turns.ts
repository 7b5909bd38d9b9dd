/** What became of the groups of a step by the turn that their attempts take, where they begin with states. */
import { mean } from '../../stats/moments.ts';
import type { CollectedGroup } from './rl-attempts.ts';

/** A type and not an interface, so that it is JSON. */
export type TurnFigures = {
  /** Share of the step's groups. */
  readonly share: number;
  /** Mean of the graded attempts; absent where none was graded. */
  readonly reward?: number;
  readonly overflowShare: number;
  readonly lengthMean: number;
};

/** By turn, from 1 on; undefined where groups are attempts at problems as they stand. */
export function turnFigures(groups: readonly CollectedGroup[]): Record<string, TurnFigures> | undefined {
  const turns = new Set(groups.flatMap(({ origin }) => origin.state?.turn ?? []));
  if (turns.size === 0) return undefined;
  const sorted = [...turns].sort((a, b) => a - b);
  return Object.fromEntries(sorted.map((turn) => [turn, figuresOf(groups, turn)]));
}

function figuresOf(groups: readonly CollectedGroup[], turn: number): TurnFigures {
  const own = groups.filter(({ origin }) => origin.state?.turn === turn);
  const rollouts = own.flatMap(({ rollouts_G }) => rollouts_G);
  const rewards = rollouts.flatMap(({ reward }) => reward ?? []);
  return {
    share: own.length / groups.length,
    ...(rewards.length === 0 ? {} : { reward: mean(rewards) }),
    overflowShare: mean(rollouts.map(({ overflowed }) => (overflowed ? 1 : 0))),
    lengthMean: mean(rollouts.map(({ sample }) => sample.tokens_T.length)),
  };
}

/** Tokens that the trajectories of these groups took. */
export function trajectoryTokens(groups: readonly CollectedGroup[]): number {
  return groups.reduce((sum, { origin }) => sum + (origin.state?.tokens ?? 0), 0);
}

/**
 * A knockout: pairs drawn by seed, winners drawn again, an odd one passes, until one is left. The bracket is fixed
 * before anything is known, so it does not depend on who is ready first; a match begins when its two are there.
 */
import type { Random } from '../stats/random.ts';

/**
 * The winners of all matches to come, round by round, the last of them the winner of all; with one entrant, it alone.
 * An entrant that turns out to be undefined loses without a match. `match` gets `round-number`, both from 1. All
 * promises must be awaited by the caller.
 */
export function knockout<T>(
  entrants: readonly Promise<T | undefined>[],
  random: Random,
  match: (name: string, pair: readonly [T, T], round: number) => Promise<T>,
): Promise<T | undefined>[] {
  const play = async (
    name: string,
    round: number,
    first: Promise<T | undefined>,
    second: Promise<T | undefined>,
  ): Promise<T | undefined> => {
    const [a, b] = await Promise.all([first, second]);
    return a === undefined || b === undefined ? (a ?? b) : await match(name, [a, b], round);
  };
  const matches: Promise<T | undefined>[] = [];
  let standing = [...entrants];
  for (let round = 1; standing.length > 1; round += 1) {
    const drawn = random.fork('bracket', round).shuffled(standing);
    standing = [];
    for (let i = 0; i < drawn.length; i += 2) {
      const [first, second] = drawn.slice(i, i + 2);
      if (first === undefined) continue;
      if (second === undefined) standing.push(first);
      else {
        const winner = play(`${round}-${i / 2 + 1}`, round, first, second);
        standing.push(winner);
        matches.push(winner);
      }
    }
  }
  return matches.length === 0 ? standing : matches;
}

/** How much a batch has to teach: how far the advantages of its attempts lie apart. */
import type { Datum } from '../../engine/engine.ts';

export interface AdvantageSpread {
  /** Root of the mean square over attempts. Advantages are centred in their groups, so it is their deviation. */
  readonly deviation: number;
  readonly least: number;
  readonly greatest: number;
}

/** Of the attempts of a batch, each of one advantage; undefined for an empty batch. */
export function advantageSpread(data: readonly Datum[]): AdvantageSpread | undefined {
  const advantages = data.flatMap(({ advantages_T }) => advantages_T?.at(-1) ?? []);
  if (advantages.length === 0) return undefined;
  const squares = advantages.reduce((sum, advantage) => sum + advantage ** 2, 0);
  return {
    deviation: Math.sqrt(squares / advantages.length),
    least: advantages.reduce((least, advantage) => Math.min(least, advantage), Number.POSITIVE_INFINITY),
    greatest: advantages.reduce((most, advantage) => Math.max(most, advantage), Number.NEGATIVE_INFINITY),
  };
}

/**
 * Difficulty of a row by grades that its source has: points of the attempts, else rewards, else their mean and number. NULL-NOT-ZERO:
 * attempts without a grade are counted apart, and of a row without any grade nothing is known. A list with a value that no such
 * list can have is not believed.
 */
import { wilson } from '../../stats/wilson.ts';
import type { Difficulty } from '../data-row.ts';
import { type Cells, columnValues } from './column-values.ts';
import type { FieldMap } from './source-card.ts';

const fullMarks = 7;

export function releasedDifficulty(
  map: NonNullable<FieldMap['difficulty']>,
  cells: Cells,
): Difficulty | undefined {
  return (
    ofList(map, listIn(map.points, fullMarks, cells)) ??
    ofList(map, listIn(map.rewards, 1, cells)) ??
    ofMean(map, cells)
  );
}

type Named = Pick<Difficulty, 'model' | 'judge'>;

function ofList({ model, judge }: Named, rewards: readonly (number | null)[] | undefined) {
  const graded = rewards?.filter((reward) => reward !== null) ?? [];
  if (rewards === undefined || graded.length === 0) return undefined;
  return {
    ...{ model, judge },
    ...meanOf(
      graded.reduce((sum, reward) => sum + reward, 0),
      graded.length,
    ),
    ungraded: rewards.length - graded.length,
    solved: graded.filter((reward) => reward === 1).length,
  };
}

/** How many attempts had full marks cannot be told. */
function ofMean({ mean, count, model, judge }: NonNullable<FieldMap['difficulty']>, cells: Cells) {
  const [reward, attempts] = [mean, count].map((column) =>
    column === undefined ? undefined : numberOf(columnValues(cells, column)[0]),
  );
  if (reward === undefined || reward < 0 || reward > 1) return undefined;
  if (attempts === undefined || !Number.isInteger(attempts) || attempts < 1) return undefined;
  return { model, judge, ...meanOf(reward * attempts, attempts), ungraded: 0 };
}

/** Of all grades from 0 to 1 with this mean, right or wrong varies most, so its interval is wide enough. */
function meanOf(sum: number, attempts: number): Pick<Difficulty, 'attempts' | 'meanReward' | 'interval'> {
  const { estimate, low, high } = wilson(sum, attempts);
  return { attempts, meanReward: estimate, interval: [low, high] };
}

/** Shares of the maximum; null for what has no grade. */
function listIn(
  column: string | undefined,
  maximum: number,
  cells: Cells,
): readonly (number | null)[] | undefined {
  const list: unknown = column === undefined ? undefined : columnValues(cells, column)[0];
  if (!Array.isArray(list)) return undefined;
  const rewards = list.map((value: unknown) => {
    const number = numberOf(value);
    return number === undefined ? null : number / maximum;
  });
  return rewards.some((reward) => reward !== null && (reward < 0 || reward > 1)) ? undefined : rewards;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/**
 * The step `select`: takes the problems of a training set from those of measured difficulty, and shows their difficulty
 * before and after. Rows are read twice; in between only what the choice depends on is held.
 */
import path from 'node:path';
import { writeFileAtomic } from '../../journal/atomic-file.ts';
import { histogramPicture } from '../histogram-picture.ts';
import { readDataRows, rowsPath, type StepRecord, StepWriter, sourceOf } from '../step-files.ts';
import { choose, type Leaving, type Measured, type SelectSettings } from './choose.ts';
import { binCount, binOf, targetShares } from './target-shape.ts';

export const selectPicture = 'difficulty.svg';

export interface SelectRun {
  /** A file of rows or a step's directory. */
  readonly input: string;
  /** The step's directory. */
  readonly out: string;
  readonly settings: SelectSettings;
}

/** Throws a DataFileError for a bad line, a RangeError for a shape that is none. */
export async function runSelect({ input, out, settings }: SelectRun): Promise<StepRecord> {
  const problems: Measured[] = [];
  for await (const { item: row } of readDataRows(input)) {
    const { difficulty } = row;
    problems.push({
      source: sourceOf(row),
      difficulty: difficulty && {
        ...{ attempts: difficulty.attempts, meanReward: difficulty.meanReward, solved: difficulty.solved },
      },
    });
  }
  const leaving = choose(problems, settings);
  const before = histogramOf(problems);
  const after = histogramOf(problems.filter((_, index) => leaving[index] === undefined));
  const kept = after.reduce((sum, count) => sum + count, 0);
  const target = settings.size === undefined ? undefined : targetOf(settings, kept);
  const writer = await StepWriter.open(out);
  try {
    let index = 0;
    for await (const { item: row } of readDataRows(input)) {
      const reason = leaving[index];
      index += 1;
      if (reason === undefined) await writer.keep(row);
      else await writer.drop({ reason, detail: detailOf(reason, row.difficulty), row });
    }
    const { size, ...rest } = settings;
    const record = await writer.finish({
      step: 'select',
      settings: { ...rest, size: size ?? null },
      inputs: [rowsPath(input)],
      figures: {
        bins: { width: 1 / binCount, before, after, ...(target === undefined ? {} : { target }) },
        meanReward: {
          before: meanOf(problems),
          after: meanOf(problems.filter((_, i) => leaving[i] === undefined)),
        },
        isUnimodal: isUnimodal(after),
        ...(target === undefined || kept === 0 ? {} : { distanceFromShape: distance(after, target, kept) }),
      },
    });
    await writeFileAtomic(
      path.join(out, selectPicture),
      histogramPicture({
        edges: Array.from({ length: binCount + 1 }, (_, bin) => bin / binCount),
        ...{ label: 'mean reward', counted: 'problems' },
        panels: [
          { title: `before: ${before.reduce((sum, count) => sum + count, 0)}`, counts: before },
          { title: `after: ${kept}`, counts: after, target },
        ],
      }),
    );
    return record;
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}

function histogramOf(problems: readonly Measured[]): number[] {
  const counts = new Array<number>(binCount).fill(0);
  for (const { difficulty } of problems) {
    if (difficulty === undefined) continue;
    const bin = binOf(difficulty.meanReward);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

function targetOf({ peak, tail, maxReward }: SelectSettings, kept: number): number[] {
  return targetShares({ peak, tail, most: maxReward }).map((share) => Number((share * kept).toFixed(2)));
}

/** Null where nothing is measured. */
function meanOf(problems: readonly Measured[]): number | null {
  const rewards = problems.flatMap(({ difficulty }) => difficulty?.meanReward ?? []);
  if (rewards.length === 0) return null;
  return Number((rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length).toFixed(4));
}

/** Total variation: the share of the problems that would have to lie in another bin. */
function distance(counts: readonly number[], target: readonly number[], kept: number): number {
  const sum = counts.reduce((total, count, bin) => total + Math.abs(count - (target[bin] ?? 0)), 0);
  return Number((sum / 2 / kept).toFixed(4));
}

/** Rises to one bin and falls from it; two standard deviations of a count the wrong way are chance. */
function isUnimodal(counts: readonly number[]): boolean {
  const peak = counts.indexOf(Math.max(...counts));
  const isNoRise = (from: number, to: number): boolean => {
    const [a, b] = [counts[from] ?? 0, counts[to] ?? 0];
    return b - a <= 2 * Math.sqrt(a + b);
  };
  return counts.every((_, bin) => {
    if (bin === peak) return true;
    return bin < peak ? isNoRise(bin + 1, bin) : isNoRise(bin - 1, bin);
  });
}

function detailOf(reason: Leaving, difficulty: Measured['difficulty']): string {
  if (difficulty === undefined) return 'it has no difficulty';
  const { attempts, meanReward, solved } = difficulty;
  const mean = `mean reward ${Number(meanReward.toFixed(3))}`;
  const measured =
    solved === undefined
      ? `${mean} of ${attempts} attempts`
      : `${mean}, ${solved} of ${attempts} attempts with full marks`;
  return reason === 'not-drawn' ? `${measured}; there are enough like it` : measured;
}

/** A benchmark run: suite, model and scaffold, share of attempts that are made and graded, mean score, spend. */

import { readSystem } from '../../bench/read-system.ts';
import { BenchRecords } from '../../bench/records.ts';
import { readRunProblems } from '../../bench/run-files.ts';
import { type Summarise, unknown } from './summarisers.ts';

export const summariseBench: Summarise = async (workplace, { id, directory }) => {
  if (!workplace.hasJournal(id)) {
    const { length } = await readRunProblems(directory);
    return { ...unknown, title: 'bench', detail: `${length} problems, not begun`, progress: 0 };
  }
  const records = await workplace.journal(id, async (journal) => await BenchRecords.read(journal));
  const system = await readSystem(directory, undefined, { records });
  const { wanted, missing, pending, ungraded } = system.counts;
  const [attempts, grades] = [system.attempts_P_R.flat(), system.grades_P_R.flat()];
  const graded = system.points_P_R.flat().filter((points) => points !== null);
  const priced = [...attempts, ...grades].flatMap((row) => (row === undefined ? [] : [row.dollars]));
  const dollars = priced.reduce<number | null>(
    (sum, cost) => (sum === null || cost === null ? null : sum + cost),
    0,
  );
  const tokens = attempts.reduce((sum, row) => sum + (row?.completionTokens ?? 0), 0);
  return {
    ...unknown,
    title: `${system.suite.name}: ${system.model}, ${system.scaffold}`,
    detail: `${system.problems.length} problems, ${attempts.length} attempts${system.judge === undefined ? '' : `, graded by ${system.judge}`}`,
    isFinished: wanted > 0 && missing === 0 && pending === 0,
    progress: wanted === 0 ? 0 : (wanted - missing - pending) / wanted,
    score:
      graded.length === 0
        ? null
        : {
            mean: (100 * graded.reduce((sum, points) => sum + points, 0)) / (7 * graded.length),
            interval: null,
            of: `${graded.length} graded attempts`,
          },
    dollars: attempts.length === 0 ? null : dollars,
    tokens,
    troubles: ungraded.ungraded > 0 ? [`${ungraded.ungraded} attempts could not be graded`] : [],
  };
};

/** A benchmark run: suite, model and scaffold, share of attempts that are made and graded, mean score, spend. */
import { readIdentity } from '../../bench/read-system.ts';
import type { BenchRecords } from '../../bench/records.ts';
import { readRunProblems } from '../../bench/run-files.ts';
import { gradingDigest } from '../../grade/judge-material.ts';
import { benchRunRecords } from '../bench-run-records.ts';
import { type Summarise, unknown } from './summarisers.ts';

export const summariseBench: Summarise = async (workplace, { id, directory }) => {
  const problems = await readRunProblems(directory);
  if (!workplace.hasJournal(id)) {
    return { ...unknown, title: 'bench', detail: `${problems.length} problems, not begun`, progress: 0 };
  }
  const { suite, models, scaffold } = readIdentity(directory);
  const { main = '', ...others } = models;
  const model = [main, ...Object.entries(others).map(([role, name]) => `${role}: ${name}`)].join(', ');
  const records = await benchRunRecords(workplace, id);
  const materials = new Map(problems.map((problem) => [String(problem.id), gradingDigest(problem)]));
  const judge = records.judges().at(-1);
  const { runs, made, graded, ungraded, points, tokens, dollars } = tallyOf(records, materials, judge);
  const wanted = problems.length * runs;
  return {
    ...unknown,
    title: `${suite.name}: ${model}, ${scaffold}`,
    detail: `${problems.length} problems, ${wanted} attempts${judge === undefined ? '' : `, graded by ${judge}`}`,
    isFinished: wanted > 0 && made === wanted && graded + ungraded === made,
    progress: wanted === 0 ? 0 : (graded + ungraded) / wanted,
    score:
      graded === 0
        ? null
        : { mean: (100 * points) / (7 * graded), interval: null, of: `${graded} graded attempts` },
    dollars: made === 0 ? null : dollars,
    tokens,
    troubles: ungraded > 0 ? [`${ungraded} attempts could not be graded`] : [],
  };
};

/** One pass over the attempts, so that a run of a hundred thousand that goes on is summed up while it is watched. */
function tallyOf(records: BenchRecords, materials: ReadonlyMap<string, string>, judge: string | undefined) {
  let [runs, made, graded, ungraded, points, tokens] = [0, 0, 0, 0, 0, 0];
  // Unknown as soon as one of them has no price.
  let dollars: number | null = 0;
  const pay = (cost: number | null): void => {
    dollars = dollars === null || cost === null ? null : dollars + cost;
  };
  for (const row of records.attempts()) {
    const material = materials.get(row.problem);
    if (material === undefined) continue;
    runs = Math.max(runs, row.run + 1);
    made += 1;
    tokens += row.completionTokens;
    pay(row.dollars);
    const { problem, run, digest } = row;
    const grade = judge === undefined ? undefined : records.grade(judge, { problem, run, digest, material });
    if (grade === undefined) continue;
    pay(grade.dollars);
    if (grade.points === null) ungraded += 1;
    else {
      graded += 1;
      points += grade.points;
    }
  }
  return { runs, made, graded, ungraded, points, tokens, dollars };
}

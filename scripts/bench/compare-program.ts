/** A program: records a large run of `qed bench`, or opens, compares and writes out one that is there. */
import { compareSystems } from '../../src/bench/comparison.ts';
import { comparisonJson } from '../../src/bench/comparison-json.ts';
import { comparisonTables } from '../../src/bench/comparison-tables.ts';
import { recordedProblems, recordRun } from '../../src/bench/fixtures/recorded-run.ts';
import { readSystem } from '../../src/bench/read-system.ts';
import { scoreCostPicture } from '../../src/bench/score-cost-picture.ts';
import { csvTable } from '../../src/bench/tables/csv-table.ts';
import { latexTable } from '../../src/bench/tables/latex-table.ts';
import { markdownTable } from '../../src/bench/tables/markdown-table.ts';
import { textTable } from '../../src/bench/tables/text-table.ts';
import { openJournal } from '../../src/journal/open-journal.ts';
import { Random } from '../../src/stats/random.ts';
import type { CompareBenchOptions } from './compare.ts';

const {
  directory,
  step,
  attempts,
  problems: count,
} = JSON.parse(process.argv[2] ?? '') as CompareBenchOptions & {
  readonly directory: string;
  readonly step: 'write' | 'read';
};
const clock = (): number => performance.now() / 1000;

if (step === 'write') {
  const random = new Random('compare');
  const problems = recordedProblems(count);
  const runs = Math.ceil(attempts / count);
  const points_P_R = problems.map(() => Array.from({ length: runs }, () => random.integer(0, 7)));
  const began = clock();
  await recordRun(directory, { problems, points_P_R }, (place) => openJournal(place));
  console.log(JSON.stringify({ written: { seconds: clock() - began } }));
} else {
  const began = clock();
  const [one, other] = [await readSystem(directory), await readSystem(directory)];
  const systems = [one, { ...other, directory: 'the same again' }];
  const opened = clock();
  const suites = compareSystems(systems);
  const compared = clock();
  const tables = comparisonTables(suites);
  const texts = [
    ...[textTable, markdownTable, latexTable, csvTable].map((render) => tables.map(render).join('\n')),
    JSON.stringify(comparisonJson(suites, true)),
    scoreCostPicture(suites),
  ];
  console.log(
    JSON.stringify({
      opened: opened - began,
      compared: compared - opened,
      exported: clock() - compared,
      longest: Math.max(...texts.map(({ length }) => length)),
      peakBytes: process.resourceUsage().maxRSS * 1024,
    }),
  );
}

/** The result of a study: `report.html` and `report.json` in its directory, and its tables on standard output. */
import path from 'node:path';
import { textTable } from '../bench/tables/text-table.ts';
import { writeFileAtomic } from '../journal/atomic-file.ts';
import { shownPath } from '../recipe/shown-path.ts';
import type { Study } from '../recipe/study/load-study.ts';
import { buildStudyReport } from '../recipe/study/study-report.ts';
import { type ArmResult, readArm } from '../recipe/sweep/read-arm.ts';
import type { ArmOutcome } from '../recipe/sweep/run-sweep.ts';

export interface StudyOutput {
  readonly study: Study;
  readonly outcomes: readonly ArmOutcome[];
  /** Absolute. */
  readonly directory: string;
  /** False: arms ended before their last stage, and there is nothing to report. */
  readonly isWhole: boolean;
}

export async function writeStudy({ study, outcomes, directory, isWhole }: StudyOutput): Promise<void> {
  if (!isWhole) return;
  const results: ArmResult[] = [];
  const unfinished: string[] = [];
  for (const [index, arm] of study.arms.entries()) {
    const kind = outcomes[index]?.kind;
    if (kind === 'finished' || kind === 'known') results.push(await readArm(directory, arm));
    else unfinished.push(arm.name);
  }
  if (results.length === 0) return;
  const report = buildStudyReport(study, results, unfinished);
  const file = path.join(directory, 'report.html');
  await writeFileAtomic(path.join(directory, 'report.json'), `${JSON.stringify(report.json, null, 2)}\n`);
  await writeFileAtomic(file, report.html);
  process.stdout.write(`\n${report.tables.map(textTable).join('\n')}`);
  process.stdout.write(`${report.verdict}\nreport: ${shownPath(file)}\n`);
}

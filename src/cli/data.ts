/** `qed data`: the steps from raw corpora to a training set, each a command of its own. */
import type { Command } from 'commander';
import { addDataDecontaminateCommand } from './data-decontaminate.ts';
import { addDataDifficultyCommand } from './data-difficulty.ts';
import { addDataDistillCommand } from './data-distill.ts';
import { addDataFilterCommand } from './data-filter.ts';
import { addDataImportCommand } from './data-import.ts';
import { addDataReviewCommand } from './data-review.ts';
import { addDataRubricsCommand } from './data-rubrics.ts';
import { addDataSelectCommand } from './data-select.ts';
import { addDataStatsCommand } from './data-stats.ts';

/** Each step reads a file of rows or the directory of the step before it, and leaves a directory of its own. */
export function addDataCommand(program: Command): void {
  const data = program
    .command('data')
    .description('makes training sets: each step reads the rows of the one before it')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false);
  addDataImportCommand(data);
  addDataFilterCommand(data);
  addDataDecontaminateCommand(data);
  addDataDifficultyCommand(data);
  addDataReviewCommand(data);
  addDataRubricsCommand(data);
  addDataSelectCommand(data);
  addDataDistillCommand(data);
  addDataStatsCommand(data);
}

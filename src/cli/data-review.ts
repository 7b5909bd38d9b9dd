/** `qed data review`: a small model looks at each row, and what it finds fault with leaves. */
import type { Command } from 'commander';
import { type AskedModelOptions, type AskOptions, addAskOptions, addModelOptions } from './ask-options.ts';

interface ReviewOptions extends AskOptions, AskedModelOptions {
  readonly attempts: string;
  readonly solutions: string;
  readonly comments: string;
  readonly keepUnread?: boolean;
}

const usual = { maxTokens: 8192, temperature: 0 };

export function addDataReviewCommand(data: Command): void {
  const command = data
    .command('review')
    .summary('a small model finds questionable problems and solutions')
    .description(
      'Has a small model look at statement, solutions and further posts of each row. A row leaves where the statement is ' +
        'questionable, the solutions are inconsistent, or the reference has large gaps. Difficulty and whether the work ' +
        'is computational are noted and decide nothing.',
    )
    .argument('<input>', 'rows as JSONL, or the directory of a step');
  addAskOptions(addModelOptions(command))
    .option('--attempts <n>', 'how often a review is asked for, at most', '3')
    .option('--solutions <n>', 'solutions that the model is shown, at most', '4')
    .option('--comments <n>', 'further posts that the model is shown, at most', '12')
    .option('--keep-unread', 'rows whose review cannot be read go on (default: they are set aside)')
    .addHelpText(
      'after',
      `
Example:
  $ qed data review data/filter --model gpt-5-nano --budget '$20'`,
    )
    .action(async (input: string, options: ReviewOptions) => {
      process.exitCode = await review(input, options);
    });
}

/** Returns the exit code. */
async function review(input: string, options: ReviewOptions): Promise<number> {
  const { wholeNumber } = await import('./prove-setup.ts');
  const { runAskOfModel } = await import('./ask-of-model.ts');
  const { reviewStep } = await import('../curate/review/review-step.ts');
  const attempts = wholeNumber('--attempts', options.attempts, 1);
  const solutions = wholeNumber('--solutions', options.solutions, 1);
  const comments = wholeNumber('--comments', options.comments, 0);
  const keepUnread = options.keepUnread === true;
  return await runAskOfModel({ input, options, usual, name: 'review' }, (reviewer) =>
    reviewStep({ reviewer, attempts, solutions, comments, keepUnread }),
  );
}

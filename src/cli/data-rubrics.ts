/** `qed data rubrics`: a model writes the grading scheme of each problem that has none. */
import type { Command } from 'commander';
import { type AskedModelOptions, type AskOptions, addAskOptions, addModelOptions } from './ask-options.ts';

interface RubricsOptions extends AskOptions, AskedModelOptions {
  readonly attempts: string;
  readonly solutions: string;
  readonly replace?: boolean;
}

/** A scheme is short, but a strong model thinks before it. */
const usual = { maxTokens: 16_384, temperature: 0.7 };

export function addDataRubricsCommand(data: Command): void {
  const command = data
    .command('rubrics')
    .summary('a model writes grading schemes')
    .description(
      'Has a strong model write a grading scheme for each problem, from statement and solutions: checkpoints that come ' +
        'to 7 points (main results at least 4), items without credit, deductions and limits. A scheme that does not hold ' +
        'together is asked for again with the complaint; what stays so is set aside, with its cause. Schemes and ' +
        'guidelines that are there are kept; guidelines in the form of published rubrics are read as schemes.',
    )
    .argument('<input>', 'rows as JSONL, or the directory of a step');
  addAskOptions(addModelOptions(command))
    .option('--attempts <n>', 'how often a scheme is asked for, at most', '3')
    .option('--solutions <n>', 'solutions that the model is shown, at most', '3')
    .option('--replace', 'write schemes anew where there are some')
    .addHelpText(
      'after',
      `
Examples:
  $ qed data rubrics data/decontaminate --model gemini-3-pro --budget '$50'
  $ qed data rubrics problems.jsonl --model openai:http://localhost:8000/v1#qwen3-32b --out data/rubrics`,
    )
    .action(async (input: string, options: RubricsOptions) => {
      process.exitCode = await rubrics(input, options);
    });
}

/** Returns the exit code. */
async function rubrics(input: string, options: RubricsOptions): Promise<number> {
  const { wholeNumber } = await import('./prove-setup.ts');
  const { runAskOfModel } = await import('./ask-of-model.ts');
  const { rubricsStep } = await import('../curate/rubrics/rubrics-step.ts');
  const attempts = wholeNumber('--attempts', options.attempts, 1);
  const solutions = wholeNumber('--solutions', options.solutions, 1);
  const replace = options.replace === true;
  return await runAskOfModel({ input, options, usual, name: 'rubrics' }, (writer) =>
    rubricsStep({ writer, attempts, solutions, replace }),
  );
}

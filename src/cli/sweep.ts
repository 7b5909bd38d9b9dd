/**
 * `qed sweep`: runs a recipe with every combination of some values and several seeds, each as a run of its own below one
 * directory, and compares them. Interrupted or killed, the same command goes on.
 */
import path from 'node:path';
import { type Command, Option } from 'commander';
import type { Arm } from '../recipe/sweep/arms.ts';
import { equalities } from '../recipe/sweep/equal-samples.ts';
import { repeatable } from './repeatable-option.ts';
import { UserError } from './user-error.ts';

interface SweepCommandOptions {
  readonly over: readonly string[];
  readonly seeds: string;
  readonly sweep?: string;
  readonly set: readonly string[];
  readonly to?: string;
  readonly equal?: (typeof equalities)[number];
  readonly parallel: string;
  readonly json?: boolean;
}

export function addSweepCommand(program: Command): void {
  program
    .command('sweep')
    .summary('a recipe with several values of its fields and several seeds, compared')
    .description(
      'Runs a recipe with every combination of the values of some fields, and with several seeds, and compares the ' +
        'scores with intervals. Each arm is a run directory as qed run makes it; what two arms have in common is made ' +
        'once. The same command goes on where it was stopped, and adds arms when values or seeds are added.',
    )
    .argument('<recipe>', 'a YAML file, or the name of a recipe that comes with QED')
    .addOption(
      repeatable(
        '--over <field=value,value>',
        'what to vary, for example rl.groupSize=4,8,16; may be repeated',
      ),
    )
    .option('--seeds <n>', "seeds of each arm, counting up from the recipe's own", '1')
    .option('--sweep <dir>', 'directory of the arms (default: runs/sweep-, the recipe and the fields)')
    .addOption(repeatable('--set <field=value>', 'replace a field in every arm; may be repeated'))
    .addOption(
      new Option(
        '--equal <what>',
        'give every arm as many attempts as the recipe has, in problems a step (samples) or in steps',
      ).choices([...equalities]),
    )
    .option('--to <stage>', 'end every arm with this stage')
    .option('--parallel <n>', 'arms at once', '1')
    .option('--json', 'print JSON; progress goes to standard error')
    .addHelpText(
      'after',
      `
Examples:
  $ qed sweep lab-quick --over rl.groupSize=4,16 --equal samples --seeds 2
  $ qed sweep lab-quick --over rl.pipeline.maxLag=0,1,5 --to rl
  $ qed sweep recipes/mine.yaml --over sft.optimiser.learningRate=1e-5,3e-5 --over sft.data=all,one-per-problem

Ctrl-C stops after the step it is in; the same command goes on from there. Ctrl-C twice stops at once.
The tables, their figures as JSON and CSV, and a picture are written into the directory of the sweep.`,
    )
    .action(async (recipe: string, options: SweepCommandOptions) => {
      process.exitCode = await sweep(recipe, options);
    });
}

/** Returns the exit code. */
async function sweep(recipe: string, options: SweepCommandOptions): Promise<number> {
  const { parseSweptField } = await import('../recipe/sweep/swept-values.ts');
  const { armsOf } = await import('../recipe/sweep/arms.ts');
  const { wholeNumber } = await import('./prove-setup.ts');
  const { lastStageOfArms, runArms } = await import('./run-arms.ts');
  const seeds = wholeNumber('--seeds', options.seeds, 1);
  const parallel = wholeNumber('--parallel', options.parallel, 1);
  if (options.over.length === 0 && seeds === 1)
    throw new UserError('there is nothing to vary: give --over field=value,value, or --seeds', {
      exitCode: 2,
    });
  const over = options.over.map(parseSweptField);
  const { equal } = options;
  const arms = armsOf({ recipe, sets: options.set, over, seeds, ...(equal === undefined ? {} : { equal }) });
  const to = await lastStageOfArms(arms, options.to);
  const directory = path.resolve(options.sweep ?? defaultDirectory(arms));
  const isJson = options.json === true;
  return await runArms({
    ...{ arms, directory, to, parallel, what: 'sweep' },
    stream: isJson ? process.stderr : process.stdout,
    finish: async (outcomes) => {
      const { writeSweep } = await import('./sweep-output.ts');
      await writeSweep({ arms, outcomes, directory, json: isJson });
    },
  });
}

/** `runs/sweep-lab-quick-groupSize`. */
function defaultDirectory(arms: readonly Arm[]): string {
  const [first] = arms;
  const fields = (first?.settings ?? []).map(({ field }) => field.split('.').at(-1) ?? field);
  return path.join('runs', ['sweep', first?.loaded.recipe.name ?? '', ...fields].join('-'));
}

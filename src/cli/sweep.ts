/**
 * `qed sweep`: runs a recipe with every combination of some values and several seeds, each as a run of its own below one
 * directory, and compares them. Interrupted or killed, the same command goes on.
 */
import path from 'node:path';
import { type Command, Option } from 'commander';
import type { Arm } from '../recipe/sweep/arms.ts';
import { equalities } from '../recipe/sweep/equal-samples.ts';
import type { ArmOutcome } from '../recipe/sweep/run-sweep.ts';
import { interruptedExitCode, watchInterruption } from './interruption.ts';
import { repeatable } from './repeatable-option.ts';
import { commandToContinue } from './run.ts';
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
  const { chooseRunDirectory, makeRunDirectory } = await import('./run-directory.ts');
  const { shownPath } = await import('../recipe/shown-path.ts');
  const seeds = wholeNumber('--seeds', options.seeds, 1);
  const parallel = wholeNumber('--parallel', options.parallel, 1);
  if (options.over.length === 0 && seeds === 1)
    throw new UserError('there is nothing to vary: give --over field=value,value, or --seeds', {
      exitCode: 2,
    });
  const over = options.over.map(parseSweptField);
  const { equal } = options;
  const arms = armsOf({ recipe, sets: options.set, over, seeds, ...(equal === undefined ? {} : { equal }) });
  const to = await lastStage(arms, options.to);
  const directory = path.resolve(options.sweep ?? defaultDirectory(arms));
  // Before anything is computed, so that no arm is held to another recipe than its own.
  for (const arm of arms) {
    const given = path.join(directory, arm.name);
    chooseRunDirectory({
      recipe: arm.loaded.recipe,
      given,
      existing: false,
      workingDirectory: process.cwd(),
    });
  }
  makeRunDirectory(directory);
  const stream = options.json === true ? process.stderr : process.stdout;
  const { sweepView } = await import('./sweep-view.ts');
  const view = sweepView(arms, { parallel, stream, environment: process.env });
  view.remark(`${arms.length} ${arms.length === 1 ? 'arm' : 'arms'} in ${shownPath(directory)}`);
  const interruption = watchInterruption({
    onFirst: () =>
      view.remark('stopping after this step; Ctrl-C again stops at once. Either way the sweep can go on.'),
  });
  let outcomes: readonly ArmOutcome[];
  try {
    const { runSweep } = await import('../recipe/sweep/run-sweep.ts');
    const stage = to === undefined ? {} : { to };
    outcomes = await runSweep({ arms, directory, ...stage, parallel, view, signal: interruption.signal });
  } finally {
    interruption.dispose();
  }
  const again = commandToContinue(process.argv.slice(2), process.env);
  if (interruption.signal.aborted) {
    stream.write(`stopped; everything so far is in ${shownPath(directory)}. To go on:\n  ${again}\n`);
    return interruptedExitCode;
  }
  await import('./sweep-output.ts').then(({ writeSweep }) =>
    writeSweep({ arms, outcomes, directory, json: options.json === true }),
  );
  const failed = outcomes.flatMap((outcome, i) =>
    outcome.kind === 'failed' ? [`${arms[i]?.name}: ${outcome.error.message}`] : [],
  );
  if (failed.length === 0) return 0;
  throw new UserError(
    `${failed.length} of ${arms.length} arms failed:\n  ${failed.join('\n  ')}\nThe same command tries them again:\n  ${again}`,
    { exitCode: 1 },
  );
}

/** Throws a UserError when some arm has no such stage. */
async function lastStage(arms: readonly Arm[], name: string | undefined) {
  if (name === undefined) return undefined;
  const { stageIds, stagesOf } = await import('../recipe/schema.ts');
  const stage = stageIds.find((id) => id === name);
  const lacking = arms.find(({ loaded }) => !stagesOf(loaded.recipe).some((id) => id === name));
  if (stage !== undefined && lacking === undefined) return stage;
  const stages = stagesOf((lacking ?? arms[0])?.loaded.recipe ?? never()).join(', ');
  const who = stage === undefined ? 'there is no such stage' : `${lacking?.name} has no such stage`;
  throw new UserError(`--to ${name}: ${who}. Its stages: ${stages}`, { exitCode: 2 });
}

function never(): never {
  throw new Error('a sweep without arms');
}

/** `runs/sweep-lab-quick-groupSize`. */
function defaultDirectory(arms: readonly Arm[]): string {
  const [first] = arms;
  const fields = (first?.settings ?? []).map(({ field }) => field.split('.').at(-1) ?? field);
  return path.join('runs', ['sweep', first?.loaded.recipe.name ?? '', ...fields].join('-'));
}

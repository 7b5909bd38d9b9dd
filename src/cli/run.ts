/**
 * `qed run`: loads the recipe, chooses the run directory, runs the stages and shows them. Interrupted, it stops
 * after the step it is in; the same command goes on from there.
 */
import os from 'node:os';
import type { Command } from 'commander';
import type { RunOutcome } from '../recipe/run.ts';
import { interruptedExitCode, watchInterruption } from './interruption.ts';
import { repeatable } from './repeatable-option.ts';
import { UserError } from './user-error.ts';

export interface RunCommandOptions {
  readonly run?: string;
  readonly set: readonly string[];
  readonly from?: string;
  readonly to?: string;
}

export function addRunCommand(program: Command): void {
  program
    .command('run')
    .summary("run a recipe's stages, or go on with a run")
    .description(
      "Runs a recipe's stages in a run directory. An unfinished run of the recipe goes on where it stopped; after " +
        'a finished one a new run begins beside it (runs/NAME, runs/NAME-2, …). A study (a recipe with arms and seeds, ' +
        'such as lab-paper) goes on in one directory, and draws its own report.',
    )
    .argument('<recipe>', 'a YAML file, or the name of a recipe that comes with QED, such as lab-quick')
    .option('--run <dir>', 'run directory (default: runs/ and the name of the recipe)')
    .addOption(
      repeatable(
        '--set <field=value>',
        'replace a field of the recipe, for example rl.steps=40; may be repeated',
      ),
    )
    .option(
      '--from <stage>',
      'begin with this stage; those before it must be done (data, pretrain, sft, rl, judge, evaluate, report)',
    )
    .option('--to <stage>', 'end with this stage')
    .addHelpText(
      'after',
      `
Examples:
  $ qed run lab-quick
  $ qed run recipes/lab.yaml --run runs/long --set rl.steps=400 --set seed=2
  $ qed run recipes/lab.yaml --to sft
  $ qed run lab-paper --set seeds=1

Ctrl-C stops after the step it is in; the same command goes on from there. Ctrl-C twice stops at once.`,
    )
    .action(async (recipe: string, options: RunCommandOptions) => {
      process.exitCode = await run(recipe, options);
    });
}

/** Returns the exit code. */
async function run(recipeName: string, options: RunCommandOptions): Promise<number> {
  const { loadRecipe, recipeKind } = await import('../recipe/load.ts');
  const kind = recipeKind(recipeName);
  if (kind === 'study') {
    const { runStudy } = await import('./study.ts');
    return await runStudy(recipeName, options);
  }
  if (kind === 'curation') {
    const { runCuration } = await import('./curation.ts');
    return await runCuration(recipeName, options);
  }
  const { stageIds, stagesOf } = await import('../recipe/schema.ts');
  const { chooseRunDirectory, makeRunDirectory } = await import('./run-directory.ts');
  const { shownPath } = await import('../recipe/shown-path.ts');
  const { progressView } = await import('./progress-view.ts');
  const loaded = loadRecipe(recipeName, options.set);
  const stages = stagesOf(loaded.recipe);
  const stageNamed = (flag: '--from' | '--to', name: string | undefined) => {
    if (name === undefined) return undefined;
    const stage = stages.find((id) => id === name);
    if (stage !== undefined) return stage;
    const reason = stageIds.some((id) => id === name)
      ? `${loaded.recipe.name} has no such stage`
      : 'there is no such stage';
    throw new UserError(`${flag} ${name}: ${reason}. Its stages: ${stages.join(', ')}`, { exitCode: 2 });
  };
  const from = stageNamed('--from', options.from);
  const to = stageNamed('--to', options.to);
  if (from !== undefined && to !== undefined && stages.indexOf(from) > stages.indexOf(to)) {
    throw new UserError(`--from ${from} comes after --to ${to}`, { exitCode: 2 });
  }
  const chosen = chooseRunDirectory({
    recipe: loaded.recipe,
    given: options.run,
    existing: from !== undefined,
    workingDirectory: process.cwd(),
  });
  if (chosen.state === 'new' && from !== undefined && from !== stages[0]) {
    throw new UserError(`--from ${from}: there is no run to begin from; a new one begins with ${stages[0]}`, {
      exitCode: 2,
    });
  }
  makeRunDirectory(chosen.directory);
  const shown = shownPath(chosen.directory);
  const view = progressView(process.stdout, process.env);
  const interruption = watchInterruption({
    onFirst: () =>
      view.remark('stopping after this step; Ctrl-C again stops at once. Either way the run can go on.'),
  });
  let outcome: RunOutcome;
  try {
    view.remark(`${loaded.recipe.name} in ${shown}: ${beginnings[chosen.state]}`);
    const { engine } = loaded.recipe;
    const threads = engine.kind === 'ort' ? engine.threads : 'auto';
    const crowding = threadsRemark(threads, os.availableParallelism());
    if (crowding !== undefined) view.remark(crowding);
    // The engine and the statistics are loaded only now, so that --help and a wrong recipe answer at once.
    const { runRecipe } = await import('../recipe/run.ts');
    outcome = await runRecipe({
      recipe: loaded.recipe,
      recipeText: loaded.text,
      recipeDirectory: loaded.directory,
      runDirectory: chosen.directory,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      where: loaded.where,
      progress: view,
      signal: interruption.signal,
    });
  } finally {
    interruption.dispose();
    view.close();
  }
  if (outcome.status === 'stopped') {
    const again = commandToContinue(process.argv.slice(2), process.env);
    process.stdout.write(`stopped; everything so far is in ${shown}. To go on:\n  ${again}\n`);
    return interruptedExitCode;
  }
  process.stdout.write(
    outcome.reportPath === undefined
      ? `done up to ${to ?? 'here'}; without --to the run goes on from there\n`
      : `report: ${shownPath(outcome.reportPath)}\n`,
  );
  return 0;
}

const beginnings = {
  new: 'a new run',
  unfinished: 'going on with the unfinished run',
  finished: 'a finished run',
} as const;

/** What to say of a number of threads that the machine has no cores for; undefined when it has. */
export function threadsRemark(threads: number | 'auto', cores: number): string | undefined {
  if (threads === 'auto' || threads <= cores) return undefined;
  return `engine.threads is ${threads}, but there ${cores === 1 ? 'is 1 core' : `are ${cores} cores`} here: it will be slower than with ${cores}`;
}

/** The command line that continues this run, as it would be typed; `args` are those of `qed`. */
export function commandToContinue(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const quoted = args.map((arg) => (/^[\w./:=@,+-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`));
  if (environment.npm_lifecycle_event === 'start') {
    const extra = quoted.slice(2);
    return ['npm start', ...(extra.length > 0 ? ['--', ...extra] : [])].join(' ');
  }
  return [environment.npm_lifecycle_event === 'qed' ? 'npm run qed --' : 'qed', ...quoted].join(' ');
}

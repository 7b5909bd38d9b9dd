/**
 * `qed doctor`: what works on this machine, or with `--recipe` what a recipe needs of endpoints, models, prices and disk, and how
 * to mend what does not. Exit code 1 if something that a run needs does not work.
 */
import path from 'node:path';
import type { Command } from 'commander';
import type { RecipeCheck } from '../recipe/doctor/recipe-check.ts';
import type { LoadedRecipe } from '../recipe/load.ts';
import type { RecipeFault } from '../recipe/recipe-error.ts';
import type { CheckResult } from './doctor-checks.ts';
import { repeatable } from './repeatable-option.ts';
import type { Style } from './text.ts';
import { UserError } from './user-error.ts';

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .summary('say what works on this machine and how to mend what does not')
    .description(
      'Checks Node.js, the engine with every execution provider that it has, memory, disk and the file system of the ' +
        'working directory. With --recipe it checks in their place what a recipe needs before its first hour of computing is paid for: ' +
        'model, tokenizer and chat template, the engine’s server, every endpoint that it names, lengths, prices and disk. Each endpoint is asked ' +
        'for a few tokens. Exit code 1 if something that a run needs does not work.',
    )
    .option('--recipe <recipe>', 'a recipe’s file or name')
    .addOption(repeatable('--set <field=value>', 'with --recipe: replaces a field of it'))
    .addOption(
      repeatable(
        '--serving <model>',
        'with --recipe: an endpoint of the model that it trains, compared token by token',
      ),
    )
    .option('--budget <text>', 'with --recipe: what its endpoints may cost at most, such as "$200"')
    .option(
      '--measure',
      'with --recipe: measure what the engine’s server does, on a small model that it makes for it',
    )
    .option('--run <directory>', 'with --recipe: where the run will be (default: runs/NAME)')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ qed doctor
  $ qed doctor --recipe my-recipe.yaml --set rl.grader=gpt-oss-20b --budget '$200'
  $ qed doctor --recipe my-recipe.yaml --serving openai:http://127.0.0.1:8000/v1#my-model --json`,
    )
    .action(async (options: DoctorOptions) => {
      if (options.recipe === undefined) {
        refuseRecipeOptions(options);
        const { checkMachine } = await import('./doctor-checks.ts');
        const checks = await checkMachine(process.cwd());
        process.exitCode = await told(
          checks,
          checks.every(({ status }) => status !== 'fail'),
          options,
        );
      } else {
        const checks = await recipeChecks(options.recipe, options);
        process.exitCode = await told(
          checks,
          checks.every(({ status }) => status !== 'failed'),
          options,
        );
      }
    });
}

interface DoctorOptions {
  readonly recipe?: string;
  readonly set: readonly string[];
  readonly serving: readonly string[];
  readonly budget?: string;
  readonly run?: string;
  readonly measure?: boolean;
  readonly json?: boolean;
}

type Check = CheckResult | RecipeCheck;

function refuseRecipeOptions({ set, serving, budget, run, measure }: DoctorOptions): void {
  for (const [flag, isGiven] of [
    ['--set', set.length > 0],
    ['--serving', serving.length > 0],
    ['--budget', budget !== undefined],
    ['--run', run !== undefined],
    ['--measure', measure === true],
  ] as const)
    if (isGiven) throw new UserError(`${flag} goes with --recipe`, { exitCode: 2 });
}

async function recipeChecks(
  file: string,
  { set, serving, budget, run, measure }: DoctorOptions,
): Promise<RecipeCheck[]> {
  const { loadRecipe, recipeKind } = await import('../recipe/load.ts');
  const { RecipeError } = await import('../recipe/recipe-error.ts');
  const { checkRecipe } = await import('../recipe/doctor/check-recipe.ts');
  const { told: toldAs } = await import('./prove-setup.ts');
  const kind = recipeKind(file);
  if (kind === 'study')
    throw new UserError(`--recipe ${file}: it is a study; name the recipe that its arms change`, {
      exitCode: 1,
    });
  if (kind === 'curation') {
    const { loadCuration } = await import('../recipe/curation/load-curation.ts');
    const { checkCuration } = await import('../recipe/doctor/check-curation.ts');
    return await checkCuration(loadCuration(file, set));
  }
  const { parseBudget } = await import('../prove/budget.ts');
  const parsed =
    budget === undefined ? undefined : await toldAs(async () => parseBudget(budget), ['BudgetTextError']);
  let loaded: LoadedRecipe;
  try {
    loaded = loadRecipe(file, set);
  } catch (error) {
    if (!(error instanceof RecipeError)) throw error;
    return error.faults.map(faultCheck);
  }
  const runDirectory = run ?? path.join('runs', loaded.recipe.name);
  return await checkRecipe(loaded, { serving, budget: parsed, runDirectory, measures: measure === true });
}

/** What a recipe says wrongly, in the form of the other checks: nothing else of it can be checked then. */
function faultCheck({ where, field, message, hints }: RecipeFault): RecipeCheck {
  return {
    ...{ name: field === '' ? 'recipe' : field, status: 'failed', found: `${where}: ${message}` },
    mend:
      hints.length === 0
        ? 'Mend the field, or replace it with --set; then the rest is checked.'
        : hints.join(' '),
  };
}

/** Returns the exit code. */
async function told(checks: readonly Check[], ok: boolean, { json }: DoctorOptions): Promise<number> {
  if (json === true) process.stdout.write(`${JSON.stringify({ ok, checks }, null, 2)}\n`);
  else await printChecks(checks);
  return ok ? 0 : 1;
}

async function printChecks(checks: readonly Check[]): Promise<void> {
  const { isColorWanted } = await import('./progress-view.ts');
  const { paint } = await import('./text.ts');
  const color = process.stdout.isTTY === true && isColorWanted(process.env);
  const styles: Record<Check['status'], Style> = {
    ...{ ok: 'green', none: 'dim', warn: 'yellow', fail: 'red' },
    ...{ unchecked: 'dim', warning: 'yellow', failed: 'red' },
  };
  const statusWidth = Math.max(4, ...checks.map((check) => check.status.length));
  const width = Math.max(...checks.map((check) => check.name.length));
  for (const { name, status, found, mend } of checks) {
    process.stdout.write(
      `${paint(status.padEnd(statusWidth), styles[status], color)}  ${name.padEnd(width)}  ${found}\n`,
    );
    if (mend !== undefined) process.stdout.write(`${' '.repeat(width + statusWidth + 4)}${mend}\n`);
  }
}

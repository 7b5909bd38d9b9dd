/** `qed plan run`: what a recipe would take on a cluster. Nothing is loaded, nobody is called, nothing is written. */
import type { Command } from 'commander';
import { repeatable } from './repeatable-option.ts';

export interface PlanRunOptions {
  readonly cluster: string;
  readonly set: readonly string[];
  readonly simulated: string;
  readonly seed: string;
  readonly texts?: string;
  readonly textTokens: string;
  readonly judgeTokens: string;
  readonly nodeHour?: string;
  readonly json?: boolean;
}

export function addPlanRunCommand(plan: Command): void {
  plan
    .command('run')
    .summary('what a recipe would take on a cluster: steps, tokens, calls, hours, money')
    .description(
      'Says what the training stages of a recipe would take on the machines that a cluster file describes: reinforcement ' +
        'learning by simulating its pipeline (qed simulate), supervised training by its sizes. Nothing is loaded and nobody ' +
        'is called.',
    )
    .argument('<recipe>', 'a YAML file, or the name of a recipe that comes with QED')
    .option('--cluster <cluster>', 'description of the machines: a name or a file', 'paper')
    .addOption(repeatable('--set <field=value>', 'replaces a field of the recipe'))
    .option(
      '--simulated <n>',
      'most steps of reinforcement learning to simulate; the others are taken to be alike',
      '40',
    )
    .option('--seed <n>', 'of lengths, latencies and stragglers', '1')
    .option(
      '--texts <n>',
      'texts of supervised training, after one for each problem was chosen where the recipe does',
    )
    .option('--text-tokens <n>', 'mean tokens of such a text, an assumption', '20000')
    .option('--judge-tokens <p/r>', 'mean tokens of a grading, prompt and reply, an assumption', '4000/6000')
    .option('--node-hour <dollars>', 'what an hour of a node costs')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ qed plan run qed-nano --set model.from=models/qwen3-4b-thinking --texts 4281 --node-hour 24
  $ qed plan run qed-nano-single-node --cluster single-node`,
    )
    .action(async (recipe: string, options: PlanRunOptions) => {
      const { plannedRunText } = await import('./plan-run-run.ts');
      process.stdout.write(await plannedRunText(recipe, options));
    });
}

/** `qed plan calibrate`: what `qed calibrate` with the same arguments would call and cost. Nothing is loaded, nobody is called. */
import type { Command } from 'commander';
import { addCalibrateOptions } from './calibrate.ts';
import type { PlanCalibrateOptions } from './plan-calibrate-run.ts';

export function addPlanCalibrateCommand(plan: Command): void {
  const command = plan
    .command('calibrate')
    .summary('what qed calibrate would call and cost')
    .description(
      'Says how many gradings, tokens and dollars qed calibrate with the same arguments would take.',
    );
  addCalibrateOptions(command)
    .option('--injections <n>', 'wrong proofs of each set with planted attacks')
    .option('--measured <run>', 'run whose recorded calls the sizes come from (default: all runs in runs/)')
    .option('--json', 'print JSON')
    .action(async (options: PlanCalibrateOptions) => {
      const { plannedText } = await import('./plan-calibrate-run.ts');
      process.stdout.write(await plannedText(options));
    });
}

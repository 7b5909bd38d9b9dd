/**
 * `qed doctor`: what works on this machine, and how to mend what does not. Exit code 1 if something that a run
 * needs does not work.
 */
import type { Command } from 'commander';
import type { CheckResult } from './doctor-checks.ts';
import type { Style } from './text.ts';

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .summary('say what works on this machine and how to mend what does not')
    .description(
      'Checks Node.js, the engine with every execution provider that it has, memory, disk and the file system of the ' +
        'working directory. Exit code 1 if ' +
        'something that a run needs does not work.',
    )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ qed doctor
  $ qed doctor --json`,
    )
    .action(async (options: { readonly json?: boolean }) => {
      const { checkMachine } = await import('./doctor-checks.ts');
      const checks = await checkMachine(process.cwd());
      const ok = checks.every((check) => check.status !== 'fail');
      if (options.json === true) process.stdout.write(`${JSON.stringify({ ok, checks }, null, 2)}\n`);
      else await printChecks(checks);
      process.exitCode = ok ? 0 : 1;
    });
}

async function printChecks(checks: readonly CheckResult[]): Promise<void> {
  const { isColorWanted } = await import('./progress-view.ts');
  const { paint } = await import('./text.ts');
  const color = process.stdout.isTTY === true && isColorWanted(process.env);
  const styles: Record<CheckResult['status'], Style> = {
    ok: 'green',
    none: 'dim',
    warn: 'yellow',
    fail: 'red',
  };
  const width = Math.max(...checks.map((check) => check.name.length));
  for (const { name, status, found, mend } of checks) {
    process.stdout.write(
      `${paint(status.padEnd(4), styles[status], color)}  ${name.padEnd(width)}  ${found}\n`,
    );
    if (mend !== undefined) process.stdout.write(`${' '.repeat(width + 8)}${mend}\n`);
  }
}

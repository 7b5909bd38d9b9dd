/**
 * The command line: parses, calls one command, and turns what happens into an exit code. 0: what was asked for is
 * done; 1: an error; 2: it was not asked for properly; 130: interrupted. Errors are one message, not a stack
 * (QED_DEBUG=1 shows that too), and a reader that has gone away (`qed … | head`) is no error.
 */
import { Command, CommanderError } from 'commander';
import { JournalError } from '../journal/errors.ts';
import { DataFileError } from '../problems/json-lines.ts';
import { packageVersion } from '../recipe/package-version.ts';
import { addBenchCommand } from './bench.ts';
import { addCalibrateCommand } from './calibrate.ts';
import { addCompareCommand } from './compare.ts';
import { addDataCommand } from './data.ts';
import { StoppedError } from './data-step-run.ts';
import { addDoctorCommand } from './doctor.ts';
import { addExportCommand } from './export.ts';
import { addGradeCommand } from './grade.ts';
import { addImportCommand } from './import.ts';
import { interruptedExitCode } from './interruption.ts';
import { addPlanCommand } from './plan.ts';
import { addProveCommand } from './prove.ts';
import { addRunCommand } from './run.ts';
import { addServeCommand } from './serve.ts';
import { addSimulateCommand } from './simulate.ts';
import { addSweepCommand } from './sweep.ts';
import { UserError } from './user-error.ts';

ignoreClosedOutput();
process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const program = new Command('qed')
    .description('Teaches a small language model to write proofs, and measures it.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .showHelpAfterError('(--help shows what there is)')
    .configureHelp({ showGlobalOptions: false })
    // What stands after a command's name is that command's, down to `qed plan calibrate`.
    .enablePositionalOptions()
    .exitOverride()
    .addHelpText(
      'after',
      `
Examples:
  $ qed doctor
  $ qed run lab-quick
  $ qed run --help`,
    );
  addRunCommand(program);
  addSweepCommand(program);
  addProveCommand(program);
  addPlanCommand(program);
  addBenchCommand(program);
  addGradeCommand(program);
  addCalibrateCommand(program);
  addCompareCommand(program);
  addServeCommand(program);
  addSimulateCommand(program);
  addDataCommand(program);
  addImportCommand(program);
  addExportCommand(program);
  addDoctorCommand(program);
  if (args.length === 0) {
    program.outputHelp({ error: true });
    return 2;
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return typeof process.exitCode === 'number' ? process.exitCode : 0;
  } catch (error) {
    return explain(error);
  }
}

/** Says what went wrong on standard error; returns the exit code. */
function explain(thrown: unknown): number {
  // Of several things that went wrong at once, a full disk or a damaged record is the one to mend.
  const recorded =
    thrown instanceof AggregateError ? thrown.errors.find((one) => one instanceof JournalError) : undefined;
  const error: unknown = recorded ?? thrown;
  // Commander has printed its own message, or the help that was asked for.
  if (error instanceof CommanderError) {
    // npm keeps the options before "--" to itself, and passes on their values alone.
    if (error.code === 'commander.excessArguments')
      process.stderr.write('With npm, put -- before the arguments: npm start -- --run DIR\n');
    return error.exitCode === 0 ? 0 : 2;
  }
  const isExpected =
    error instanceof UserError ||
    error instanceof StoppedError ||
    error instanceof JournalError ||
    error instanceof DataFileError ||
    (error instanceof Error && ['RecipeError', 'TooManyUngradedError'].includes(error.name));
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${isExpected ? '' : 'error: '}${text}\n`);
  if (process.env.QED_DEBUG === '1') process.stderr.write(`${inspectable(error)}\n`);
  else if (!isExpected) process.stderr.write('QED_DEBUG=1 in the environment shows where this comes from.\n');
  if (error instanceof StoppedError) return interruptedExitCode;
  return error instanceof UserError ? error.exitCode : 1;
}

/** Stacks of the error and of its causes. */
function inspectable(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by: ${inspectable(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}

/** The work goes on when nobody reads its output any more: its result is on disk. */
function ignoreClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EIO' && error.code !== 'ERR_STREAM_DESTROYED')
        throw error;
    });
  }
}

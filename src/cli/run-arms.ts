/**
 * Runs the arms of a sweep or a study below one directory and shows them; Ctrl-C stops after the step that they are in, and
 * the same command goes on.
 */
import path from 'node:path';
import type { StageId } from '../recipe/schema.ts';
import { shownPath } from '../recipe/shown-path.ts';
import type { Arm } from '../recipe/sweep/arms.ts';
import type { ArmOutcome } from '../recipe/sweep/run-sweep.ts';
import { interruptedExitCode, watchInterruption } from './interruption.ts';
import { commandToContinue } from './run.ts';
import { chooseRunDirectory, makeRunDirectory } from './run-directory.ts';
import { UserError } from './user-error.ts';

export interface ArmsRun {
  readonly arms: readonly Arm[];
  /** Absolute. */
  readonly directory: string;
  /** Last stage. */
  readonly to: StageId | undefined;
  readonly parallel: number;
  readonly stream: NodeJS.WriteStream;
  /** `sweep` or `study`. */
  readonly what: string;
  /** Writes down what the arms have come to; not called when a person has stopped them. */
  readonly finish: (outcomes: readonly ArmOutcome[]) => Promise<void>;
}

/** Returns the exit code. Throws a UserError that names the arms that failed, after `finish`. */
export async function runArms(run: ArmsRun): Promise<number> {
  const { arms, directory, to, parallel, stream, what } = run;
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
  const { sweepView } = await import('./sweep-view.ts');
  const view = sweepView(arms, { parallel, stream, environment: process.env });
  view.remark(`${arms.length} ${arms.length === 1 ? 'arm' : 'arms'} in ${shownPath(directory)}`);
  const interruption = watchInterruption({
    onFirst: () =>
      view.remark(`stopping after this step; Ctrl-C again stops at once. Either way the ${what} can go on.`),
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
  await run.finish(outcomes);
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
export async function lastStageOfArms(
  arms: readonly Arm[],
  name: string | undefined,
): Promise<StageId | undefined> {
  if (name === undefined) return undefined;
  const { stageIds, stagesOf } = await import('../recipe/schema.ts');
  const stage = stageIds.find((id) => id === name);
  const lacking = arms.find(({ loaded }) => !stagesOf(loaded.recipe).some((id) => id === name));
  if (stage !== undefined && lacking === undefined) return stage;
  const shown = lacking ?? arms[0];
  const stages = shown === undefined ? '' : stagesOf(shown.loaded.recipe).join(', ');
  const who = stage === undefined ? 'there is no such stage' : `${lacking?.name} has no such stage`;
  throw new UserError(`--to ${name}: ${who}. Its stages: ${stages}`, { exitCode: 2 });
}

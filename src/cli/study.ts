/** `qed run` of a study: its arms, each a run of its own below one directory, then the report over all of them. */
import path from 'node:path';
import { loadStudy } from '../recipe/study/load-study.ts';
import type { RunCommandOptions } from './run.ts';
import { lastStageOfArms, runArms } from './run-arms.ts';
import { UserError } from './user-error.ts';

/** Returns the exit code. */
export async function runStudy(recipe: string, options: RunCommandOptions): Promise<number> {
  if (options.from !== undefined)
    throw new UserError(`--from ${options.from}: a study goes on where it stopped, in all of its arms`, {
      exitCode: 2,
    });
  const study = loadStudy(recipe, options.set);
  const { arms } = study;
  const to = await lastStageOfArms(arms, options.to);
  const directory = path.resolve(options.run ?? path.join('runs', study.name));
  return await runArms({
    ...{ arms, directory, to, parallel: 1, what: 'study' },
    stream: process.stdout,
    finish: async (outcomes) => {
      const { writeStudy } = await import('./study-output.ts');
      await writeStudy({ study, outcomes, directory, isWhole: to === undefined });
    },
  });
}

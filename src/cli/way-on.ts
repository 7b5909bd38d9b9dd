/**
 * The end of a run that a model's failure has ended for all that was left to do, such as nobody there or a wrong key: what
 * is to be mended, and the command that goes on from there afterwards.
 */
import { ModelError } from '../model/model-error.ts';
import { shownPath } from '../recipe/shown-path.ts';
import { commandToContinue } from './run.ts';
import { UserError } from './user-error.ts';

/** Throws a UserError in place of a ModelError. `directory` is the run's. */
export async function withWayOn<T>(directory: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    const again = commandToContinue(process.argv.slice(2), process.env);
    const ways = `everything so far is in ${shownPath(directory)}. Once that is mended, to go on:\n  ${again}`;
    throw new UserError(`${error.message}\n${ways}`, { exitCode: 1, cause: error });
  }
}

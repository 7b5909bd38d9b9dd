/**
 * Where a run of `qed prove`, `qed bench`, `qed grade` or `qed calibrate` lives: `runs/prove-NAME-DIGEST`, the same for the same
 * problems, models, scaffold and seed, so that the same command finds its run again; or the directory that `--run` names, if it
 * is a run of the same.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { identityDifferences, runName } from '../prove/run-identity.ts';
import { shownPath } from '../recipe/shown-path.ts';
import { makeRunDirectory } from './run-directory.ts';
import { UserError } from './user-error.ts';

/** The command that a run is a run of. What it is a run of lies in `COMMAND.json`. */
export type RunCommand = 'prove' | 'bench' | 'grade' | 'calibrate';

export interface ProveDirectory {
  /** Absolute. */
  readonly directory: string;
  readonly isNew: boolean;
}

/** Throws a UserError where the directory is another run's, or no run's. Writes nothing. */
export function findProveDirectory(
  name: string,
  identity: object,
  given: string | undefined,
  command: RunCommand = 'prove',
): ProveDirectory {
  const directory = path.resolve(given ?? path.join('runs', runName(name, identity, command)));
  const identityFile = `${command}.json`;
  const file = path.join(directory, identityFile);
  if (!existsSync(file)) {
    const foreign = existsSync(directory)
      ? readdirSync(directory).filter((entry) => !/^(\..*|journal\.db.*|run\.lock.*|blobs)$/.test(entry))
      : [];
    if (foreign.length === 0) return { directory, isNew: true };
    throw new UserError(
      `${shownPath(directory)} has files in it (${foreign.slice(0, 3).join(', ')}) but no ${identityFile}: it is no run of qed ${command}. Give --run a new directory`,
      { exitCode: 1 },
    );
  }
  const differences = identityDifferences(readIdentity(file), identity);
  if (differences.length === 0) return { directory, isNew: false };
  throw new UserError(
    `${shownPath(directory)} was begun with something else; it goes on only with its own (${differences.join('; ')}). Give --run a new directory, or none`,
    { exitCode: 1 },
  );
}

function readIdentity(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as unknown;
  } catch {
    throw new UserError(
      `${shownPath(file)} is damaged; restore it from a copy, or give --run a new directory`,
      {
        exitCode: 1,
      },
    );
  }
}

/** Makes the directory and writes what it is a run of. */
export async function beginProveDirectory(
  { directory, isNew }: ProveDirectory,
  identity: object,
  command: RunCommand = 'prove',
): Promise<void> {
  makeRunDirectory(directory);
  if (!isNew) return;
  const { writeFileAtomic } = await import('../journal/atomic-file.ts');
  await writeFileAtomic(path.join(directory, `${command}.json`), `${JSON.stringify(identity, null, 2)}\n`);
}

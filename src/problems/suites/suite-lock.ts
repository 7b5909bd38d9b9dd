/**
 * What a run's suites were when they were first used: `suites.lock.json` in the run directory. A suite whose files
 * have changed since is refused, so that one run never mixes two versions of a test.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../../journal/atomic-file.ts';
import { SuiteError } from './suite-error.ts';

const lockedSuiteSchema = z.object({
  /** The commit, for a data set of the hub. */
  revision: z.string().optional(),
  files: z.array(z.object({ name: z.string(), sha256: z.string(), bytes: z.number() })).min(1),
});
const lockSchema = z.object({ version: z.literal(1), suites: z.record(z.string(), lockedSuiteSchema) });

export type LockedSuite = z.infer<typeof lockedSuiteSchema>;

/** What is recorded of the suite that is asked for as `spec`, if anything. Throws a SuiteError for a broken file. */
export function lockedSuite(lockFile: string, spec: string): LockedSuite | undefined {
  return readLock(lockFile)?.suites[spec];
}

/** Records a suite at its first use; compares at every later one. Throws a SuiteError where it is another. */
export async function lockSuite(lockFile: string, spec: string, found: LockedSuite): Promise<void> {
  const lock = readLock(lockFile) ?? { version: 1, suites: {} };
  const recorded = lock.suites[spec];
  if (recorded === undefined) {
    const next = { ...lock, suites: { ...lock.suites, [spec]: found } };
    await writeFileAtomic(lockFile, `${JSON.stringify(next, null, 2)}\n`);
    return;
  }
  for (const [index, { name, sha256 }] of recorded.files.entries()) {
    const now = found.files[index];
    if (now?.sha256 === sha256) continue;
    throw new SuiteError(
      `${spec}: ${name} is not what it was when this run first used it: its SHA-256 was ${sha256} and is ` +
        `${now?.sha256 ?? 'that of no file'}; restore the file, or begin a new run (${path.basename(lockFile)} remembers)`,
    );
  }
  if (found.files.length > recorded.files.length) {
    throw new SuiteError(`${spec}: it has more files than when this run first used it; begin a new run`);
  }
}

function readLock(lockFile: string): z.infer<typeof lockSchema> | undefined {
  if (!existsSync(lockFile)) return undefined;
  try {
    return lockSchema.parse(JSON.parse(readFileSync(lockFile, 'utf8')));
  } catch (cause) {
    throw new SuiteError(
      `${lockFile}: it cannot be read; restore it from a copy of the run, or begin a new run`,
      { cause },
    );
  }
}

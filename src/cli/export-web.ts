/**
 * `qed serve --export`: the web app as files. It ends with 0 when the site is whole, also where runs are damaged, which are told;
 * with 1 when it could not be written, with 2 for a directory that is somebody else's, with 130 after Ctrl-C: then the site of
 * before is as it was.
 */
import { interruptedExitCode, watchInterruption } from './interruption.ts';
import { UserError } from './user-error.ts';

export interface ExportWebOptions {
  readonly folder: string;
  readonly directory: string;
  readonly quiet?: boolean;
}

/** Between lines of progress. */
const millisecondsBetween = 10_000;

/** Returns the exit code. */
export async function exportWeb({ folder, directory, quiet = false }: ExportWebOptions): Promise<number> {
  const [{ builtWebApp }, { exportSite }, { ForeignDirectoryError }] = await Promise.all([
    import('./built-web-app.ts'),
    import('../serve/web/export/export-site.ts'),
    import('../serve/web/export/site-place.ts'),
  ]);
  const appDirectory = await builtWebApp();
  const interruption = watchInterruption({ onFirst: () => undefined });
  let last = performance.now();
  const onFile = (files: number, bytes: number): void => {
    if (quiet || performance.now() - last < millisecondsBetween) return;
    last = performance.now();
    process.stderr.write(`${counted(files, 'file')}, ${megabytes(bytes)} …\n`);
  };
  try {
    const { signal } = interruption;
    const site = await exportSite({ folder, appDirectory, directory, onFile, signal });
    for (const trouble of site.troubles) process.stderr.write(`could not be read: ${trouble}\n`);
    const more = site.troubleCount - site.troubles.length;
    if (more > 0) process.stderr.write(`and ${more} more\n`);
    process.stdout.write(
      `${counted(site.runs, 'run')}, ${counted(site.files, 'answer')}, ${megabytes(site.bytes)}: ${directory}\n` +
        'Any web server shows it, also below a folder of its own. Here, for example:\n' +
        `  python3 -m http.server --directory ${directory}\n`,
    );
    return 0;
  } catch (error) {
    if (interruption.signal.aborted) {
      process.stderr.write('stopped; what was in the directory before is as it was\n');
      return interruptedExitCode;
    }
    if (error instanceof ForeignDirectoryError) {
      throw new UserError(`${error.message}; name a new or an empty directory`, { exitCode: 2 });
    }
    if (error instanceof Error && 'code' in error) {
      throw new UserError(`${directory}: the site could not be written: ${error.message}`, {
        ...{ exitCode: 1, cause: error },
      });
    }
    throw error;
  } finally {
    interruption.dispose();
  }
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

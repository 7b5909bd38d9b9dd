/**
 * Names of files and directories that are being written, as hidden siblings of what they will become:
 * `.NAME.tmp-PID-COUNT`. From the name one can tell whether its writer still lives, so that what a dead process
 * left can be removed and what a living one writes is left alone.
 */
import { basename, dirname, join } from 'node:path';

const pattern = /^\.(.+)\.tmp-(\d+)-\d+$/;
const inUse = new Set<string>();
let count = 0;

/** A fresh sibling name of `path`; call `release` when it has been renamed or removed. */
export function temporaryName(path: string): { readonly path: string; readonly release: () => void } {
  count += 1;
  const temporary = join(dirname(path), `.${basename(path)}.tmp-${process.pid}-${count}`);
  inUse.add(temporary);
  return { path: temporary, release: () => inUse.delete(temporary) };
}

/** Whether `path` has such a name and nobody writes it any more. */
export function isStaleTemporary(path: string): boolean {
  const match = pattern.exec(basename(path));
  if (match === null) return false;
  const pid = Number(match[2]);
  return pid === process.pid ? !inUse.has(path) : !isAlive(pid);
}

/** What `name`, a temporary one, was to become. */
export function finalNameOf(name: string): string {
  const final = pattern.exec(name)?.[1];
  if (final === undefined) throw new TypeError(`"${name}" is not a temporary name`);
  return final;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

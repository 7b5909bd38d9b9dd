/**
 * Paths as messages show them: relative to the working directory below it, absolute elsewhere.
 */
import path from 'node:path';

export function shownPath(absolute: string): string {
  const relative = path.relative(process.cwd(), absolute);
  if (relative === '') return '.';
  return relative.startsWith('..') || path.isAbsolute(relative) ? absolute : relative;
}

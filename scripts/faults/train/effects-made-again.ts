/** PAY-ONCE by what the sittings of a run wrote down: effects that were acknowledged in one and made in a later one. */
import { readFileSync } from 'node:fs';

/** `files`: of each sitting, lines of `made NAME` and `acknowledged NAME`. */
export function effectsMadeAgain(files: readonly string[]): number {
  const acknowledged = new Set<string>();
  let again = 0;
  for (const file of files) {
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    const of = (what: string): string[] =>
      lines.filter((line) => line.startsWith(`${what} `)).map((line) => line.slice(what.length + 1));
    again += of('made').filter((name) => acknowledged.has(name)).length;
    for (const name of of('acknowledged')) acknowledged.add(name);
  }
  return again;
}

/**
 * `@cortex-js/compute-engine` on pairs of JSON lines, from a directory in which it is installed: its own equality of
 * what it parses, as one JSON line a pair. Started with the directory as its only argument.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';

interface Boxed {
  readonly isValid: boolean;
  isEqual(other: Boxed): boolean | undefined;
}

const directory = path.resolve(process.argv[2] ?? '.');
const require = createRequire(path.join(directory, 'package.json'));
const manifest = path.join(directory, 'node_modules/@cortex-js/compute-engine/package.json');
const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
const { ComputeEngine } = require('@cortex-js/compute-engine') as {
  ComputeEngine: new () => { parse(tex: string): Boxed };
};
const engine = new ComputeEngine();
console.log(JSON.stringify({ compute_engine: version }));

for await (const line of createInterface({ input: process.stdin })) {
  const pair = JSON.parse(line) as { gold: string; candidate: string };
  console.log(JSON.stringify({ compute_engine: verdict(pair.gold, pair.candidate) }));
}

function verdict(gold: string, candidate: string): string {
  try {
    const [a, b] = [gold, candidate].map((text) => engine.parse(text.replaceAll('$', '')));
    if (a === undefined || b === undefined || !a.isValid || !b.isValid) return 'unknown';
    const same = a.isEqual(b);
    return same === undefined ? 'unknown' : same ? 'equal' : 'different';
  } catch {
    // It may throw on what it does not know.
    return 'unknown';
  }
}

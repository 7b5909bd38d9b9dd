/**
 * What the fault tests share: a recipe, the run that nothing disturbed (the twin), and a directory for the others.
 * Each test gives a section: rows for people, and faults, of which there must be none.
 */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { accountsOf } from '../../src/recipe/fixtures/accounts.ts';
import { differences, type Outcome, outcomeOf } from '../../src/recipe/fixtures/outcome.ts';
import {
  type Ending,
  livesOf,
  type Sitting,
  type SittingOptions,
  witnessFile,
} from '../../src/recipe/fixtures/sitting.ts';

export interface Setting {
  /** Run directories go here. */
  readonly root: string;
  /** Recipe and arguments of every sitting. */
  readonly sitting: Pick<SittingOptions, 'recipe'>;
  readonly twin: Outcome;
  readonly twinSitting: Sitting;
  readonly seed: number;
}

export interface Section {
  readonly title: string;
  readonly heading: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Broken promises, one line each. */
  readonly faults: readonly string[];
  /** One line that says what came of it. */
  readonly summary: string;
}

export function runDirectory({ root }: Setting, name: string): string {
  return path.join(root, name);
}

/** What is wrong with a run that has come to its end: it differs from the twin, or paid or applied twice. */
export async function faultsOf(setting: Setting, name: string): Promise<string[]> {
  const directory = runDirectory(setting, name);
  const unlike = differences(await outcomeOf(directory), setting.twin);
  const shown = unlike.length > 5 ? [...unlike.slice(0, 5), `and ${unlike.length - 5} more`] : unlike;
  return [...shown, ...accountsOf(livesOf(directory)).faults].map((fault) => `${name}: ${fault}`);
}

/** Removes a run; one with faults is left for whoever looks into them. */
export function discard(setting: Setting, name: string, faults: readonly string[]): void {
  if (faults.length > 0) return;
  rmSync(runDirectory(setting, name), { recursive: true, force: true });
  rmSync(witnessFile(runDirectory(setting, name)), { force: true });
}

/** Lines that every run prints, whatever its speed. */
const steadyLine = /^(?:[a-z]+ (?:started|finished)|rl \d+\/)/;

/**
 * The moment at which the twin had been running for this share of its time, told by the line that it had printed
 * last: where other work slows a run down, the moment moves along.
 */
export function momentAt({ twinSitting }: Setting, share: number, signal: NodeJS.Signals): Ending {
  const seconds = share * twinSitting.seconds;
  const line = twinSitting.lines.findLast(
    (candidate) => candidate.seconds <= seconds && steadyLine.test(candidate.text),
  );
  if (line === undefined) return { kind: 'time', milliseconds: 1000 * seconds, signal };
  const begin = steadyLine.exec(line.text)?.[0] ?? '';
  return { kind: 'line', pattern: new RegExp(`^${begin}`), delay: 1000 * (seconds - line.seconds), signal };
}

/** `1.23 s`, or a dash. */
export function secondsText(seconds: number | undefined): string {
  return seconds === undefined ? '–' : `${seconds.toFixed(2)} s`;
}

/** How far a sitting had come: the beginning of the last line that tells of a stage. */
export function lastWords(output: string): string {
  return output.match(/^[a-z]+ (?:\d+\/\d+|started|finished)/gm)?.at(-1) ?? 'beginning';
}

/**
 * Lengths of the rollouts of a run with scripted workers, by what became of them. The length of an attempt is a function of
 * its seed, so those that never ended have one too, and a run that nothing disturbs trains the first groups, all of them.
 */
import { JournalReader } from '../../../src/journal/journal-reader.ts';
import { seedFrom } from '../../../src/stats/random.ts';
import { scriptedLength } from './scripted-workers.ts';

export interface RunShape {
  readonly steps: number;
  readonly problemsPerStep: number;
  readonly groupSize: number;
  readonly recipeSeed: number;
  readonly meanTokens: number;
}

export interface RunLengths {
  readonly trained: readonly number[];
  readonly dropped: readonly number[];
  /** Of the run that nothing disturbs. */
  readonly twin: readonly number[];
  /** Of the half of all attempts that a trainer would have that took what ended first. */
  readonly first: readonly number[];
  readonly faults: readonly string[];
}

export async function lengthsOfRun(run: string, shape: RunShape): Promise<RunLengths> {
  const { steps, problemsPerStep, groupSize, recipeSeed, meanTokens } = shape;
  const seed = seedFrom(recipeSeed, 'rl');
  const lengthOf = (group: number, attempt: number): number =>
    scriptedLength(seedFrom(seed, `rl/${group}`, attempt), meanTokens);
  const lengthsOf = (groups: readonly number[]): number[] =>
    groups.flatMap((group) => Array.from({ length: groupSize }, (_, attempt) => lengthOf(group, attempt)));

  const [trained, dropped]: [number[], number[]] = [[], []];
  const recorded: { readonly group: number; readonly length: number }[] = [];
  const faults: string[] = [];
  const reader = new JournalReader(run);
  try {
    for await (const { value } of reader.values('rl/batch')) {
      const batch = value as unknown as { groups: readonly number[]; dropped: readonly [number, string][] };
      trained.push(...batch.groups);
      dropped.push(...batch.dropped.map(([group]) => group));
    }
    const isAttempt = (unit: string): boolean => /^rl\/\d+\/\d+$/.test(unit);
    for await (const { unit, label, value } of reader.effects(undefined, isAttempt)) {
      if (label !== 'attempt') continue;
      const [group = 0, attempt = 0] = unit.split('/').slice(1).map(Number);
      recorded.push({ group, length: Number(value) });
      if (value !== lengthOf(group, attempt))
        faults.push(`${unit} has ${value} tokens instead of ${lengthOf(group, attempt)}`);
    }
  } finally {
    reader.close();
  }
  const twin = Array.from({ length: steps * problemsPerStep }, (_, group) => group);
  return {
    ...{ trained: lengthsOf(trained), dropped: lengthsOf(dropped), twin: lengthsOf(twin) },
    first: firstHalves(recorded, problemsPerStep).map(({ length }) => length),
    faults: faults.slice(0, 5),
  };
}

/** Of every so many groups, by number, the half of the attempts that was recorded first. */
function firstHalves<T extends { readonly group: number }>(recorded: readonly T[], groups: number): T[] {
  const windows = Map.groupBy(recorded, ({ group }) => Math.floor(group / groups));
  return [...windows.values()].flatMap((window) => window.slice(0, window.length >> 1));
}

/** What a directory is a run of, by the file that such a run begins with. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { RunKind } from './api/runs.ts';

/** The first that is there decides. */
const marks: readonly (readonly [file: string, kind: RunKind])[] = [
  ['curation.json', 'curation'],
  ['recipe.yaml', 'recipe'],
  ['bench.json', 'bench'],
  ['prove.json', 'prove'],
  ['calibrate.json', 'calibration'],
  ['step.json', 'data-step'],
];

/** Undefined for a directory that is no run. */
export function runKind(directory: string): RunKind | undefined {
  const [, kind] = marks.find(([file]) => existsSync(path.join(directory, file))) ?? [];
  if (kind !== undefined) return kind;
  // A study or sweep has arms, which are runs of their own, and a report about them.
  const isStudy =
    existsSync(path.join(directory, 'report.json')) && existsSync(path.join(directory, 'run.lock'));
  return isStudy ? 'study' : undefined;
}

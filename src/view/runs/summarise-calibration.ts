/** A calibration of judges: the sets and how many judges were measured on them. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { readJsonObject } from '../read-json-object.ts';
import { type Summarise, unknown } from './summarisers.ts';

export const summariseCalibration: Summarise = async (_workplace, { directory, path: below }) => {
  const title = path.basename(below === '.' ? directory : below);
  const file = path.join(directory, 'calibration.json');
  if (!existsSync(file)) return { ...unknown, title, detail: 'judges are being measured' };
  const { sets } = readJsonObject(file) as { readonly sets?: readonly CalibratedSet[] };
  const names = (sets ?? []).map(({ set, judges }) => `${set.name} (${judges.length} judges)`);
  return { ...unknown, title, detail: names.join(', '), isFinished: true, progress: 1 };
};

interface CalibratedSet {
  readonly set: { readonly name: string };
  readonly judges: readonly unknown[];
}

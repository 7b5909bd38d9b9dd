/** Models and scaffold of a run of `qed bench` or `qed prove`, by the file that it begins with. */
import path from 'node:path';
import { readJsonObject } from '../read-json-object.ts';

export interface SystemOfFile {
  /** Models and scaffold in a line. */
  readonly name: string;
  readonly suite: string | undefined;
}

/** Throws an Error that names the file. */
export function systemOfFile(directory: string, file: 'bench.json' | 'prove.json'): SystemOfFile {
  const { models, scaffold, suite } = readJsonObject(path.join(directory, file));
  const { main, ...others } = record(models);
  const roles = Object.entries(others).map(([role, model]) => `${role}: ${String(model)}`);
  const names = [
    ...(main === undefined ? [] : [String(main)]),
    ...roles,
    ...(typeof scaffold === 'string' ? [scaffold] : []),
  ];
  const { name } = record(suite);
  return { name: names.join(', '), suite: typeof name === 'string' ? name : undefined };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

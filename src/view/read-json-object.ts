/** A JSON file of a run that holds an object, without a claim about its fields. */
import { readFileSync } from 'node:fs';

/** Throws an Error that names the file. */
export function readJsonObject(file: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw new Error(`${file} does not hold a JSON object; restore it from a copy`);
}

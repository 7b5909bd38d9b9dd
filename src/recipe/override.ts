/**
 * `--set field=value` on the command line: a dotted path and a YAML value that replaces what the recipe says there,
 * before the recipe is checked.
 */
import { parse } from 'yaml';
import type { RecipeFault } from './recipe-error.ts';

export interface Override {
  /** As it was written, for messages. */
  readonly argument: string;
  readonly path: readonly string[];
  /** `null` takes the field out, as if the recipe had not named it. */
  readonly value: unknown;
}

/** Splits `a.b=value`; the value is YAML, so `[1, 2]`, `{kind: cispo}`, `true` and `1e-4` mean what they look like. */
export function parseOverride(argument: string): Override | RecipeFault {
  const fault = (message: string): RecipeFault => ({
    where: `--set ${argument}`,
    field: '',
    message,
    hints: ['Write --set field=value, for example --set rl.steps=40; --set rl=null takes a field out.'],
  });
  const equals = argument.indexOf('=');
  if (equals < 0) return fault('expected field=value');
  const path = argument
    .slice(0, equals)
    .split('.')
    .map((name) => name.trim());
  if (path.some((name) => name === '')) return fault('the name before "=" is not a dotted path');
  try {
    const value: unknown = parse(argument.slice(equals + 1), { prettyErrors: false });
    return { argument, path, value };
  } catch (error) {
    return fault(`the value is not YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A copy of `whole` with `value` at `path`. Mappings on the way are begun where there are none. */
export function withValue(whole: unknown, path: readonly string[], value: unknown): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  const mapping = typeof whole === 'object' && whole !== null && !Array.isArray(whole) ? whole : {};
  const fields = new Map<string, unknown>(Object.entries(mapping));
  if (rest.length === 0 && value === null) fields.delete(name);
  else fields.set(name, withValue(fields.get(name), rest, value));
  return Object.fromEntries(fields);
}

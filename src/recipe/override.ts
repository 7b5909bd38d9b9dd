/**
 * `--set field=value` on the command line: a dotted path and a YAML value that replaces what the recipe says there,
 * before the recipe is checked. Other flags may assign fields in the same way; errors name the one that did.
 */
import { parse } from 'yaml';
import type { RecipeFault } from './recipe-error.ts';

/** `field=value`, by the flag that says so. */
export interface Assignment {
  readonly flag: string;
  readonly argument: string;
}

export interface Override {
  /** With its flag, as it was written, for messages. */
  readonly written: string;
  readonly path: readonly string[];
  /** `null` takes the field out, as if the recipe had not named it. */
  readonly value: unknown;
}

/** Splits `a.b=value`; the value is YAML, so `[1, 2]`, `{kind: cispo}`, `true` and `1e-4` mean what they look like. */
export function parseOverride({ flag, argument }: Assignment): Override | RecipeFault {
  const written = `${flag} ${argument}`;
  const fault = (message: string): RecipeFault => ({
    where: written,
    field: '',
    message,
    hints: [`Write ${flag} field=value, for example ${flag} rl.steps=40; ${flag} rl=null takes a field out.`],
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
    return { written, path, value };
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

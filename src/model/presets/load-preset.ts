/**
 * Reads a preset by its name or its file, with what a caller sets over it. Either all of it holds, or one PresetError
 * names every fault with its line.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkYaml, yamlFaultText } from '../../problems/tables/checked-yaml.ts';
import { type Preset, presetSchema } from './preset.ts';

const packaged = fileURLToPath(new URL('../../../models/', import.meta.url));
const extension = /\.ya?ml$/;

export class PresetError extends Error {
  override readonly name = 'PresetError';
}

/** Names of the presets that come with the package. */
export function presetNames(directory = packaged): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((file) => extension.test(file))
    .map((file) => file.replace(extension, ''))
    .sort();
}

/**
 * The preset of that name (`qed-nano`), or in that file. `overrides` are laid over it field by field, an object over
 * an object, before anything is checked; `null` takes a field away. Throws a PresetError.
 */
export function loadPreset(
  nameOrPath: string,
  overrides: Readonly<Record<string, unknown>> = {},
  directory = packaged,
): Preset {
  const isPath = /[\\/]/.test(nameOrPath) || extension.test(nameOrPath);
  const file = isPath ? path.resolve(nameOrPath) : path.join(directory, `${nameOrPath}.yaml`);
  if (!existsSync(file) || !statSync(file).isFile()) {
    const known = presetNames(directory).join(', ');
    throw new PresetError(
      isPath ? `${nameOrPath}: there is no such file` : `no preset "${nameOrPath}"; there are ${known}`,
    );
  }
  return checked(readFileSync(file, 'utf8'), shortPath(file), overrides);
}

function checked(source: string, shown: string, overrides: Readonly<Record<string, unknown>>): Preset {
  const result = checkYaml(source, presetSchema, (written) => overlaid(written, overrides));
  if (result.ok) return result.data;
  throw new PresetError(result.faults.map((fault) => yamlFaultText(shown, fault)).join('\n'));
}

function overlaid(base: unknown, over: unknown): unknown {
  if (!isPlain(over) || !isPlain(base)) return over;
  const result: Record<string, unknown> = { ...base };
  for (const [field, value] of Object.entries(over)) {
    if (value === undefined) continue;
    if (value === null) delete result[field];
    else result[field] = field in result ? overlaid(result[field], value) : value;
  }
  return result;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shortPath(file: string): string {
  const relative = path.relative(process.cwd(), file);
  return relative.startsWith('..') ? file : relative;
}

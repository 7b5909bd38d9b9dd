/** Settings of the filter from a YAML file. Every fault is named with its line. */
import { readFileSync } from 'node:fs';
import { checkYaml, yamlFaultText } from '../../problems/tables/checked-yaml.ts';
import { type FilterSettings, filterSettingsSchema } from './filter-settings.ts';

export class FilterError extends Error {
  override readonly name = 'FilterError';
}

/** Throws a FilterError. */
export function loadFilterSettings(file: string): FilterSettings {
  let source: string;
  try {
    source = readFileSync(file, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FilterError(`${file}: cannot be read (${reason})`, { cause });
  }
  const checked = checkYaml(source, filterSettingsSchema, (written) => written ?? {});
  if (checked.ok) return checked.data;
  const known = Object.keys(filterSettingsSchema.shape).join(', ');
  const faults = checked.faults.map((fault) => {
    const hint = fault.code === 'unrecognized_keys' ? `; there is ${known}` : '';
    return `${yamlFaultText(file, fault)}${hint}`;
  });
  throw new FilterError(faults.join('\n'));
}

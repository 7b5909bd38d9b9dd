/** Settings of the filter from a YAML file. Every fault is named with its line. */
import { readFileSync } from 'node:fs';
import { isNode, LineCounter, parseDocument } from 'yaml';
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
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false });
  const [fault] = document.errors;
  if (fault !== undefined)
    throw new FilterError(`${file}:${lines.linePos(fault.pos[0]).line}  ${fault.message}`);
  const parsed = filterSettingsSchema.safeParse(document.toJS() ?? {});
  if (parsed.success) return parsed.data;
  const known = Object.keys(filterSettingsSchema.shape).join(', ');
  const faults = parsed.error.issues.map(({ path, message, code }) => {
    const node = document.getIn(path, true);
    const line = isNode(node) && node.range ? `:${lines.linePos(node.range[0]).line}` : '';
    const hint = code === 'unrecognized_keys' ? `; there is ${known}` : '';
    return `${file}${line}  ${path.length === 0 ? '' : `${path.join('.')}: `}${message}${hint}`;
  });
  throw new FilterError(faults.join('\n'));
}

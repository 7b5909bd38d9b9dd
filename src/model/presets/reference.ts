/** The reference table of presets, from the schema; docs/model-clients.md holds it, and a test keeps the two in step. */
import { z } from 'zod';
import { isRecord } from '../openai/failure.ts';
import { presetSchema } from './preset.ts';

/** A Markdown table with one row a field, nested fields dotted. */
export function presetReference(): string {
  const schema = z.toJSONSchema(presetSchema, { io: 'input' });
  const rows = fieldRows(schema, '');
  return ['| field | what it says |', '|---|---|', ...rows].join('\n');
}

function fieldRows(schema: unknown, prefix: string): string[] {
  if (!isRecord(schema) || !isRecord(schema.properties)) return [];
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(schema.properties).flatMap(([name, field]) => {
    if (!isRecord(field)) return [];
    const needed = required.includes(name) && prefix === '' ? ' **Needed.**' : '';
    const standard =
      field.default === undefined || typeof field.default === 'object'
        ? ''
        : ` Default: \`${String(field.default)}\`.`;
    const alternatives = Array.isArray(field.anyOf) ? field.anyOf : [];
    return [
      `| \`${prefix}${name}\` | ${String(field.description)}${needed}${standard} |`,
      ...[field, ...alternatives].flatMap((inner) => fieldRows(inner, `${prefix}${name}.`)),
    ];
  });
}

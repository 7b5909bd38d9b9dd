/**
 * The model card (`README.md`) beside an imported model: its name and licence, which would otherwise be lost between
 * two formats, and what was done to it. Its YAML head is the Hugging Face Hub's.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { isRecord } from '../json-file.ts';

export const modelCardFile = 'README.md';

/** Text of the card. */
export function modelCard(model: {
  readonly name: string;
  readonly license: string | undefined;
  /** Name of the file that it comes from. */
  readonly source: string;
  readonly weights: string;
  readonly tensorTypes: Readonly<Record<string, number>>;
}): string {
  const types = Object.entries(model.tensorTypes).map(([type, count]) => `${count} in ${type}`);
  const head = {
    ...(model.license === undefined ? {} : { license: model.license }),
    name: model.name,
  };
  const lines = Object.entries(head).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  return `---
${lines.join('\n')}
---
# ${model.name.replaceAll(/\s+/g, ' ')}

Imported by QED from \`${model.source}\`. Tensors there: ${types.join(', ')}. Here they are ${model.weights}.
${model.license === undefined ? 'The file names no licence.' : `Licence, as the file names it: ${model.license}.`}
`;
}

/** Name and licence that the card of a directory names; nothing where there is no card, or one without a head. */
export async function readModelCard(directory: string): Promise<{ name?: string; license?: string }> {
  let text: string;
  try {
    text = await readFile(join(directory, modelCardFile), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
  const head = /^---\r?\n([\s\S]*?)\r?\n---\r?\n/.exec(text)?.[1];
  if (head === undefined) return {};
  const parsed = parseDocument(head);
  const fields: unknown = parsed.errors.length > 0 ? undefined : parsed.toJS({ maxAliasCount: 0 });
  if (!isRecord(fields)) return {};
  const { name, license } = fields;
  return {
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof license === 'string' ? { license } : {}),
  };
}

/**
 * Lines of a file that somebody may be appending to, each against a schema. What is torn at the end is not there yet; a damaged
 * line within is told and left out, for one lost line must not cost the others.
 */
import { readFileSync } from 'node:fs';
import type { z } from 'zod';

export interface ReadLines<Item> {
  readonly items: readonly Item[];
  /** For example `human-grades/a.jsonl:3  field points: …`. */
  readonly troubles: readonly string[];
}

/** Nothing where the file is not there. `shown` is its name for people. */
export function readLines<S extends z.ZodType>(
  file: string,
  shown: string,
  schema: S,
): ReadLines<z.output<S>> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { items: [], troubles: [] };
    throw error;
  }
  const lines = text.split('\n');
  const last = lines.pop() ?? '';
  const items: z.output<S>[] = [];
  const troubles: string[] = [];
  const take = (line: string, number: number, isTorn: boolean): void => {
    if (line.trim() === '') return;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      if (!isTorn) troubles.push(`${shown}:${number}  the line is damaged (not JSON) and is left out`);
      return;
    }
    const parsed = schema.safeParse(value);
    if (parsed.success) items.push(parsed.data);
    else {
      const [issue] = parsed.error.issues;
      troubles.push(
        `${shown}:${number}  field ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}; the line is left out`,
      );
    }
  };
  for (const [index, line] of lines.entries()) take(line, index + 1, false);
  take(last, lines.length + 1, true);
  return { items, troubles };
}

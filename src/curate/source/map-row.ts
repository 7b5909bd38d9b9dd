/**
 * A row of a source, by its card, as a row of a data set. The id is made of what names the row in its source, or of its
 * statement; never of its place, which another revision changes.
 */
import { createHash } from 'node:crypto';
import { type DataRow, dataRowSchema, type Origin } from '../data-row.ts';
import { type Cells, columnTexts, columnValues } from './column-values.ts';
import { releasedDifficulty } from './released-difficulty.ts';
import type { SourceCard, TagSource } from './source-card.ts';

export interface MappedRow {
  readonly row: DataRow;
  /** Why it cannot go on: the row then has a mark in place of its statement. */
  readonly fault: { readonly reason: 'no-statement'; readonly detail: string } | undefined;
}

type TagValue = string | number | boolean;

export function mapRow(
  card: SourceCard,
  partTags: Readonly<Record<string, TagSource>>,
  cells: Cells,
  origin: Origin,
): MappedRow {
  const { fields } = card;
  const texts = (columns: readonly string[] | undefined): string[] =>
    (columns ?? []).flatMap((column) => columnTexts(cells, column, fields.placeholders));
  const statement = firstOf(fields.statement, (column) =>
    columnTexts(cells, column, fields.placeholders).join('\n\n'),
  );
  const answer = firstOf(fields.answer ?? [], (column) =>
    columnTexts(cells, column, fields.placeholders).join(', '),
  );
  const guidelines = texts(fields.guidelines).join('\n\n');
  const comments = texts(fields.comments);
  const difficulty = fields.difficulty && releasedDifficulty(fields.difficulty, cells);
  const tags = tagsOf({ ...card.tags, ...partTags }, cells);
  const row = dataRowSchema.parse({
    id: idOf(card, cells, statement ?? JSON.stringify(cells)),
    statement: statement ?? '(no statement)',
    solutions: texts(fields.solutions),
    ...(answer === undefined ? {} : { answer }),
    ...(guidelines === '' ? {} : { guidelines }),
    source: card.title,
    tags,
    origin,
    licence: card.licence,
    ...(comments.length === 0 ? {} : { comments }),
    ...(difficulty === undefined ? {} : { difficulty }),
  });
  const fault =
    statement === undefined
      ? { reason: 'no-statement' as const, detail: `no text in ${fields.statement.join(', ')}` }
      : undefined;
  return { row, fault };
}

function firstOf(columns: readonly string[], textOf: (column: string) => string): string | undefined {
  for (const column of columns) {
    const text = textOf(column);
    if (text !== '') return text;
  }
  return undefined;
}

function idOf(card: SourceCard, cells: Cells, statement: string): string {
  const parts = (card.fields.id ?? []).flatMap((column) => columnTexts(cells, column)).map(slug);
  const named = parts.filter((part) => part !== '').join('-');
  if (named !== '') return `${card.name}-${named}`;
  return `${card.name}-${createHash('sha256').update(statement).digest('hex').slice(0, 16)}`;
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
}

function tagsOf(sources: Readonly<Record<string, TagSource>>, cells: Cells): Record<string, TagValue> {
  const tags: Record<string, TagValue> = {};
  for (const [name, source] of Object.entries(sources)) {
    const value = tagOf(source, cells);
    if (value !== undefined) tags[name] = value;
  }
  return tags;
}

function tagOf(source: TagSource, cells: Cells): TagValue | undefined {
  if ('value' in source) return source.value;
  const found = source.columns.map((column) => columnValues(cells, column).flat()[0]);
  const first = found.find((value) => value !== undefined && value !== '');
  if (typeof first !== 'string' && typeof first !== 'number' && typeof first !== 'boolean') return undefined;
  if (!('pattern' in source) && !('values' in source) && !('as' in source)) return first;
  let value: TagValue = first;
  if (source.pattern !== undefined) {
    const match = new RegExp(source.pattern, 'u').exec(String(value));
    if (match === null) return undefined;
    value = match[1] ?? match[0];
  }
  if (source.values !== undefined) {
    const other = source.values[String(value)];
    if (other === undefined && source.otherwise === undefined) return undefined;
    value = other ?? value;
  }
  if (source.as !== 'number') return value;
  const number = Number(value);
  return String(value).trim() === '' || !Number.isFinite(number) ? undefined : number;
}

/** The top-level columns that a card reads, so that a format which stores columns apart decodes no others. */
import type { SourceCard, SourcePart, TagSource } from './source-card.ts';

/** Undefined where a card names columns by a pattern: then all are needed. */
export function neededColumns(card: SourceCard, part: SourcePart | undefined): string[] | undefined {
  const { id, statement, solutions, answer, guidelines, comments, difficulty } = card.fields;
  const ofTag = (tag: TagSource): readonly string[] => ('columns' in tag ? tag.columns : []);
  const columns = [
    ...[id, statement, solutions, answer, guidelines, comments].flatMap((named) => named ?? []),
    ...[difficulty?.points, difficulty?.rewards, difficulty?.mean, difficulty?.count].flatMap(
      (one) => one ?? [],
    ),
    ...Object.values({ ...card.tags, ...part?.tags }).flatMap(ofTag),
  ];
  if (columns.some((column) => column.includes('*'))) return undefined;
  // A column may have a dot in its own name, so both readings of a path are asked for.
  const names = columns.flatMap((column) => [column, column.split('.')[0]?.replace(/\[\]$/, '') ?? column]);
  return [...new Set(names)].filter((name) => !name.startsWith('$'));
}

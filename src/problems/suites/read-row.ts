/**
 * One row as a problem, with what is wrong in it. Repairs are those that need no guess: cells put back into their
 * columns, space around a text taken away, a formula closed at the end of an answer. All are reported.
 */
import { type Problem, problemSchema } from '../problem.ts';
import type { Row } from '../tables/row.ts';
import { type ColumnNames, fieldsOf, isBlank, type ProblemField, type RowFields } from './columns.ts';
import { hasPairedDollars, mendLostQuote, mendShiftedAnswer } from './mend-row.ts';
import { schemeOf } from './scheme-of.ts';
import type { SuiteFault } from './suite.ts';

export interface ReadRow {
  /** Undefined where the row cannot be a problem; then a fault that is corrupt and not repaired says why. */
  readonly problem: Problem | undefined;
  readonly faults: readonly SuiteFault[];
  readonly unused: readonly string[];
}

type Fault = Pick<SuiteFault, 'field' | 'kind' | 'severity' | 'action' | 'detail'>;

/** `number` counts rows from 1; `header` is the columns of a whole row. */
export function readRow(row: Row, number: number, header: readonly string[], columns?: ColumnNames): ReadRow {
  const faults: Fault[] = [];
  const inColumns = rowInColumns(row, header, faults);
  if (inColumns === undefined) {
    return { problem: undefined, faults: placed(faults, idIn(row, columns) ?? row.at, row.at), unused: [] };
  }
  const fields = answerInColumn(fieldsOf(inColumns, columns), faults);
  const text = (field: ProblemField) => textOf(fields, field, faults);
  let id = text('id');
  if (id === undefined) {
    id = `${number}`;
    faults.push(minor('id', 'missing', 'repaired', `there is no id; ${id}, the number of the row, is taken`));
  }
  const statement = trimmed('statement', text('statement'), faults);
  if (statement === undefined && !faults.some(({ field }) => field === 'statement')) {
    faults.push(corrupt('statement', 'missing', 'kept', 'the statement is empty'));
  }
  const answer = closed(trimmed('answer', text('answer'), faults), faults);
  const solutions = solutionsOf(fields, faults);
  for (const [field, value] of [
    ['statement', statement] as const,
    ...solutions.map((item) => ['solution', item] as const),
  ]) {
    if (value === undefined || hasPairedDollars(value)) continue;
    faults.push(
      minor(field, 'odd-dollars', 'kept', 'it has an odd number of $, so a formula in it is not closed'),
    );
  }
  const { scheme, guidelines } = schemeAndGuidelines(fields, text('guidelines'), faults);
  const parsed = problemSchema.safeParse({
    id,
    statement,
    solutions,
    ...(scheme === undefined ? {} : { scheme }),
    ...(guidelines === undefined ? {} : { guidelines }),
    ...(answer === undefined ? {} : { answer }),
    source: text('source')?.trim() ?? '',
    tags: { ...fields.tags, ...(fields.values.tags as object | undefined) },
  });
  if (
    !parsed.success &&
    faults.every(({ severity, action }) => severity === 'minor' || action === 'repaired')
  ) {
    const [issue] = parsed.error.issues;
    faults.push(corrupt(issue?.path.join('.') ?? '', 'invalid', 'kept', issue?.message ?? 'it is not valid'));
  }
  return { problem: parsed.data, faults: placed(faults, id, row.at), unused: fields.unused };
}

function rowInColumns(row: Row, header: readonly string[], faults: Fault[]): Row | undefined {
  if (row.misfit === undefined) return row;
  const { values, expected } = row.misfit;
  const mended = mendLostQuote(row, header);
  if (mended !== undefined) {
    const detail =
      `a closing quote is lost: two cells run into one and ${expected - values.length} column is missing at the end; ` +
      'the cell was split at the quote and the others put back';
    faults.push(corrupt('', 'shifted-columns', 'repaired', detail));
    return mended;
  }
  faults.push(
    corrupt('', 'misfit-row', 'kept', `it has ${values.length} cells where the header has ${expected}`),
  );
  return undefined;
}

function answerInColumn(fields: RowFields, faults: Fault[]): RowFields {
  const mended = mendShiftedAnswer(fields);
  if (mended === undefined) return fields;
  const detail =
    'the answer names a category and the statement ends with the answer; the statement was split, and the other ' +
    'fields put back';
  faults.push(corrupt('', 'shifted-columns', 'repaired', detail));
  return mended;
}

function textOf({ values, columns }: RowFields, field: ProblemField, faults: Fault[]): string | undefined {
  const value = values[field];
  if (value === undefined || typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return `${value}`;
  const column = columns[field] ?? field;
  faults.push(
    corrupt(
      column,
      'invalid',
      'kept',
      `text is expected, not ${Array.isArray(value) ? 'a list' : typeof value}`,
    ),
  );
  return undefined;
}

function solutionsOf({ values, columns }: RowFields, faults: Fault[]): string[] {
  const { solution } = values;
  const items: unknown[] = Array.isArray(solution) ? solution : solution === undefined ? [] : [solution];
  return items.flatMap((item) => {
    // The Open Proof Corpus has them as {author, solution}.
    const text: unknown =
      typeof item === 'object' && item !== null && 'solution' in item ? item.solution : item;
    if (typeof text === 'string') return text.trim() === '' ? [] : [text.trim()];
    faults.push(corrupt(columns.solution ?? 'solution', 'invalid', 'kept', 'a solution must be text'));
    return [];
  });
}

function schemeAndGuidelines(
  { values, columns }: RowFields,
  guidelines: string | undefined,
  faults: Fault[],
): Pick<Problem, 'scheme' | 'guidelines'> {
  if (values.scheme === undefined) return guidelines === undefined ? {} : { guidelines };
  const published = schemeOf(values.scheme);
  if (published.kind === 'unusable') {
    faults.push(corrupt(columns.scheme ?? 'scheme', 'unusable-scheme', 'kept', published.detail));
    return {};
  }
  if (published.kind === 'guidelines') return { guidelines: guidelines ?? published.guidelines };
  return { scheme: published.scheme, ...(guidelines === undefined ? {} : { guidelines }) };
}

function trimmed(field: string, text: string | undefined, faults: Fault[]): string | undefined {
  if (text === undefined) return undefined;
  const inner = text.trim();
  if (inner !== text) {
    faults.push(minor(field, 'outer-space', 'repaired', 'space or line breaks around it were taken away'));
  }
  return inner;
}

function closed(answer: string | undefined, faults: Fault[]): string | undefined {
  if (answer === undefined || hasPairedDollars(answer)) return answer;
  faults.push(
    minor('answer', 'odd-dollars', 'repaired', 'it has an odd number of $; one was added at the end'),
  );
  return `${answer}$`;
}

function idIn(row: Row, columns: ColumnNames | undefined): string | undefined {
  const { id } = fieldsOf(row, columns).values;
  return isBlank(id) ? undefined : String(id);
}

function corrupt(field: string, kind: Fault['kind'], action: Fault['action'], detail: string): Fault {
  return { field, kind, severity: 'corrupt', action, detail };
}

function minor(field: string, kind: Fault['kind'], action: Fault['action'], detail: string): Fault {
  return { field, kind, severity: 'minor', action, detail };
}

function placed(faults: readonly Fault[], problem: string, at: string): SuiteFault[] {
  return faults.map((fault) => ({ problem, at, ...fault }));
}

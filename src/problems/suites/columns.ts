/**
 * What the columns of a published table mean: names as the data sets have them, on the fields of a problem. Columns
 * that mean nothing here are named to the user, so that a misspelt field of one's own file is seen.
 */
import type { Row } from '../tables/row.ts';

export const problemFields = [
  'id',
  'statement',
  'solution',
  'scheme',
  'guidelines',
  'answer',
  'source',
  'tags',
] as const;
export type ProblemField = (typeof problemFields)[number];
/** A file's own name of a column, by field: for a table whose names are not known here. */
export type ColumnNames = Readonly<Partial<Record<ProblemField, string>>>;

/** In the order of preference, for a table that has several. */
const namesOfField: Readonly<Record<ProblemField, readonly string[]>> = {
  id: ['problem_id', 'question_id', 'id', 'problem_idx', 'unique_id'],
  statement: ['statement', 'problem', 'question', 'problem_statement', 'text'],
  solution: ['solutions', 'solution', 'reference_solution', 'ground_truth_solution', 'sample_solution'],
  scheme: ['scheme', 'grading_scheme', 'marking_scheme', 'schema_0'],
  guidelines: ['guidelines', 'grading_guidelines'],
  answer: ['answer', 'short_answer', 'final_answer', 'gold_answer'],
  source: ['source', 'problem_source'],
  tags: ['tags'],
};

const tagOfColumn: Readonly<Record<string, string>> = {
  ...{
    category: 'category',
    type: 'category',
    problem_type: 'category',
    subject: 'category',
    domain: 'category',
  },
  ...{ level: 'level', difficulty: 'difficulty', subcategory: 'subcategory', subset: 'subset' },
  ...{ contest: 'contest', competition: 'contest', year: 'year', contest_year: 'year' },
};

/** What a row says of a problem, nothing of it checked yet. */
export interface RowFields {
  readonly values: Readonly<Partial<Record<ProblemField, unknown>>>;
  readonly tags: Readonly<Record<string, string | number | boolean>>;
  /** The file's name of the column of each field that was found. */
  readonly columns: Readonly<Partial<Record<ProblemField, string>>>;
  /** Columns that have no meaning here. */
  readonly unused: readonly string[];
}

export function fieldsOf({ cells }: Row, named: ColumnNames = {}): RowFields {
  const flat = withMetadata(cells);
  const columnOf = new Map(Object.keys(flat).map((column) => [normalised(column), column]));
  const values: Partial<Record<ProblemField, unknown>> = {};
  const columns: Partial<Record<ProblemField, string>> = {};
  for (const field of problemFields) {
    const asked = named[field];
    const column =
      asked ?? namesOfField[field].map((name) => columnOf.get(name)).find((name) => name !== undefined);
    if (column === undefined || isBlank(flat[column])) continue;
    values[field] = flat[column];
    columns[field] = column;
  }
  const tags: Record<string, string | number | boolean> = {};
  const meaningful = new Set<string>([...Object.values(columns), ...Object.values(named)]);
  for (const [column, value] of Object.entries(flat)) {
    const name = normalised(column);
    const tag = tagOfColumn[name];
    if (tag !== undefined && !meaningful.has(column) && !(tag in tags)) {
      const plain = plainValue(value);
      if (plain !== undefined) tags[tag] = plain;
    }
    if (tag !== undefined || Object.values(namesOfField).some((names) => names.includes(name)))
      meaningful.add(column);
  }
  return { values, tags, columns, unused: Object.keys(flat).filter((column) => !meaningful.has(column)) };
}

/** `Grading guidelines`, `grading-guidelines` and `grading_guidelines` are one name. */
export function normalised(column: string): string {
  return column
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');
}

/** The hub's sets keep contest and year in a struct. */
function withMetadata(cells: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { metadata, ...others } = cells;
  const isStruct = typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata);
  return isStruct ? { ...metadata, ...others } : cells;
}

export function isBlank(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === 'string') return value.trim() === '';
  return Array.isArray(value) && value.length === 0;
}

function plainValue(value: unknown): string | number | boolean | undefined {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return value;
  const text = Array.isArray(value) ? value.filter((item) => typeof item === 'string').join(', ') : value;
  if (typeof text !== 'string' || text.trim() === '') return undefined;
  return text.trim();
}

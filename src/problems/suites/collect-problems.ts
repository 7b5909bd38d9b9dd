/**
 * From rows to problems. Whatever is wrong with a row is found, named by the problem's id, and repaired, excluded,
 * kept or refused as asked; no row is changed or dropped in silence.
 */
import type { Problem } from '../problem.ts';
import type { Row } from '../tables/row.ts';
import type { ColumnNames } from './columns.ts';
import { normalised } from './columns.ts';
import { readRow } from './read-row.ts';
import type { SuiteFault, SuiteKind } from './suite.ts';
import { SuiteError } from './suite-error.ts';

/**
 * What is done with a corrupt row. `repair`: mended where that is certain, else all is refused; `exclude`: left out;
 * `refuse`: all is refused.
 */
export type CorruptPolicy = 'repair' | 'exclude' | 'refuse';

export interface CollectOptions {
  /** For messages. */
  readonly name: string;
  readonly corrupt: CorruptPolicy;
  readonly columns?: ColumnNames | undefined;
  /** Undefined: `answer` where every problem has a gold answer and nothing to grade a proof by, else `proof`. */
  readonly kind?: SuiteKind | undefined;
}

export interface Collected {
  readonly kind: SuiteKind;
  readonly problems: readonly Problem[];
  readonly faults: readonly SuiteFault[];
  /** Columns of the file that have no meaning for a problem. */
  readonly unused: readonly string[];
  /** Rows that repeat a problem for the sake of another column, as tables of graded proofs do. */
  readonly repeats: number;
}

interface Taken {
  readonly row: Row;
  readonly problem: Problem | undefined;
  readonly faults: SuiteFault[];
}

/** Throws a SuiteError with every row that is refused. */
export async function collectProblems(rows: AsyncIterable<Row>, options: CollectOptions): Promise<Collected> {
  const taken: Taken[] = [];
  const unused = new Set<string>();
  let header: readonly string[] = [];
  let repeats = 0;
  const placeOfId = new Map<string, Taken>();
  for await (const row of rows) {
    if (row.misfit === undefined) header = Object.keys(row.cells);
    const read = readRow(row, taken.length + repeats + 1, header, options.columns);
    for (const column of read.unused) unused.add(column);
    const one: Taken = { row, problem: read.problem, faults: [...read.faults] };
    const first = read.problem && placeOfId.get(read.problem.id);
    if (first !== undefined && isAnotherProofOf(first, one)) {
      repeats += 1;
      continue;
    }
    taken.push(one);
    if (read.problem === undefined) continue;
    if (first === undefined) placeOfId.set(read.problem.id, one);
    else one.faults.push(duplicateId(one, read.problem, first));
  }
  if (taken.length === 0) throw new SuiteError(`${options.name}: there are no problems in it`);
  const kind = options.kind ?? kindOf(taken.flatMap(({ problem }) => problem ?? []));
  if (kind === 'answer') for (const one of taken) findMissingAnswer(one);
  const kept = afterPolicy(taken, options);
  findSameStatements(kept);
  return {
    kind,
    problems: kept.flatMap(({ problem }) => problem ?? []),
    faults: taken.flatMap(({ faults }) => faults),
    unused: [...unused],
    repeats,
  };
}

const columnsOfProofs = new Set(['model_solution', 'expert_rating', 'generator', 'response', 'grading_id']);

function isAnotherProofOf(first: Taken, again: Taken): boolean {
  return (
    first.problem?.statement === again.problem?.statement &&
    Object.keys(again.row.cells).some((column) => columnsOfProofs.has(normalised(column)))
  );
}

function duplicateId({ row }: Taken, { id }: Problem, first: Taken): SuiteFault {
  return {
    ...{ problem: id, at: row.at, field: 'id', kind: 'duplicate-id', severity: 'corrupt', action: 'kept' },
    detail: `the id stands on ${first.row.at} too; ids must be unique`,
  };
}

function kindOf(problems: readonly Problem[]): SuiteKind {
  const isAnswer = ({ answer, scheme, guidelines, solutions }: Problem): boolean =>
    answer !== undefined && scheme === undefined && guidelines === undefined && solutions.length === 0;
  return problems.every(isAnswer) ? 'answer' : 'proof';
}

function findMissingAnswer({ row, problem, faults }: Taken): void {
  if (problem === undefined || problem.answer !== undefined) return;
  faults.push({
    ...{
      problem: problem.id,
      at: row.at,
      field: 'answer',
      kind: 'missing',
      severity: 'corrupt',
      action: 'kept',
    },
    detail: 'there is no gold answer, which this suite is scored by',
  });
}

/** The rows that stay. Throws a SuiteError if any is refused. */
function afterPolicy(taken: readonly Taken[], { name, corrupt }: CollectOptions): Taken[] {
  const isCorrupt = ({ severity }: SuiteFault): boolean => severity === 'corrupt';
  if (corrupt === 'exclude') {
    for (const { faults } of taken) {
      if (!faults.some(isCorrupt)) continue;
      for (const [index, fault] of faults.entries()) faults[index] = { ...fault, action: 'excluded' };
    }
    const kept = taken.filter(({ faults }) => !faults.some(isCorrupt));
    if (kept.length === 0) throw new SuiteError(`${name}: no row is sound, so no problem is left`);
    return kept;
  }
  const refused = taken
    .flatMap(({ faults }) => faults)
    .filter((fault) => isCorrupt(fault) && (corrupt === 'refuse' || fault.action === 'kept'));
  if (refused.length > 0) {
    const shown = refused.slice(0, 20).map(({ problem, at, field, detail }) => {
      const where = problem === at ? at : `${at} (${problem})`;
      return `  ${where}${field === '' ? '' : `, field ${field}`}: ${detail}`;
    });
    const more = refused.length > 20 ? [`  and ${refused.length - 20} more`] : [];
    const count = refused.length === 1 ? 'a row is corrupt' : `${refused.length} faults make rows corrupt`;
    const way = 'mend the file, or leave such rows out with corrupt: exclude';
    throw new SuiteError([`${name}: ${count}`, ...shown, ...more, way].join('\n'));
  }
  return [...taken];
}

/** The same problem under two ids counts twice in every mean. It is kept, since which one is meant is not known. */
function findSameStatements(kept: readonly Taken[]): void {
  const first = new Map<string, Problem>();
  for (const { row, problem, faults } of kept) {
    if (problem === undefined) continue;
    const words = problem.statement.toLowerCase().replaceAll(/\s+/g, ' ');
    const earlier = first.get(words);
    if (earlier === undefined) {
      first.set(words, problem);
      continue;
    }
    faults.push({
      ...{ problem: problem.id, at: row.at, field: 'statement', kind: 'same-statement', severity: 'minor' },
      ...{ action: 'kept', detail: `it is the statement of ${earlier.id}, so this problem counts twice` },
    });
  }
}

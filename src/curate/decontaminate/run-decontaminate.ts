/**
 * The step that takes out rows that hold a problem of an evaluation set, and all but one of rows that are one problem. Two
 * passes over the file, both in bounded memory; the result does not depend on the number of threads.
 */
import { availableParallelism } from 'node:os';
import type { DroppedRow } from '../data-row.ts';
import { readDataRows, rowsPath, type StepRecord, StepWriter } from '../step-files.ts';
import type { EvaluationItem } from './evaluation-index.ts';
import { type Duplicate, findDuplicates } from './find-duplicates.ts';
import { inspectFile } from './inspect-file.ts';
import { type Match, matchesFile, rounded } from './matches.ts';
import { rankRows } from './rank-rows.ts';
import { RowTable } from './row-table.ts';
import { type RowText, RowTexts } from './row-texts.ts';
import type { DecontaminationSettings } from './settings.ts';

/** Problems that must not be in the data. */
export interface EvaluationSet {
  readonly name: string;
  /** What tells it from other versions of it. */
  readonly digest: string;
  readonly problems: readonly { readonly id: string; readonly statement: string }[];
}

export interface DecontaminateOptions {
  /** A file of rows, or a step's directory. */
  readonly input: string;
  readonly directory: string;
  readonly against: readonly EvaluationSet[];
  readonly settings: DecontaminationSettings;
  /** Whether rows that are one problem stay. */
  readonly keepDuplicates?: boolean;
  /** Names of sources whose rows stay rather than others that equal them. */
  readonly prefer?: readonly string[];
  readonly threads?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (phase: 'comparing' | 'duplicates' | 'writing', rows: number) => void;
}

/** Throws a DataFileError for a bad line, a DiskFullError where there is no room. */
export async function runDecontaminate(options: DecontaminateOptions): Promise<StepRecord> {
  const { input, directory, against, settings, signal, onProgress, prefer = [] } = options;
  const file = rowsPath(input);
  const items: EvaluationItem[] = against.flatMap(({ name, problems }) =>
    problems.map(({ id, statement }) => ({ set: name, id, statement })),
  );
  const writer = await StepWriter.open(directory);
  try {
    const table = new RowTable();
    /** Why rows leave, in words. */
    const contaminated = new Map<number, string>();
    const itemsHit = new Set<string>();
    /** Rows of which a solution or a comment holds a problem. */
    const inTexts = new Set<number>();
    let nearMisses = 0;
    const inspection = inspectFile({ file, items, settings, threads: threadsOf(options), signal });
    for await (const batch of inspection) {
      const first = table.add(batch);
      for (const { rowInBatch, match } of batch.matches) {
        await writer.note(matchesFile, match);
        if (match.verdict === 'near-miss') nearMisses += 1;
        if (match.verdict !== 'contaminated') continue;
        if (match.where !== 'statement') inTexts.add(first + rowInBatch);
        if ('set' in match.against) itemsHit.add(`${match.against.set} ${match.against.id}`);
        const row = first + rowInBatch;
        if (!contaminated.has(row)) contaminated.set(row, contaminationDetail(match));
      }
      onProgress?.('comparing', table.rows);
    }
    const direct = contaminated.size;
    const duplicates = new Map<number, string>();
    let cutShort = 0;
    if (options.keepDuplicates !== true) {
      const order = rankRows(table, new Set(contaminated.keys()), prefer);
      using texts = new RowTexts(file, table);
      const found = findDuplicates({
        ...{ table, texts, order, settings, signal },
        onRow: (rows) => onProgress?.('duplicates', rows),
      });
      for (let next = found.next(); ; next = found.next()) {
        if (next.done) {
          cutShort = next.value;
          break;
        }
        const { row, other } = next.value;
        const match = duplicateMatch(next.value, table, texts);
        if (next.value.comparison !== 'exact') await writer.note(matchesFile, match);
        if (match.verdict === 'near-miss') {
          nearMisses += 1;
          continue;
        }
        const name = texts.get(other).id;
        const why = contaminated.get(other);
        // What equals a contaminated row is contaminated too, though it may be below the threshold itself.
        if (why !== undefined) {
          if (!contaminated.has(row)) contaminated.set(row, `equals ${name}, which ${why}`);
        } else {
          duplicates.set(row, `${duplicateDetail(match)} ${name}`);
        }
      }
    }
    let row = 0;
    for await (const { item } of readDataRows(file)) {
      if (row % 1000 === 0) {
        signal?.throwIfAborted();
        onProgress?.('writing', row);
      }
      const dropped = droppedFor(row, contaminated, duplicates);
      if (dropped === undefined) await writer.keep(item);
      else await writer.drop({ ...dropped, row: item });
      row += 1;
    }
    return await writer.finish({
      step: 'decontaminate',
      settings: {
        ...settings,
        against: against.map(({ name, digest, problems }) => ({ name, digest, problems: problems.length })),
        ...{ keepDuplicates: options.keepDuplicates === true, prefer: [...prefer] },
      },
      inputs: [file],
      figures: {
        ...{ rows: table.rows, evaluationProblems: items.length, evaluationProblemsFound: itemsHit.size },
        ...{ contaminated: direct, contaminatedByEquality: contaminated.size - direct },
        ...{
          contaminatedInTexts: inTexts.size,
          duplicates: duplicates.size,
          nearMisses,
          comparedInPart: cutShort,
        },
      },
    });
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}

/** More threads than this wait for the one that reads. */
const mostThreads = 8;

function threadsOf({ threads }: DecontaminateOptions): number {
  return threads ?? Math.min(mostThreads, availableParallelism());
}

function contaminationDetail({ against, view, measure, score, where }: Match): string {
  const item = 'set' in against ? `${against.id} of ${against.set}` : against.row;
  return `${where === 'statement' ? '' : `its ${where} `}holds ${item} (${measure} ${score}${view === 'variables' ? ', variables renamed' : ''})`;
}

function duplicateDetail({ view, measure, score }: Match): string {
  if (measure === 'exact') return 'the same as';
  return `${measure} ${score}${view === 'variables' ? ', variables renamed,' : ''} with`;
}

const statements = { where: 'statement' } as const;

function duplicateMatch({ row, other, comparison }: Duplicate, table: RowTable, texts: RowTexts): Match {
  const lineOf = (number: number): number => table.lines.values[number] ?? 0;
  const [own, theirs] = [texts.get(row), texts.get(other)];
  const names = {
    row: { id: own.id, line: lineOf(row) },
    against: { row: theirs.id, line: lineOf(other) },
  };
  if (comparison === 'exact')
    return {
      verdict: 'duplicate',
      ...statements,
      ...names,
      view: 'variables',
      measure: 'exact',
      score: 100,
      coverage: 1,
    };
  return {
    verdict: comparison.isDuplicate ? 'duplicate' : 'near-miss',
    ...{ ...statements, ...names },
    ...{ view: comparison.view, measure: comparison.measure, score: rounded(comparison.score) },
    ...{ coverage: rounded(comparison.coverage), numbers: rounded(comparison.numbers) },
    passage: passageOf(own, theirs, comparison),
  };
}

function passageOf(
  own: RowText,
  theirs: RowText,
  { inRow, inItem }: Exclude<Duplicate['comparison'], 'exact'>,
): { row: string; other: string } {
  return { row: own.compared.views.passage(...inRow), other: theirs.compared.views.passage(...inItem) };
}

function droppedFor(
  row: number,
  contaminated: ReadonlyMap<number, string>,
  duplicates: ReadonlyMap<number, string>,
): Omit<DroppedRow, 'row'> | undefined {
  const holds = contaminated.get(row);
  if (holds !== undefined) return { reason: 'contaminated', detail: holds };
  const equals = duplicates.get(row);
  return equals === undefined ? undefined : { reason: 'duplicate', detail: equals };
}

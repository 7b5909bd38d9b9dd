/**
 * The queues of a served folder with their grades and what graders did, as they stand: files are read again when they have
 * changed. Later lines win; which those are is decided in `grader-state.ts`.
 */
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { type GradeRecord, gradeRecordSchema } from '../../problems/graded/grade-record.ts';
import { NotFoundError } from '../not-found-error.ts';
import type { Workplace } from '../workplace.ts';
import {
  gradesFile,
  gradesFolder,
  type LogEntry,
  logEntrySchema,
  logFile,
  type Queue,
  queueFile,
  queueHeaderSchema,
  queueItemSchema,
} from './queue-file.ts';
import { type ReadLines, readLines } from './read-lines.ts';

/** A queue with all that has come of it. */
export interface GradedQueue {
  readonly queue: Queue;
  readonly records: readonly GradeRecord[];
  readonly log: readonly LogEntry[];
  readonly troubles: readonly string[];
  /** Changes when any of it does. */
  readonly revision: string;
}

interface Kept {
  readonly stamp: string;
  readonly value: unknown;
}

const kept = new WeakMap<Workplace, Map<string, Kept>>();

export function gradesDirectory(workplace: Workplace): string {
  return path.join(workplace.root, gradesFolder);
}

export function queueNames(workplace: Workplace): string[] {
  let names: string[];
  try {
    names = readdirSync(gradesDirectory(workplace));
  } catch {
    return [];
  }
  const ending = queueFile('');
  return names
    .filter((name) => name.endsWith(ending) && !name.startsWith('.'))
    .map((name) => name.slice(0, -ending.length))
    .sort();
}

/** Throws a NotFoundError for a name that is no queue, and an Error for a queue whose file is damaged. */
export function readQueue(workplace: Workplace, name: string): GradedQueue {
  if (!queueNames(workplace).includes(name)) {
    throw new NotFoundError(`there is no grading queue ${name} in ${workplace.folder}`);
  }
  const at = (file: string): string => path.join(gradesDirectory(workplace), file);
  const shown = (file: string): string => `${gradesFolder}/${file}`;
  const cached = <Value>(file: string, read: () => Value): Value => {
    const own = kept.get(workplace) ?? new Map<string, Kept>();
    kept.set(workplace, own);
    const stamp = stampOf(at(file));
    const known = own.get(file);
    if (known?.stamp === stamp) return known.value as Value;
    const value = read();
    own.set(file, { stamp, value });
    return value;
  };
  const queue = cached(queueFile(name), () =>
    readQueueFile(at(queueFile(name)), shown(queueFile(name)), name),
  );
  const grades: ReadLines<GradeRecord> = cached(gradesFile(name), () =>
    readLines(at(gradesFile(name)), shown(gradesFile(name)), gradeRecordSchema),
  );
  const log: ReadLines<LogEntry> = cached(logFile(name), () =>
    readLines(at(logFile(name)), shown(logFile(name)), logEntrySchema),
  );
  return {
    queue,
    records: grades.items,
    log: log.items,
    troubles: [...grades.troubles, ...log.troubles],
    revision: [queueFile(name), gradesFile(name), logFile(name)].map((file) => stampOf(at(file))).join(' '),
  };
}

function readQueueFile(file: string, shown: string, name: string): Queue {
  const { items: lines, troubles } = readLines(file, shown, queueHeaderSchema.or(queueItemSchema));
  const [header, ...items] = lines;
  const [trouble] = troubles;
  if (trouble !== undefined)
    throw new Error(`${trouble}. A queue is not made anew: restore the file from a copy`);
  if (header === undefined || !('form' in header)) {
    throw new Error(`${shown}:1  it is no grading queue: a line with the form qed-grading-queue is expected`);
  }
  return { name, header, items: items.flatMap((item) => ('item' in item ? [item] : [])) };
}

function stampOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false, bigint: true });
  return stat === undefined ? '-' : `${stat.ino}:${stat.mtimeNs}:${stat.size}`;
}

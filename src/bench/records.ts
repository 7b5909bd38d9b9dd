/**
 * What a benchmark run leaves in its journal: a row for each attempt that ended, its proof apart, and a row for each
 * grading. Rows are small, so a hundred thousand are read in a second; later rows win over earlier ones. NULL-NOT-ZERO:
 * a grading that failed has a row of its cause and no points, and the attempt stays without a score until one succeeds.
 */
import { createHash } from 'node:crypto';
import { setImmediate as breath } from 'node:timers/promises';
import { type Grade, gradeSchema, type UngradedCause } from '../grade/grade.ts';
import type { Journal, Json } from '../journal/journal.ts';

/** An attempt at a problem. */
export interface AttemptRow {
  /** Id of the problem. */
  readonly problem: string;
  /** From 0. */
  readonly run: number;
  /** `budget`: the best proof when the problem's budget ended; a larger one goes on. */
  readonly status: 'finished' | 'budget';
  /** Of the proof; null when there is none. */
  readonly digest: string | null;
  readonly calls: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Null where a model has no price. */
  readonly dollars: number | null;
  /** Of all calls, added up. */
  readonly seconds: number;
  /** Some call was cut at its limit of tokens. */
  readonly wasCut: boolean;
  /** The call that wrote the proof was. */
  readonly isCut: boolean;
}

/** A grading of an attempt by a judge. */
export interface GradeRow {
  readonly judge: string;
  readonly problem: string;
  readonly run: number;
  /** Of the proof that was graded; null for none. */
  readonly digest: string | null;
  /** Of what it was graded by: scheme, guidelines, solutions, gold answer. */
  readonly material: string;
  /** 0 to 7; null when it came to no grade. */
  readonly points: number | null;
  /** Why there is no grade. */
  readonly cause: UngradedCause | null;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly dollars: number | null;
  readonly seconds: number;
  /** How many gradings of it by this judge came to nothing before. */
  readonly number: number;
}

const attemptStream = 'bench/attempts';
const proofStream = 'bench/proofs';
const gradeStream = 'bench/grades';

/** Short, and the same for the same text. */
export function proofDigest(proof: string | undefined): string | null {
  return proof === undefined ? null : shortDigest(proof);
}

function shortDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** Resolves when both are on disk: the proof first, so that no row is without its proof. */
export async function recordAttempt(
  journal: Journal,
  row: AttemptRow,
  proof: string | undefined,
): Promise<void> {
  const key = `${placeKey(row)}/${row.digest ?? 'none'}`;
  if (proof !== undefined) {
    await journal.append(proofStream, key, {
      value: { characters: proof.length },
      payload: new TextEncoder().encode(proof),
    });
  }
  // Budgets may end an attempt again and again at the same proof.
  const found = await journal.find(attemptStream, `${key}/${row.status}`);
  if (found === undefined) await journal.append(attemptStream, `${key}/${row.status}`, { value: { ...row } });
}

/** The text of the proof with this digest. Throws when it is not there, which a row says cannot be. */
export async function readProof(
  journal: Pick<Journal, 'find'>,
  { problem, run, digest }: Pick<AttemptRow, 'problem' | 'run' | 'digest'>,
): Promise<string | undefined> {
  if (digest === null) return undefined;
  const event = await journal.find(proofStream, `${placeKey({ problem, run })}/${digest}`);
  if (event?.payload === undefined) {
    throw new Error(`the proof ${digest} of ${problem}, run ${run + 1}, is not in the journal`);
  }
  return new TextDecoder().decode(event.payload);
}

/** `number` counts the gradings of this proof by this judge that came to nothing. */
export async function recordGrade(
  journal: Journal,
  row: Omit<GradeRow, 'points' | 'cause' | 'number'>,
  grade: Grade,
  number: number,
): Promise<GradeRow> {
  const full: GradeRow = {
    ...row,
    number,
    points: grade.kind === 'graded' ? grade.points : null,
    cause: grade.kind === 'graded' ? null : grade.cause,
  };
  await journal.append(gradeStream, keyOfGrade(full), {
    value: { ...full },
    payload: new TextEncoder().encode(JSON.stringify(grade)),
  });
  return full;
}

/** The whole grade, its report included. */
export async function readGrade(journal: Pick<Journal, 'find'>, row: GradeRow): Promise<Grade> {
  const event = await journal.find(gradeStream, keyOfGrade(row));
  if (event?.payload === undefined) throw new Error(`the grade of ${row.problem} is not in the journal`);
  return gradeSchema.parse(JSON.parse(new TextDecoder().decode(event.payload)));
}

function keyOfGrade(row: GradeRow): string {
  return `${row.judge}/${gradeKey(row)}/${row.number}`;
}

/** A row of a file of proofs, where a problem may come any number of times. */
export function rowName(problem: string, line: number): string {
  return `${problem}@${line}`;
}

function placeKey({ problem, run }: { readonly problem: string; readonly run: number }): string {
  return `${problem}/${run}`;
}

/** A proof with what it is graded by. */
type Graded = Pick<GradeRow, 'problem' | 'run' | 'digest' | 'material'>;

/** Where rows come from: a journal, or a reader of one beside a running writer. */
export interface EventSource {
  values(stream: string): AsyncIterable<{ readonly key: string; readonly value: Json }>;
  /** The same by the page, where the source can, from after a sequence number on. */
  valuePages?(
    stream: string,
    after?: number,
  ): Iterable<{ readonly values: readonly Json[]; readonly last: number }>;
}

/** All attempts and gradings of a run, as they stand. */
export class BenchRecords {
  /** By problem, then run. A hundred thousand keys of text would take longer to make than all the rest of reading. */
  readonly #attempts = new Map<string, (AttemptRow | undefined)[]>();
  /** By judge, problem and run: one for each proof and material that was graded, nearly always the only one. */
  readonly #grades = new Map<string, Map<string, GradeRow[][]>>();
  readonly #failures = new Map<string, { all: number; unread: number }>();

  /** Of the last rows that `follow` read. */
  #lastAttempt = 0;
  #lastGrade = 0;

  static async read(source: EventSource): Promise<BenchRecords> {
    const records = new BenchRecords();
    if (source.valuePages !== undefined) {
      await records.follow({ valuePages: source.valuePages.bind(source) });
      return records;
    }
    for await (const { value } of source.values(attemptStream)) {
      records.addAttempt(value as unknown as AttemptRow);
    }
    for await (const { value } of source.values(gradeStream)) records.addGrade(value as unknown as GradeRow);
    return records;
  }

  /**
   * Takes in what was recorded since the last call. Whoever else has something to do on this thread comes to it between
   * pages. One call at a time.
   */
  async follow(source: Required<Pick<EventSource, 'valuePages'>>): Promise<void> {
    for (const { values, last } of source.valuePages(attemptStream, this.#lastAttempt)) {
      for (const value of values) this.addAttempt(value as unknown as AttemptRow);
      this.#lastAttempt = last;
      await breath();
    }
    for (const { values, last } of source.valuePages(gradeStream, this.#lastGrade)) {
      for (const value of values) this.addGrade(value as unknown as GradeRow);
      this.#lastGrade = last;
      await breath();
    }
  }

  addAttempt(row: AttemptRow): void {
    const { problem, run, status } = row;
    const own = this.#attempts.get(problem) ?? [];
    // An attempt that a smaller budget ended says nothing about one that has finished.
    if (own[run]?.status === 'finished' && status === 'budget') return;
    own[run] = row;
    this.#attempts.set(problem, own);
  }

  addGrade(row: GradeRow): void {
    if (row.points === null) {
      const counted = `${row.judge} ${gradeKey(row)}`;
      const failures = this.#failures.get(counted) ?? { all: 0, unread: 0 };
      failures.all += 1;
      if (row.cause !== 'call-failed') failures.unread += 1;
      this.#failures.set(counted, failures);
    }
    const ofJudge = this.#grades.get(row.judge) ?? new Map<string, GradeRow[][]>();
    this.#grades.set(row.judge, ofJudge);
    const ofProblem = ofJudge.get(row.problem) ?? [];
    ofJudge.set(row.problem, ofProblem);
    const own = ofProblem[row.run] ?? [];
    ofProblem[row.run] = own;
    const at = own.findIndex((known) => isOfSame(known, row));
    if (at < 0) own.push(row);
    else if (row.points !== null || own[at]?.points == null) own[at] = row;
  }

  attempt(problem: string, run: number): AttemptRow | undefined {
    return this.#attempts.get(problem)?.[run];
  }

  /** What this judge made of the attempt as it stands, by this material. */
  grade(judge: string, graded: Graded): GradeRow | undefined {
    return this.#grades
      .get(judge)
      ?.get(graded.problem)
      ?.[graded.run]?.find((row) => isOfSame(row, graded));
  }

  /**
   * How often this judge failed to grade the attempt as it stands, by this material: in all, and not for a call that
   * failed but because what it said was no verdict.
   */
  failedGradings(judge: string, graded: Graded): { readonly all: number; readonly unread: number } {
    return this.#failures.get(`${judge} ${gradeKey(graded)}`) ?? { all: 0, unread: 0 };
  }

  /** Problem by problem. */
  *attempts(): IterableIterator<AttemptRow> {
    for (const own of this.#attempts.values()) for (const row of own) if (row !== undefined) yield row;
  }

  /** Names of the judges, in the order in which they came. */
  judges(): string[] {
    return [...this.#grades.keys()];
  }
}

/** Of the same proof by the same material; problem and run are the same already. */
function isOfSame(row: GradeRow, { digest, material }: Pick<Graded, 'digest' | 'material'>): boolean {
  return row.digest === digest && row.material === material;
}

function gradeKey({ problem, run, digest, material }: Graded): string {
  return `${placeKey({ problem, run })}/${digest ?? 'none'}/${material}`;
}

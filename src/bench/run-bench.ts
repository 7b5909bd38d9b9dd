/**
 * Runs a benchmark: every problem so often, each attempt graded as soon as it has ended, within budgets. What is on
 * record is not done again; what is missing, failed or ungraded is, so a killed run and one that is given more runs or
 * another judge go on by being called again. NULL-NOT-ZERO: an attempt that failed has no row, a grading that failed
 * has no points; a model that wrote no proof has earned its 0.
 */
import { gradingDigest } from '../grade/judge-material.ts';
import { type Problem, statementOnly } from '../problems/problem.ts';
import type { Allowance } from '../prove/allowance.ts';
import { addDollars } from '../prove/ledger.ts';
import { assertPriced } from '../prove/price-check.ts';
import { allModels, type ProveEvent, type ProveOutcome, proveProblem } from '../prove/prove-problem.ts';
import type { ProveProblemsRequest } from '../prove/prove-problems.ts';
import {
  concernsAll,
  ownerOfProblems,
  type Purse,
  type SpendMeter,
  type WorkDone,
  workWithinBudgets,
} from '../prove/within-budgets.ts';
import { BudgetExhausted } from '../scaffold/scaffold.ts';
import { type BenchJudge, gradeOnce } from './grade-once.ts';
import {
  type AttemptRow,
  BenchRecords,
  type GradeRow,
  proofDigest,
  readProof,
  recordAttempt,
} from './records.ts';

export interface BenchRequest
  extends Omit<ProveProblemsRequest, 'attempts' | 'keepTraces' | 'isWrittenUp' | 'onEvent'> {
  /** Attempts at each problem. `parallel` counts attempts, of whatever problem. */
  readonly runs: number;
  /** Without one, attempts are made and kept for a later grading. */
  readonly judge?: BenchJudge;
  /** What the journal holds, where that has been read already. */
  readonly records?: BenchRecords;
  readonly onEvent?: (event: BenchEvent) => void;
  readonly onMeter?: (meter: SpendMeter) => void;
}

interface Piece {
  /** Index of the problem. */
  readonly problem: number;
  readonly run: number;
}

export type BenchEvent = Piece &
  (
    | { readonly kind: 'attempt'; readonly row: AttemptRow; readonly replayed: boolean }
    | {
        readonly kind: 'grade';
        readonly row: GradeRow;
        readonly detail: string | undefined;
        readonly replayed: boolean;
      }
    | { readonly kind: 'failed'; readonly what: 'attempt' | 'grading'; readonly error: Error }
    | { readonly kind: 'refused'; readonly what: 'attempt' | 'grading'; readonly message: string }
    | { readonly kind: 'proving'; readonly event: ProveEvent }
  );

export interface BenchOutcome extends WorkDone {
  readonly records: BenchRecords;
}

/** Throws what concerns the whole run: a full disk, a wrong key, a bug. */
export async function runBench(request: BenchRequest): Promise<BenchOutcome> {
  const { problems, judge, budgets, journal, stopping, graceSeconds, parallel, models, onMeter } = request;
  assertPriced([...allModels(models), ...(judge?.models ?? [])], budgets);
  const records = request.records ?? (await BenchRecords.read(journal));
  const done = await workWithinBudgets<Piece>({
    problems: problems.length,
    pieces: missing(request, records),
    problemOf: ({ problem }) => problem,
    ...{ parallel, budgets, journal, stopping, graceSeconds, onMeter },
    work: (piece, purse) => workOn(request, records, piece, purse),
  });
  return { records, ...done };
}

/** What is not both finished and graded, a whole run of all problems before the next. */
function* missing({ problems, runs, judge }: BenchRequest, records: BenchRecords): Generator<Piece> {
  for (let run = 0; run < runs; run += 1) {
    for (const [problem, task] of problems.entries()) {
      const row = records.attempt(task.id, run);
      const isGraded =
        row !== undefined &&
        (judge === undefined ||
          records.grade(judge.name, { ...row, material: gradingDigest(task) })?.points != null);
      if (row?.status !== 'finished' || !isGraded) yield { problem, run };
    }
  }
}

async function workOn(
  request: BenchRequest,
  records: BenchRecords,
  piece: Piece,
  purse: Purse,
): Promise<void> {
  const { onEvent } = request;
  let what: 'attempt' | 'grading' = 'attempt';
  try {
    const attempt = await attemptOf(request, records, piece, purse.allowance);
    if (attempt === undefined || request.judge === undefined) return;
    what = 'grading';
    await grade(request, request.judge, records, { ...piece, ...attempt, allowance: purse.shared });
  } catch (error) {
    const end = endOf(error, request.stopping);
    if (end !== undefined) onEvent?.({ ...end, ...piece, what });
  }
}

interface Attempt {
  readonly row: AttemptRow;
  readonly proof: string | undefined;
}

/** The attempt as recorded, or made; undefined when it was stopped and will go on another time. */
async function attemptOf(
  request: BenchRequest,
  records: BenchRecords,
  piece: Piece,
  allowance: Allowance,
): Promise<Attempt | undefined> {
  const { problems, journal, onEvent } = request;
  const problem = problems[piece.problem];
  if (problem === undefined) throw new RangeError(`there is no problem ${piece.problem}`);
  const recorded = records.attempt(problem.id, piece.run);
  if (recorded?.status === 'finished') {
    onEvent?.({ kind: 'attempt', ...piece, row: recorded, replayed: true });
    return { row: recorded, proof: await readProof(journal, recorded) };
  }
  const { scaffold, models, maxTokens, temperature, sampling, seed, stopping } = request;
  const outcome = await proveProblem({
    // Nothing that helps a grader reaches a solver.
    problem: statementOnly(problem),
    ...{ scaffold, models, maxTokens, temperature, journal, seed, stopping, allowance },
    ...(sampling === undefined ? {} : { sampling }),
    unit: `bench/${piece.problem}/${piece.run}`,
    ...(onEvent === undefined ? {} : { onEvent: (event) => onEvent({ kind: 'proving', ...piece, event }) }),
  });
  // A problem that has had its budget has its result. Where a budget of all ended, its turn has not come yet.
  if (outcome.status === 'stopped' || (outcome.status === 'budget' && outcome.endedBy !== ownerOfProblems)) {
    if (outcome.ended !== undefined && !stopping.aborted)
      onEvent?.({ kind: 'refused', ...piece, what: 'attempt', message: outcome.ended });
    return undefined;
  }
  const row = rowOf(problem, piece.run, outcome.status, outcome);
  await recordAttempt(journal, row, outcome.proof);
  records.addAttempt(row);
  onEvent?.({ kind: 'attempt', ...piece, row, replayed: false });
  return { row, proof: outcome.proof };
}

function rowOf(
  problem: Problem,
  run: number,
  status: AttemptRow['status'],
  { proof, trace, writer }: ProveOutcome,
): AttemptRow {
  let [promptTokens, completionTokens, dollars, seconds, calls] = [0, 0, 0, 0, 0];
  let isPriced = true;
  let wasCut = false;
  for (const { outcome } of trace.calls) {
    if (outcome.kind !== 'reply') continue;
    calls += 1;
    promptTokens += outcome.usage.promptTokens;
    completionTokens += outcome.usage.completionTokens;
    seconds += outcome.seconds;
    if (outcome.dollars === undefined) isPriced = false;
    else dollars = addDollars(dollars, outcome.dollars);
    wasCut ||= outcome.finish === 'length';
  }
  return {
    ...{ problem: problem.id, run, status, digest: proofDigest(proof), calls, promptTokens },
    ...{ completionTokens, dollars: isPriced ? dollars : null, seconds, wasCut },
    isCut: writer?.isCut ?? false,
  };
}

async function grade(
  request: BenchRequest,
  judge: BenchJudge,
  records: BenchRecords,
  { row, proof, allowance, ...piece }: Piece & Attempt & { readonly allowance: Allowance },
): Promise<void> {
  const { journal, seed, stopping, onEvent, problems } = request;
  const { problem, run } = piece;
  const task = problems[problem];
  if (task === undefined) throw new RangeError(`there is no problem ${problem}`);
  const material = gradingDigest(task);
  const recorded = records.grade(judge.name, { ...row, material });
  if (recorded?.points != null) {
    onEvent?.({ kind: 'grade', problem, run, row: recorded, detail: undefined, replayed: true });
    return;
  }
  const { row: graded, grade: outcome } = await gradeOnce({
    ...{ judge, problem: task, proof, isCut: row.isCut, records, journal, allowance, stopping, seed },
    place: { problem: task.id, run, digest: row.digest, material },
  });
  const detail = outcome.kind === 'ungraded' ? outcome.detail : undefined;
  onEvent?.({ kind: 'grade', problem, run, row: graded, detail, replayed: false });
}

/**
 * What to tell of work on one problem that did not come to its end: nothing where it was asked to stop, a refusal of a
 * budget, a failure that is this problem's alone. Throws what concerns all of them.
 */
export function endOf(
  error: unknown,
  stopping: AbortSignal,
):
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'failed'; readonly error: Error }
  | undefined {
  if (stopping.aborted && error instanceof Error && error.name === 'AbortError') return undefined;
  if (error instanceof BudgetExhausted) return { kind: 'refused', message: error.message };
  if (concernsAll(error)) throw error;
  return { kind: 'failed', error: error instanceof Error ? error : new Error(String(error)) };
}

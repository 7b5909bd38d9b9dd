/**
 * What `qed prove` leaves: Markdown and HTML of every problem, written when its last attempt has ended, and at the end the
 * proof, or a line for each problem, on standard output.
 */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { writeFileAtomic } from '../journal/atomic-file.ts';
import type { Journal } from '../journal/journal.ts';
import { isStaleTemporary } from '../journal/temporary-name.ts';
import { ModelError } from '../model/model-error.ts';
import { budgetText } from '../prove/budget.ts';
import { proofMarkdown } from '../prove/proof-markdown.ts';
import { proofPage } from '../prove/proof-page.ts';
import { type ProofReport, spentText } from '../prove/proof-report.ts';
import type { ProveOutcome } from '../prove/prove-problem.ts';
import type { AttemptOutcome, RunEvent } from '../prove/prove-problems.ts';
import { packageVersion } from '../recipe/package-version.ts';
import { shownPath } from '../recipe/shown-path.ts';
import { interruptedExitCode } from './interruption.ts';
import type { ProveResult } from './prove.ts';
import type { Setup } from './prove-setup.ts';
import { commandToContinue } from './run.ts';
import { plainLine } from './text.ts';

type AttemptEnded = Extract<RunEvent, { readonly kind: 'attempt-ended' }>;

/** Events that say of a problem's files that they are whole: whoever wrote them, with how many attempts. */
const pagesStream = 'prove/pages';

export interface ProofFilesOptions {
  readonly directory: string;
  readonly output: string;
  readonly attempts: number;
  readonly isPriced: boolean;
  readonly journal: Journal;
  /** Told once when files cannot be written; the work goes on. */
  readonly onFailure: (error: unknown) => void;
}

/** Writes the files of problems as their attempts end: one write a problem at a time, always of the newest. */
export class ProofFiles {
  readonly #setup: Setup;
  readonly #options: ProofFilesOptions;
  readonly #ended = new Map<number, Map<number, ProveOutcome>>();
  readonly #written: ReadonlySet<string>;
  /** By problem: what is being written, and what is to be written after it. */
  readonly #writing = new Map<number, { next: ProofReport | undefined; readonly done: Promise<void> }>();
  #failure: { readonly error: unknown } | undefined;

  private constructor(setup: Setup, options: ProofFilesOptions, written: ReadonlySet<string>) {
    this.#setup = setup;
    this.#options = options;
    this.#written = written;
  }

  static async open(setup: Setup, options: ProofFilesOptions): Promise<ProofFiles> {
    const written = new Set<string>();
    for await (const { key } of options.journal.values(pagesStream)) written.add(key);
    for (const directory of [options.output, path.join(options.output, 'proofs')]) removeStale(directory);
    return new ProofFiles(setup, options, written);
  }

  /** Whether the files of all attempts are there. */
  isWrittenUp(problem: number): boolean {
    const base = this.#base(problem);
    return this.#written.has(this.#pagesKey(problem)) && [`${base}.md`, `${base}.html`].every(existsSync);
  }

  attemptEnded({ problem, attempt, outcome, spent }: AttemptEnded): void {
    const own = this.#ended.get(problem) ?? new Map<number, ProveOutcome>();
    this.#ended.set(problem, own);
    if (outcome.status === 'failed' || outcome.status === 'waiting') return;
    own.set(attempt, outcome);
    const report = this.#report(problem, own, spent);
    if (report === undefined) return;
    // The traces of a problem that is done are let go.
    if (own.size === this.#options.attempts) this.#ended.delete(problem);
    const underWay = this.#writing.get(problem);
    if (underWay !== undefined) underWay.next = report;
    else this.#begin(problem, report);
  }

  /** Resolves when everything is on disk. Throws the first failure. */
  async written(): Promise<void> {
    while (this.#writing.size > 0) await Promise.all([...this.#writing.values()].map(({ done }) => done));
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #begin(problem: number, first: ProofReport): void {
    const write = async (): Promise<void> => {
      for (let report: ProofReport | undefined = first; report !== undefined; ) {
        await this.#write(problem, report);
        report = entry.next;
        entry.next = undefined;
      }
    };
    const done = Promise.resolve()
      .then(write)
      .catch((error: unknown) => {
        if (this.#failure === undefined) this.#options.onFailure(error);
        this.#failure ??= { error };
      })
      .finally(() => this.#writing.delete(problem));
    const entry: { next: ProofReport | undefined; readonly done: Promise<void> } = { next: undefined, done };
    this.#writing.set(problem, entry);
  }

  async #write(problem: number, report: ProofReport): Promise<void> {
    const base = this.#base(problem);
    mkdirSync(path.dirname(base), { recursive: true });
    await writeFileAtomic(`${base}.md`, proofMarkdown(report));
    await writeFileAtomic(`${base}.html`, proofPage(report));
    const { attempts } = report;
    const isWhole =
      attempts.length === this.#options.attempts && attempts.every(({ status }) => status === 'finished');
    if (isWhole) await this.#options.journal.append(pagesStream, this.#pagesKey(problem), { value: true });
  }

  #base(problem: number): string {
    return proofFile(this.#setup, this.#options.output, problem);
  }

  /** Files of another place, of fewer attempts or of another version are written again. */
  #pagesKey(problem: number): string {
    const { directory, attempts } = this.#options;
    const place = path.relative(directory, this.#base(problem)).replaceAll(path.sep, '/');
    return `${place} ${attempts} ${packageVersion()}`;
  }

  #report(
    index: number,
    own: ReadonlyMap<number, ProveOutcome>,
    spent: AttemptEnded['spent'],
  ): ProofReport | undefined {
    const { given, identity, budgets, main, byRole } = this.#setup;
    const problem = given.problems[index];
    if (problem === undefined) return undefined;
    return {
      problem,
      attempts: [...own].sort(([a], [b]) => a - b).map(([, outcome]) => outcome),
      models: [main.name, ...[...byRole].map(([role, model]) => `${role}: ${model.name}`)],
      scaffold: identity.scaffold,
      budget: [
        budgetText(budgets.run),
        ...(Object.keys(budgets.problem).length === 0 ? [] : [`each problem ${budgetText(budgets.problem)}`]),
      ].join('; '),
      spent,
      isPriced: this.#options.isPriced,
      version: packageVersion(),
    };
  }
}

/** What a process that was killed amid a write has left. */
function removeStale(directory: string): void {
  if (!existsSync(directory)) return;
  for (const entry of readdirSync(directory)) {
    const file = path.join(directory, entry);
    if (isStaleTemporary(file)) rmSync(file, { force: true });
  }
}

/** Without its extension: `proof` for one problem, `proofs/003-ID` for one of many. */
function proofFile({ given }: Setup, output: string, index: number): string {
  if (given.problems.length === 1) return path.join(output, 'proof');
  const id = (given.problems[index]?.id ?? '').replaceAll(/[^\w.-]+/g, '-').slice(0, 60);
  const width = Math.max(3, `${given.problems.length}`.length);
  return path.join(output, 'proofs', `${`${index + 1}`.padStart(width, '0')}-${id}`);
}

/** Prints the end of a run; returns the exit code: 0 when every problem has a proof. */
export function printOutcome(result: ProveResult, setup: Setup, json: boolean): number {
  const { outcome, wasStopped, directory, output } = result;
  const { problems } = setup.given;
  const all = outcome.attempts.flat();
  const hasEnded = all.every(({ status }) => status === 'finished' || status === 'budget');
  const hasProofs = outcome.attempts.every((attempts) => attempts.some((one) => proofOf(one) !== undefined));
  const isPriced = [setup.main, ...setup.byRole.values()].every(({ price }) => price !== undefined);
  if (json) process.stdout.write(`${JSON.stringify(asJson(result, setup, isPriced), null, 2)}\n`);
  else if (problems.length === 1) {
    for (const attempt of all) {
      const proof = proofOf(attempt);
      if (proof !== undefined) process.stdout.write(`${proof.trim()}\n`);
    }
  } else {
    problems.forEach(({ id }, index) => {
      const states = (outcome.attempts[index] ?? []).map(stateText).join('; ');
      process.stdout.write(`${plainLine(id)}  ${states}\n`);
    });
  }
  const lines = [
    `spent: ${spentText({ spent: outcome.spent, isPriced })}`,
    ...(outcome.unsettled > 0
      ? [`${outcome.unsettled} calls of earlier sittings have no known end and count at their worst`]
      : []),
    ...(problems.length === 1 ? all.map((attempt) => stateText(attempt)) : []),
    ...(hasProofs || problems.length > 1
      ? [
          `saved: ${shownPath(proofFile(setup, output, 0))}${problems.length === 1 ? '.md and .html' : ' and so on'}`,
        ]
      : []),
  ];
  process.stderr.write(`${lines.map(plainLine).join('\n')}\n`);
  if (wasStopped || !hasEnded) {
    process.stderr.write(
      `everything so far is in ${shownPath(directory)}. To go on:\n  ${commandToContinue(process.argv.slice(2), process.env)}\n`,
    );
  } else if (all.some(({ status }) => status === 'budget')) {
    process.stderr.write('a larger --budget goes on from here\n');
  }
  if (wasStopped) return interruptedExitCode;
  return hasEnded && hasProofs ? 0 : 1;
}

function proofOf(attempt: AttemptOutcome): string | undefined {
  return 'proof' in attempt ? attempt.proof : undefined;
}

function stateText(attempt: AttemptOutcome): string {
  switch (attempt.status) {
    case 'failed':
      return `failed: ${plainLine(attempt.error.message)}`;
    case 'waiting':
      return 'not begun';
    case 'finished':
      return attempt.proof === undefined
        ? `no proof: ${attempt.why}`
        : `proof: ${attempt.why}${cutText(attempt)}`;
    default:
      return `${attempt.ended ?? attempt.status}; ${attempt.proof === undefined ? 'no proof yet' : `${attempt.why}${cutText(attempt)}`}`;
  }
}

function cutText({ writer }: ProveOutcome): string {
  return writer?.isCut === true
    ? '; it was cut at the limit of a reply, so its end is missing (--max-tokens sets the limit)'
    : '';
}

function asJson(
  { outcome, directory, output, wasStopped }: ProveResult,
  setup: Setup,
  isPriced: boolean,
): unknown {
  const money = (dollars: number): number | null => (isPriced ? dollars : null);
  return {
    run: directory,
    stopped: wasStopped,
    spent: { ...outcome.spent, dollars: money(outcome.spent.dollars) },
    unsettledCalls: outcome.unsettled,
    problems: setup.given.problems.map(({ id }, index) => {
      const spent = outcome.problems[index];
      const base = proofFile(setup, output, index);
      return {
        id,
        spent: spent === undefined ? null : { ...spent, dollars: money(spent.dollars) },
        markdown: `${base}.md`,
        html: `${base}.html`,
        attempts: (outcome.attempts[index] ?? []).map((attempt) => ({
          status: attempt.status,
          proof: proofOf(attempt) ?? null,
          cut: 'writer' in attempt ? (attempt.writer?.isCut ?? null) : null,
          why: 'why' in attempt ? attempt.why : null,
          ended: 'ended' in attempt ? (attempt.ended ?? null) : null,
          error: attempt.status === 'failed' ? attempt.error.message : null,
          errorKind:
            attempt.status === 'failed' && attempt.error instanceof ModelError ? attempt.error.kind : null,
        })),
      };
    }),
  };
}

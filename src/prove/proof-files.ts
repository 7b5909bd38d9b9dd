/**
 * Markdown and HTML of every problem of a run, written when its last attempt has ended: one write a problem at a time, always of
 * the newest. What is written up already is not written again.
 */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { writeFileAtomic } from '../journal/atomic-file.ts';
import type { Journal } from '../journal/journal.ts';
import { isStaleTemporary } from '../journal/temporary-name.ts';
import type { Problem } from '../problems/problem.ts';
import { budgetText } from './budget.ts';
import { proofMarkdown } from './proof-markdown.ts';
import { proofPage } from './proof-page.ts';
import type { ProofReport } from './proof-report.ts';
import type { ProveOutcome } from './prove-problem.ts';
import type { RunEvent } from './prove-problems.ts';
import type { Budgets } from './within-budgets.ts';

/** What a run is of, as far as its pages say it. */
export interface WrittenUp {
  readonly given: { readonly problems: readonly Problem[] };
  readonly identity: { readonly scaffold: string };
  readonly budgets: Budgets;
  readonly main: { readonly name: string };
  readonly byRole: ReadonlyMap<string, { readonly name: string }>;
}

type AttemptEnded = Extract<RunEvent, { readonly kind: 'attempt-ended' }>;

/** Events that say of a problem's files that they are whole: whoever wrote them, with how many attempts. */
const pagesStream = 'prove/pages';

export interface ProofFilesOptions {
  readonly directory: string;
  readonly output: string;
  readonly attempts: number;
  readonly isPriced: boolean;
  /** Of this program. */
  readonly version: string;
  readonly journal: Journal;
  /** Told once when files cannot be written; the work goes on. */
  readonly onFailure: (error: unknown) => void;
}

/** Writes the files of problems as their attempts end: one write a problem at a time, always of the newest. */
export class ProofFiles {
  readonly #setup: WrittenUp;
  readonly #options: ProofFilesOptions;
  readonly #ended = new Map<number, Map<number, ProveOutcome>>();
  readonly #written: ReadonlySet<string>;
  /** By problem: what is being written, and what is to be written after it. */
  readonly #writing = new Map<number, { next: ProofReport | undefined; readonly done: Promise<void> }>();
  #failure: { readonly error: unknown } | undefined;

  private constructor(setup: WrittenUp, options: ProofFilesOptions, written: ReadonlySet<string>) {
    this.#setup = setup;
    this.#options = options;
    this.#written = written;
  }

  static async open(setup: WrittenUp, options: ProofFilesOptions): Promise<ProofFiles> {
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
    const { directory, attempts, version } = this.#options;
    const place = path.relative(directory, this.#base(problem)).replaceAll(path.sep, '/');
    return `${place} ${attempts} ${version}`;
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
      version: this.#options.version,
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
export function proofFile({ given }: WrittenUp, output: string, index: number): string {
  if (given.problems.length === 1) return path.join(output, 'proof');
  const id = (given.problems[index]?.id ?? '').replaceAll(/[^\w.-]+/g, '-').slice(0, 60);
  const width = Math.max(3, `${given.problems.length}`.length);
  return path.join(output, 'proofs', `${`${index + 1}`.padStart(width, '0')}-${id}`);
}

/**
 * What `qed prove` leaves: Markdown and HTML of every problem, written when its last attempt has ended, and at the end the
 * proof, or a line for each problem, on standard output.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { writeFileAtomic } from '../journal/atomic-file.ts';
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

/** Writes the files of problems as their attempts end. */
export class ProofFiles {
  readonly #setup: Setup;
  readonly #output: string;
  readonly #attempts: number;
  readonly #isPriced: boolean;
  readonly #ended = new Map<number, Map<number, ProveOutcome>>();
  readonly #writing: Promise<void>[] = [];

  constructor(
    setup: Setup,
    options: { readonly output: string; readonly attempts: number; readonly isPriced: boolean },
  ) {
    this.#setup = setup;
    this.#output = options.output;
    this.#attempts = options.attempts;
    this.#isPriced = options.isPriced;
  }

  attemptEnded({ problem, attempt, outcome, spent }: AttemptEnded): void {
    const own = this.#ended.get(problem) ?? new Map<number, ProveOutcome>();
    this.#ended.set(problem, own);
    if (outcome.status === 'failed' || outcome.status === 'waiting') return;
    own.set(attempt, outcome);
    const report = this.#report(problem, own, spent);
    if (report === undefined) return;
    // The traces of a problem that is done are let go.
    if (own.size === this.#attempts) this.#ended.delete(problem);
    const base = proofFile(this.#setup, this.#output, problem);
    const write = async (): Promise<void> => {
      mkdirSync(path.dirname(base), { recursive: true });
      await writeFileAtomic(`${base}.md`, proofMarkdown(report));
      await writeFileAtomic(`${base}.html`, proofPage(report));
    };
    const writing = write();
    // Whoever awaits `written` is told of the failure.
    writing.catch(() => undefined);
    this.#writing.push(writing);
  }

  /** Resolves when everything is on disk. */
  async written(): Promise<void> {
    await Promise.all(this.#writing);
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
      isPriced: this.#isPriced,
      version: packageVersion(),
    };
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
      return attempt.proof === undefined ? 'no proof' : `proof: ${attempt.why}`;
    default:
      return `${attempt.ended ?? attempt.status}; ${attempt.proof === undefined ? 'no proof yet' : attempt.why}`;
  }
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
          why: 'why' in attempt ? attempt.why : null,
          ended: 'ended' in attempt ? (attempt.ended ?? null) : null,
          error: attempt.status === 'failed' ? attempt.error.message : null,
        })),
      };
    }),
  };
}

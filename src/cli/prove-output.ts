/** What `qed prove` prints at the end: the proof, or a line for each problem, on standard output. */
import { ModelError } from '../model/model-error.ts';
import { proofFile } from '../prove/proof-files.ts';
import { spentText } from '../prove/proof-report.ts';
import type { ProveOutcome } from '../prove/prove-problem.ts';
import type { AttemptOutcome } from '../prove/prove-problems.ts';
import { shownPath } from '../recipe/shown-path.ts';
import { interruptedExitCode } from './interruption.ts';
import type { ProveResult } from './prove.ts';
import type { Setup } from './prove-setup.ts';
import { commandToContinue } from './run.ts';
import { plainLine } from './text.ts';

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

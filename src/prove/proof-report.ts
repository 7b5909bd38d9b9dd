/** What a page or a Markdown file says of the attempts at one problem: the facts that both of them show. */
import type { Problem } from '../problems/problem.ts';
import { factsText } from '../scaffold/facts-text.ts';
import { dollarsText } from './budget.ts';
import { judgingRoles } from './proof-writer.ts';
import type { ProveOutcome } from './prove-problem.ts';
import type { TraceCall } from './trace.ts';
import type { SpentSoFar } from './within-budgets.ts';

export interface ProofReport {
  readonly problem: Problem;
  readonly attempts: readonly ProveOutcome[];
  /** Names of the models, the main one first. */
  readonly models: readonly string[];
  /** The scaffold with its settings. */
  readonly scaffold: string;
  /** As the person wrote it. */
  readonly budget: string;
  readonly spent: SpentSoFar;
  /** False where a model has no price, so that the dollars say nothing. */
  readonly isPriced: boolean;
  readonly version: string;
}

/** `12,345 tokens, $0.12, 45 s`. */
export function spentText({ spent, isPriced }: Pick<ProofReport, 'spent' | 'isPriced'>): string {
  const tokens = `${spent.tokens.toLocaleString('en-US')} tokens`;
  const seconds = `${spent.seconds < 100 ? Number(spent.seconds.toFixed(1)) : Math.round(spent.seconds)} s`;
  return [tokens, ...(isPriced && spent.dollars > 0 ? [dollarsText(spent.dollars)] : []), seconds].join(', ');
}

/** One line on what became of an attempt. */
export function verdictText({ status, proof, ended, why, writer }: ProveOutcome): string {
  if (proof === undefined) return `No proof: ${ended ?? why}.`;
  const cut = writer?.isCut === true ? ' It was cut at the token limit: its end is missing.' : '';
  if (status === 'finished') return `Chosen: ${why}.${cut}`;
  return `Not finished: ${ended ?? 'it was stopped'}. Shown is ${why}.${cut}`;
}

/** What a reader should know of the judges behind a proof: verdicts that could not be read, calls that failed. */
export function remarksOn({ trace }: ProveOutcome): string[] {
  const roles = new Map(trace.calls.map(({ label, role }) => [label, role]));
  const unread = trace.notes.filter(
    ({ label, facts }) => 'abstained' in facts && judgingRoles.includes(roles.get(label) ?? ''),
  ).length;
  const failed = trace.notes.filter(({ facts }) => 'failure' in facts).length;
  return [
    ...(unread === 0 ? [] : [`${counted(unread, 'verdict')} could not be read, and counted for nothing.`]),
    ...(failed === 0 ? [] : [`${counted(failed, 'call')} failed, and the search went on without.`]),
  ];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** `132 tokens`, with what is worth knowing of how a call ended. */
export function callText({ outcome }: TraceCall): string {
  if (outcome.kind !== 'reply') return `${outcome.kind}: ${outcome.message}`;
  const { usage, dollars, seconds, finish } = outcome;
  const parts = [
    `${usage.completionTokens.toLocaleString('en-US')} tokens`,
    ...(dollars === undefined || dollars === 0 ? [] : [dollarsText(dollars)]),
    `${Number(seconds.toFixed(1))} s`,
    ...(finish === 'length' ? ['cut at the limit'] : []),
  ];
  return parts.join(', ');
}

/** What was noted under a label, as `score 6, decided by coin`. */
export function notesText(attempt: ProveOutcome, label: string): string {
  return attempt.trace.notes
    .filter((note) => note.label === label)
    .map(({ facts }) => factsText(facts))
    .join(', ');
}

/** The same of several calls together. */
export function callsText(calls: readonly TraceCall[]): string {
  const replies = calls.flatMap(({ outcome }) => (outcome.kind === 'reply' ? [outcome] : []));
  const total = (of: (reply: (typeof replies)[number]) => number): number =>
    replies.reduce((sum, reply) => sum + of(reply), 0);
  const dollars = total((reply) => reply.dollars ?? 0);
  const cut = replies.filter(({ finish }) => finish === 'length').length;
  const parts = [
    `${calls.length} calls`,
    `${total(({ usage }) => usage.completionTokens).toLocaleString('en-US')} tokens`,
    ...(dollars === 0 ? [] : [dollarsText(dollars)]),
    `${Number(total(({ seconds }) => seconds).toFixed(1))} s`,
    ...(cut === 0 ? [] : [`${cut} cut at the limit`]),
  ];
  return parts.join(', ');
}

/** Labels with notes that are no call's: choices and what a scaffold said of itself. */
export function labelsOfNotes({ trace }: ProveOutcome): string[] {
  const calls = new Set(trace.calls.map(({ label }) => label));
  return [...new Set(trace.notes.map(({ label }) => label))].filter((label) => !calls.has(label));
}

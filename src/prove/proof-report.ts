/** What a page or a Markdown file says of the attempts at one problem: the facts that both of them show. */
import type { Problem } from '../problems/problem.ts';
import { dollarsText } from './budget.ts';
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
export function verdictText({ status, proof, ended, why }: ProveOutcome): string {
  if (proof === undefined) return `No proof: ${ended ?? why}.`;
  if (status === 'finished') return `Chosen: ${why}.`;
  return `Not finished: ${ended ?? 'it was stopped'}. Shown is ${why}.`;
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

/** What was noted under a label, as `score 6, verdict yes`. */
export function notesText(attempt: ProveOutcome, label: string): string {
  return attempt.trace.notes
    .filter((note) => note.label === label)
    .flatMap(({ facts }) => Object.entries(facts))
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}

/** Labels with notes that are no call's: choices and what a scaffold said of itself. */
export function labelsOfNotes({ trace }: ProveOutcome): string[] {
  const calls = new Set(trace.calls.map(({ label }) => label));
  return [...new Set(trace.notes.map(({ label }) => label))].filter((label) => !calls.has(label));
}

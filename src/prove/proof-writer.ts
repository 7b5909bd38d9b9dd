/**
 * Which call wrote a proof, found in the trace by its text, and whether that reply was cut at the token limit: a proof
 * whose end is missing must not look like a whole one.
 */
import type { Trace, TraceCall } from './trace.ts';

export interface ProofWriter {
  /** Label of the call. */
  readonly label: string;
  readonly isCut: boolean;
}

/** Roles that write about proofs, and may quote one. */
export const judgingRoles: readonly string[] = [
  'verify',
  'decide',
  'score',
  'consolidate',
  'compare',
  'summarise',
];

/** Of several calls that wrote the same the one that the scaffold named as its choice, else the last. */
export function proofWriter({ calls, notes }: Trace, proof: string | undefined): ProofWriter | undefined {
  const wanted = proof?.trim() ?? '';
  if (wanted === '') return undefined;
  const wrote = calls.filter((call) => !judgingRoles.includes(call.role) && answerOf(call).includes(wanted));
  const exactly = wrote.filter((call) => answerOf(call).trim() === wanted);
  const among = exactly.length > 0 ? exactly : wrote;
  const chosen = notes.findLast(({ label }) => label === 'choice')?.facts.chosen;
  const isChosen = ({ label }: TraceCall): boolean => label === chosen || label.startsWith(`${chosen}/`);
  const writer = among.findLast(isChosen) ?? among.at(-1);
  if (writer?.outcome.kind !== 'reply') return undefined;
  return { label: writer.label, isCut: writer.outcome.finish === 'length' };
}

function answerOf({ outcome }: TraceCall): string {
  return outcome.kind === 'reply' ? (outcome.answer ?? '') : '';
}

/**
 * What a teacher wrote in one sample, and whether its structure is that of a text to learn from: it ended by itself, its
 * reasoning is closed, and it has an explicit proof section (paper, section 2.3). Each way to fail has a code. Whether the
 * proof is right is no matter of structure: the paper keeps proofs with low grades.
 */
import type { Reading } from '../../prompt/reading.ts';
import { proofSection } from './proof-section.ts';

export interface Completion {
  readonly reasoning: string;
  /** Undefined where the reasoning did not end. */
  readonly answer: string | undefined;
  readonly finish: 'stop' | 'length';
  /** Of the prompt and of the reply with its reasoning, as the server counts them. */
  readonly promptTokens: number;
  readonly completionTokens: number;
}

export interface StructureRules {
  /** `section`: an explicit proof section, which alone is the proof. `whole`: everything after the reasoning is. */
  readonly proof: 'section' | 'whole';
  /** Whether a completion without reasoning leaves. Some servers keep it to themselves. */
  readonly needsReasoning: boolean;
}

export const structureCodes = [
  'reasoning-open',
  'not-finished',
  'no-reasoning',
  'no-proof-section',
  'no-proof',
] as const;
export type StructureCode = (typeof structureCodes)[number];

export type Structure =
  | { readonly ok: true; readonly proof: string }
  | { readonly ok: false; readonly code: StructureCode; readonly detail: string };

export function structureOf(completion: Completion, rules: StructureRules): Structure {
  const { reasoning, answer, finish, completionTokens } = completion;
  const fault = (code: StructureCode, detail: string): Structure => ({ ok: false, code, detail });
  if (answer === undefined)
    return fault('reasoning-open', `the reasoning did not end in ${completionTokens} tokens`);
  if (finish === 'length') return fault('not-finished', `the proof was cut at ${completionTokens} tokens`);
  if (rules.needsReasoning && reasoning.trim() === '')
    return fault('no-reasoning', 'the reply has no reasoning');
  if (answer.trim() === '') return fault('no-proof', 'nothing follows the reasoning');
  const proof: Reading<string> =
    rules.proof === 'section' ? proofSection(answer) : { ok: true, value: answer.trim() };
  return proof.ok ? { ok: true, proof: proof.value } : fault('no-proof-section', proof.complaint);
}

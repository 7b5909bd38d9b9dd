/**
 * What is asked of a model of the lab and how its replies are read: one function per instruction. The words are
 * fixed, because the lab's tokenizer has a token for each. FENCED-CANDIDATE: what a model wrote enters a prompt
 * as parsed steps, or with every word taken out that the place has no use for, so it cannot ask for anything.
 */
import { renderStep, renderSteps, renderStepsOrNone } from './text.ts';
import type { LabProblem, Rule } from './world.ts';

/** A single turn, and the first turn of a reasoning cache: the statement itself. */
export function provePrompt(statement: string): string {
  return statement;
}

/** A later turn of a reasoning cache. With nothing to go on from it asks what the first turn asks. */
export function continuePrompt(statement: string, summary: readonly Rule[]): string {
  return summary.length === 0 ? provePrompt(statement) : `${statement} Summary: ${renderSteps(summary)}`;
}

export function summarisePrompt(statement: string, summary: readonly Rule[], thought: string): string {
  return `${statement} Summary: ${renderStepsOrNone(summary)} Thought: ${fence(thought, THOUGHT_WORD)} Summarise.`;
}

/**
 * What the prompts about proofs are made of: for every proof the facts and then its steps, and only then the rules. So
 * a premise is open exactly when it has not been named since the facts, which a small model can see; after the rules,
 * which name every proposition, it could not.
 */
type Stated = Pick<LabProblem, 'given' | 'rules' | 'goal'>;

/** The steps of a proof that somebody wrote; a sentence that states no step is undefined, and `no.` in a prompt. */
export type Candidate = readonly (Rule | undefined)[];

export function renderCandidate(proof: Candidate): string {
  if (proof.length === 0) return 'none.';
  return proof.map((step) => (step === undefined ? 'no.' : renderStep(step))).join(' ');
}

function proofsBeforeRules({ given, rules, goal }: Stated, proofs: readonly string[]): string {
  const facts = `Given ${given.join(', ')}.`;
  return `${proofs.map((proof) => `${facts} Proof: ${proof}`).join('\n')} Rules: ${renderSteps(rules)} Prove ${goal}.`;
}

export function judgePrompt(problem: Stated, proof: Candidate): string {
  return `${proofsBeforeRules(problem, [renderCandidate(proof)])} Judge.`;
}

export function comparePrompt(problem: Stated, first: Candidate, second: Candidate): string {
  return `${proofsBeforeRules(problem, [first, second].map(renderCandidate))} Compare.`;
}

export function recitePrompt(statement: string): string {
  return `${statement} Recite.`;
}

/** An assistant's turn with a thinking block: `<think> A gives B. done.</think> A gives B.` */
export function renderAttempt(thought: string, proof: string): string {
  return `<think>${spaced(thought)}</think>${spaced(proof)}`;
}

/** An assistant's turn without thinking begins with a space, as every word but a message's first does. */
export function renderReply(text: string): string {
  return spaced(text);
}

/** 1 complete, 0.5 something, 0 nothing: the scale of a self-check. */
export type JudgeScore = 0 | 0.5 | 1;

/** The score that ends a judge's reply; undefined when it ends in anything else. */
export function parseJudgement(reply: string): JudgeScore | undefined {
  const score = /(?:^|\s)Score (0|0\.5|1)\s*$/.exec(reply)?.[1];
  return score === '1' ? 1 : score === '0.5' ? 0.5 : score === '0' ? 0 : undefined;
}

/** Which of two proofs a comparison prefers, or that neither is better; undefined when it ends in no verdict. */
export function parseComparison(reply: string): 1 | 2 | 'equal' | undefined {
  const better = /(?:^|\s)Better (1|2|none\.)\s*$/.exec(reply)?.[1];
  return better === '1' ? 1 : better === '2' ? 2 : better === 'none.' ? 'equal' : undefined;
}

const THOUGHT_WORD = /^(?:[A-T]\.?|and|gives?|try|no\.|done\.|check)$/;

function fence(text: string, allowed: RegExp): string {
  const kept = text.split(/\s+/).filter((word) => allowed.test(word));
  return kept.length === 0 ? 'none.' : kept.join(' ');
}

function spaced(text: string): string {
  return text === '' ? '' : ` ${text}`;
}

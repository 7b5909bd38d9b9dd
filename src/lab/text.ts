/**
 * Text of the miniature world, written and read. Reading is strict: `parseStatement` accepts exactly what
 * `renderStatement` writes, and a sentence of a proof is a step or it is nothing. Runs of white space in a
 * proof count as one space, because a person sees them so.
 */
import { type LabProblem, type LabProblemResult, labProblem, PROPOSITIONS, type Rule } from './world.ts';

const LETTER = `[${PROPOSITIONS[0]}-${PROPOSITIONS.at(-1)}]`;
const STEP = new RegExp(
  `^(?:(${LETTER}) gives (${LETTER})|(${LETTER}) and (${LETTER}) give (${LETTER}))\\.$`,
);
const STATEMENT = new RegExp(`^Given (${LETTER}(?:, ${LETTER})*)\\. Rules: ([^:]+\\.) Prove (${LETTER})\\.$`);

/** `A gives B.` or `A and B give C.` */
export function renderStep(step: Rule): string {
  const [first, second] = step.premises;
  return second === undefined
    ? `${first} gives ${step.conclusion}.`
    : `${first} and ${second} give ${step.conclusion}.`;
}

/** Steps joined by one space; the empty string for none. */
export function renderSteps(steps: readonly Rule[]): string {
  return steps.map(renderStep).join(' ');
}

/** Steps, or the word that stands for no steps in a prompt or a summary. */
export function renderStepsOrNone(steps: readonly Rule[]): string {
  return steps.length === 0 ? 'none.' : renderSteps(steps);
}

/** `Given A, B. Rules: A and B give C. C gives D. Prove D.` */
export function renderStatement(problem: Pick<LabProblem, 'given' | 'rules' | 'goal'>): string {
  return `Given ${problem.given.join(', ')}. Rules: ${renderSteps(problem.rules)} Prove ${problem.goal}.`;
}

/** The inverse of `renderStatement`. */
export function parseStatement(text: string): LabProblemResult {
  const match = STATEMENT.exec(text);
  const [, given, sentences, goal] = match ?? [];
  if (given === undefined || sentences === undefined || goal === undefined)
    return { ok: false, reason: 'not of the form "Given …. Rules: …. Prove X."' };
  const rules: Rule[] = [];
  for (const sentence of sentences.split(/(?<=\.) /)) {
    const rule = parseStep(sentence);
    if (rule === undefined) return { ok: false, reason: `not a rule: ${JSON.stringify(sentence)}` };
    rules.push(rule);
  }
  return labProblem(given.split(', '), rules, goal);
}

/** One step with its full stop, or undefined. */
export function parseStep(sentence: string): Rule | undefined {
  const [, single, singleConclusion, first, second, doubleConclusion] = STEP.exec(sentence) ?? [];
  if (single !== undefined && singleConclusion !== undefined)
    return { premises: [single], conclusion: singleConclusion };
  if (first !== undefined && second !== undefined && doubleConclusion !== undefined)
    return { premises: [first, second], conclusion: doubleConclusion };
  return undefined;
}

/** One sentence of a proof as it was written, with the step it states, if it states one. */
export interface ProofSentence {
  readonly text: string;
  readonly step: Rule | undefined;
}

/** Takes a proof apart at its full stops. What stands after the last full stop is a sentence that is no step. */
export function parseProof(proof: string): ProofSentence[] {
  const text = proof.trim().replace(/\s+/g, ' ');
  const sentences = text.match(/[^.]*\.|[^.]+$/g) ?? [];
  return sentences.map((raw) => {
    const sentence = raw.trim();
    return { text: sentence, step: parseStep(sentence) };
  });
}

/** A proof as it is read by others: its steps, and undefined for every sentence that states none. */
export function parseCandidate(proof: string): (Rule | undefined)[] {
  return parseProof(proof).map(({ step }) => step);
}

/** The steps of a proof or summary text, without the sentences that are none. */
export function parseSteps(text: string): Rule[] {
  return parseProof(text).flatMap(({ step }) => (step === undefined ? [] : [step]));
}

/**
 * The steps that a thought claims, in order. Failed tries (`try C gives E. no.`) are not claims, a sentence cut
 * off at the end is not one, and from `check` on nothing new is said.
 */
export function claimedSteps(thought: string): Rule[] {
  const steps: Rule[] = [];
  for (const { text, step } of parseProof(thought)) {
    if (text.startsWith('check')) break;
    if (step !== undefined) steps.push(step);
  }
  return steps;
}

/**
 * The lab's side of a scaffold: the messages that ask a model for a proof, at first and from a summary, and the
 * summarisers of a reasoning cache, symbolic and by the model itself. A summary passes from turn to turn as text;
 * only steps parsed from it enter a prompt (FENCED-CANDIDATE).
 */
import type { Problem } from '../problems/problem.ts';
import type { Summariser } from '../scaffold/reasoning-cache.ts';
import type { Message } from '../tokenizer/tokenizer.ts';
import { continuePrompt, provePrompt, summarisePrompt } from './prompts.ts';
import { SUMMARY_CAP, type SymbolicSummariser, summarise } from './summarise.ts';
import { parseStatement, parseSteps, renderStepsOrNone } from './text.ts';

/** The question of a turn: without a summary it is the single-turn prompt. */
export function askForProof(problem: Problem, summary?: string): Message[] {
  const content =
    summary === undefined
      ? provePrompt(problem.statement)
      : continuePrompt(problem.statement, parseSteps(summary));
  return [{ role: 'user', content }];
}

/** A symbolic summariser; it costs no tokens. Throws on a problem that is not of the lab. */
export function symbolicSummariser(kind: SymbolicSummariser): Summariser {
  return async ({ problem, previous, reasoning }) => {
    const parsed = parseStatement(problem.statement);
    if (!parsed.ok) throw new Error(`${problem.id} is no lab problem: ${parsed.reason}`);
    const steps = summarise(parsed.problem, parseSteps(previous ?? ''), reasoning, kind);
    return { text: renderStepsOrNone(steps), tokens: 0 };
  };
}

/** The model's own summary. A reply without one keeps the previous summary. */
export function modelSummariser(options: {
  readonly maxTokens: number;
  readonly temperature: number;
}): Summariser {
  return async ({ problem, turn, previous, reasoning }, context) => {
    const old = parseSteps(previous ?? '');
    const content = summarisePrompt(problem.statement, old, reasoning);
    const reply = await context.call(`summarise-${turn}`, {
      messages: [{ role: 'user', content }],
      ...options,
    });
    const steps = reply.answer === undefined ? old : parseSteps(reply.answer).slice(0, SUMMARY_CAP);
    return { text: renderStepsOrNone(steps), tokens: reply.usage.completionTokens };
  };
}

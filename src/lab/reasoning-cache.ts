/**
 * What the Reasoning Cache asks and how it summarises in the lab. By default the summariser is symbolic and keeps
 * what the text claims; `exact` also verifies, so it is an upper bound; `model` asks the model itself.
 */
import type { CachePrompts } from '../scaffold/reasoning-cache.ts';
import type { Message } from '../tokenizer/tokenizer.ts';
import { continuePrompt, summarisePrompt } from './prompts.ts';
import { SUMMARY_CAP, summarise } from './summarise.ts';
import { parseStatement, parseSteps, renderSteps } from './text.ts';

const summaryTokens = 48;

export function labReasoningCache(summariser: 'claims' | 'exact' | 'model'): CachePrompts {
  const user = (content: string): readonly Message[] => [{ role: 'user', content }];
  return {
    ask: ({ statement }, summary = '') => user(continuePrompt(statement, parseSteps(summary))),
    summarise: async ({ problem, turn, previous = '', reasoning }, context) => {
      const parsed = parseStatement(problem.statement);
      if (!parsed.ok) throw new Error(`${problem.id} is no lab problem: ${parsed.reason}`);
      const old = parseSteps(previous);
      if (summariser !== 'model') {
        return { text: renderSteps(summarise(parsed.problem, old, reasoning, summariser)), tokens: 0 };
      }
      const messages = user(summarisePrompt(problem.statement, old, reasoning));
      const reply = await context.call(
        `summarise-${turn}`,
        { messages, maxTokens: summaryTokens, temperature: 0.3 },
        { role: 'summarise' },
      );
      const steps = parseSteps(reply.answer ?? '').slice(0, SUMMARY_CAP);
      return { text: renderSteps(steps), tokens: reply.usage.completionTokens };
    },
  };
}

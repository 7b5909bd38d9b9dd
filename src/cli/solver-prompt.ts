/** What a step of `qed data` asks a solver with: one of QED's prompts, or the statement alone, as the models of the lab know it. */
import type { Message } from '../tokenizer/tokenizer.ts';
import { UserError } from './user-error.ts';

export interface SolverPrompt {
  /** Name and version, which attempts depend on. */
  readonly name: string;
  readonly ask: (statement: string) => readonly Message[];
}

/** Prompts with a problem and nothing else, whose replies are proofs. */
const names = ['prove', 'dsm-prove', 'distill'] as const;
export const solverPromptHelp = `${names.join(', ')}, or statement for the statement alone`;

/** Throws a UserError. */
export async function solverPrompt(flag: string, name: string): Promise<SolverPrompt> {
  if (name === 'statement')
    return { name: 'statement', ask: (statement) => [{ role: 'user', content: statement }] };
  const known = names.find((one) => one === name);
  if (known === undefined)
    throw new UserError(`${flag} ${name}: there is no such prompt; there are ${solverPromptHelp}`, {
      exitCode: 2,
    });
  const { loadPrompts, promptVersions } = await import('../prompt/prompt-library.ts');
  const fill = loadPrompts().bind(known, { problem: 'text' }, known === 'prove' ? 'proof' : 'solution');
  return {
    name: `${known}@${promptVersions([known])[known] ?? ''}`,
    ask: (statement) => [{ role: 'user', content: fill({ problem: statement }) }],
  };
}

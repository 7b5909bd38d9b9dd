/**
 * A model with a scaffold around it, as a chat model: the conversation becomes a problem, the proof is the answer, and
 * what the scaffold is doing is the reasoning, told as it happens. Usage is that of all calls. Nothing is recorded on
 * disk: what must not be paid twice belongs to `qed prove`. When the time given is over and there is a proof so far,
 * that is the answer, and its finish is `length`.
 */
import type { ChatModel, Delta, Usage } from '../model/chat-model.ts';
import { ModelError } from '../model/model-error.ts';
import type { Problem, ProblemId } from '../problems/problem.ts';
import { factsText } from '../scaffold/facts-text.ts';
import { BudgetExhausted, type Scaffold, type ScaffoldContext } from '../scaffold/scaffold.ts';
import { Random, seedFrom } from '../stats/random.ts';
import type { Message } from '../tokenizer/tokenizer.ts';
import { usageTogether } from './chat-shapes.ts';

/** `maxTokens` and `temperature` of a request are those of each call that the scaffold makes. */
export function createScaffoldModel(options: {
  readonly name: string;
  readonly model: ChatModel;
  readonly scaffold: Scaffold;
}): ChatModel {
  const { name, model, scaffold } = options;
  return {
    name,
    ...(model.price === undefined ? {} : { price: model.price }),
    ...(model.contextTokens === undefined ? {} : { contextTokens: model.contextTokens }),
    async generate(request, { signal, onDelta } = {}) {
      if (request.sampling?.stop !== undefined) {
        throw new ModelError(`stop: ${name} makes many calls, which a stop text would cut off`, {
          kind: 'invalid-request',
          isRetryable: false,
        });
      }
      const usages: Usage[] = [];
      let reasoning = '';
      let kept: string | undefined;
      let asked = 0;
      const isOver = (): boolean => signal?.aborted === true;
      const tell = (line: string): void => {
        const delta: Delta = { kind: 'reasoning', text: `${line}\n` };
        reasoning += delta.text;
        onDelta?.(delta);
      };
      const context = (prefix: string): ScaffoldContext => ({
        call: async (label, call, { role } = {}) => {
          const path = `${prefix}${label}`;
          if (isOver()) throw new BudgetExhausted(`${path}: the time is over`);
          asked += 1;
          tell(`call ${asked}: ${path}${role === undefined || path.startsWith(role) ? '' : ` (${role})`}`);
          const sampling = { ...request.sampling, ...call.sampling };
          try {
            const reply = await model.generate(
              {
                ...call,
                ...(Object.keys(sampling).length === 0 ? {} : { sampling }),
                seed: seedFrom(request.seed, path),
              },
              signal === undefined ? {} : { signal },
            );
            usages.push(reply.usage);
            const cut = reply.finish === 'length' ? ', cut at the limit' : '';
            tell(`${path}: ${reply.usage.completionTokens} tokens${cut}`);
            return reply;
          } catch (error) {
            if (isOver()) throw new BudgetExhausted(`${path}: the time is over`);
            throw error;
          }
        },
        note: (label, facts) => tell(`${prefix}${label}: ${factsText(facts)}`),
        keep: (proof, why) => {
          if (prefix !== '') return;
          kept = proof;
          tell(`best so far: ${why}`);
        },
        within: (inner) => context(`${prefix}${inner}/`),
        random: new Random(request.seed, 'scaffold', prefix),
        maxTokens: request.maxTokens,
        temperature: request.temperature,
      });

      const problem = problemOf(request.messages);
      let proof: string | undefined;
      let isCut = false;
      try {
        const result = await scaffold(problem, context(''));
        proof = result.proof;
        isCut = proof === undefined && result.turns.at(-1)?.overflowed === true;
      } catch (error) {
        if (!(error instanceof BudgetExhausted)) throw error;
        if (kept === undefined) {
          signal?.throwIfAborted();
          throw error;
        }
        proof = kept;
        isCut = true;
        tell(`the time is over after ${usages.length} of ${asked} calls; this is the best so far`);
      }
      if (proof !== undefined) onDelta?.({ kind: 'answer', text: proof });
      const finish = isCut ? 'length' : 'stop';
      return { reasoning, answer: proof, finish, usage: usageTogether(usages, false) };
    },
  };
}

/**
 * The last question is the problem. Instructions, and what was said before it, are given with it, since a scaffold's
 * prompts have one place for all of it. Throws a ModelError when there is no question.
 */
export function problemOf(messages: readonly Message[]): Problem {
  const last = messages.findLastIndex(({ role }) => role === 'user');
  const question = messages[last];
  if (question === undefined) {
    throw new ModelError('messages: there is no question of the user in them', {
      kind: 'invalid-request',
      isRetryable: false,
    });
  }
  const speaker = { system: 'Instructions', user: 'Question', assistant: 'Answer' } as const;
  const isInstruction = ({ role }: Message): boolean => role === 'system';
  const parts = [
    ...messages.filter(isInstruction),
    ...messages.slice(0, last).filter((message) => !isInstruction(message)),
  ].map(({ role, content }) => `${speaker[role]}:\n${content}`);
  const statement =
    parts.length === 0 ? question.content : [...parts, `The problem:\n${question.content}`].join('\n\n');
  return { id: 'asked' as ProblemId, statement, solutions: [], source: '', tags: {} };
}

/** `score 0.5, verdict "good"`. */

/**
 * What every scaffold asks, in QED's words: each question is a file of `prompts/` and the parser that reads its
 * replies. Scaffolds take these as arguments, so that a world with skills of its own (the lab) can bring others.
 */
import { ModelError } from '../model/model-error.ts';
import type { Problem } from '../problems/problem.ts';
import { loadPrompts, type PromptLibrary } from '../prompt/prompt-library.ts';
import type { Reading } from '../prompt/reading.ts';
import type { Message } from '../tokenizer/tokenizer.ts';
import type { BestOfNPrompts } from './best-of-n.ts';
import type { DeepseekMathPrompts } from './deepseek-math.ts';
import type { MajorityPrompts } from './majority.ts';
import type { NomosPrompts } from './nomos.ts';
import { ofWhole, type Question } from './question.ts';
import { readChoice, readKeepList } from './read-choice.ts';
import { HALVES, POINTS, readScore } from './read-score.ts';
import { readSolution, readText } from './read-solution.ts';
import { readYesNo } from './read-yes-no.ts';
import type { Summariser } from './reasoning-cache.ts';
import type { RsaPrompts } from './rsa.ts';
import { hasConclusion, sameConclusion } from './same-conclusion.ts';
import type { Scaffold } from './scaffold.ts';
import type { SelfCheckPrompts } from './self-check.ts';
import { singleTurn } from './single-turn.ts';

export type ProblemKind = 'proof' | 'answer';

type WithoutSolver<T> = Omit<T, 'solver'>;

/** The questions of all scaffolds. A solver can be given to those that have one; these are the ones they begin with. */
export interface ScaffoldPrompts {
  readonly singleTurn: Scaffold;
  readonly reasoningCache: {
    readonly ask: (problem: Problem, summary: string | undefined) => readonly Message[];
    readonly summarise: Summariser;
  };
  readonly selfCheck: SelfCheckPrompts;
  readonly nomos: WithoutSolver<NomosPrompts>;
  readonly rsa: WithoutSolver<RsaPrompts>;
  /** DeepSeekMath's own solver also evaluates itself. */
  readonly deepseekMath: DeepseekMathPrompts;
  readonly majority: WithoutSolver<MajorityPrompts>;
  readonly bestOfN: WithoutSolver<BestOfNPrompts>;
}

/** The questions for proofs, or for problems that ask for a value. Throws where a prompt file is not as it must be. */
export function promptSet(
  kind: ProblemKind = 'proof',
  library: PromptLibrary = loadPrompts(),
): ScaffoldPrompts {
  const prove = library.bind(kind === 'proof' ? 'prove' : 'answer', { problem: 'text' }, 'proof');
  const proceed = library.bind('continue', { problem: 'text', summary: 'fenced' }, 'proof');
  const summarise = library.bind(
    'summarise',
    { problem: 'fenced', previous: 'fenced', reasoning: 'fenced' },
    'summary',
  );
  const improve = library.bind('improve', {}, 'proof');
  const verify = library.bind('verify', { problem: 'fenced', solution: 'judged' }, 'report');
  const decide = library.bind('decide', { report: 'judged' }, 'yes-no');
  const correct = library.bind('correct', { report: 'fenced' }, 'proof');
  const score = library.bind('score', { problem: 'fenced', solution: 'judged' }, 'points');
  const consolidate = library.bind(
    'consolidate',
    { problem: 'fenced', candidates: 'judged list', reports: 'judged list' },
    'keep-list',
  );
  const compare = library.bind('compare', { problem: 'fenced', candidates: 'judged list' }, 'choice');
  const merge = library.bind('merge', { problem: 'fenced', candidates: 'fenced list' }, 'proof');
  const dsmProve = library.bind('dsm-prove', { problem: 'text' }, 'solution');
  const dsmVerify = library.bind('dsm-verify', { problem: 'fenced', solution: 'judged' }, 'halves');
  const dsmRefine = library.bind(
    'dsm-refine',
    { problem: 'fenced', solution: 'fenced', analyses: 'fenced list' },
    'solution',
  );
  const again = library.bind('again', { complaint: 'text', format: 'text' }, 'message');

  /** A verdict: what cannot be read is asked for again, in the words of `format`. */
  const verdict = <T>(prompt: string, format: string, read: (answer: string) => Reading<T>): Question<T> => ({
    messages: user(prompt),
    read: ofWhole(read),
    again: (answer, complaint) => {
      const request = again({ complaint, format });
      return answer.trim() === ''
        ? user(`${prompt}\n\n${request}`)
        : [...user(prompt), { role: 'assistant', content: answer }, ...user(request)];
    },
  });
  const text = (messages: readonly Message[]): Question<string> => ({ messages, read: readText });
  const scoreOf: NomosPrompts['score'] = ({ problem, proof }) =>
    verdict(score({ problem: problem.statement, solution: proof }), POINTS.words, (answer) =>
      readScore(answer, POINTS),
    );
  const bestOf: RsaPrompts['compare'] = ({ problem, candidates }) =>
    verdict(
      compare({ problem: problem.statement, candidates }),
      `the number of the best candidate, from 1 to ${candidates.length}, or the word equal`,
      (answer) => readChoice(answer, candidates.length),
    );
  /** A conversation that goes on after its solution. */
  const after = (problem: Problem, solution: string, request: string): readonly Message[] => [
    ...user(prove({ problem: problem.statement })),
    { role: 'assistant', content: solution },
    ...user(request),
  ];

  return {
    singleTurn: singleTurn((problem) => user(prove({ problem: problem.statement }))),
    reasoningCache: {
      ask: ({ statement }, summary) =>
        user(
          summary === undefined || summary === ''
            ? prove({ problem: statement })
            : proceed({ problem: statement, summary }),
        ),
      summarise: async ({ problem, turn, previous = '', reasoning, answer = '' }, context) => {
        const { maxTokens, temperature } = context;
        // A model that does not separate its reasoning has written it into the answer.
        const work = reasoning.trim() === '' ? answer : reasoning;
        const messages = user(summarise({ problem: problem.statement, previous, reasoning: work }));
        const label = `summarise-${turn}`;
        const from = [`reason-${turn}`, ...(turn > 1 ? [`summarise-${turn - 1}`] : [])];
        try {
          const request = { messages, maxTokens, temperature };
          const reply = await context.call(label, request, { role: 'summarise', from });
          const { answer: summary = '', finish, usage } = reply;
          // One that is empty, or was cut, does not cost what is known from the one before.
          const isWorse = summary.trim() === '' || (finish === 'length' && previous !== '');
          if (isWorse) context.note(label, { passedOver: 'the summary before it is kept' });
          return { text: isWorse ? previous : summary.trim(), tokens: usage.completionTokens, label };
        } catch (error) {
          // What is too long for the summariser will be so again: the search goes on with what it has.
          if (!(error instanceof ModelError) || error.kind !== 'context-length') throw error;
          context.note(label, { missing: error.message, failure: error.kind });
          return { text: previous, tokens: 0 };
        }
      },
    },
    selfCheck: {
      solve: ({ problem }) => text(user(prove({ problem: problem.statement }))),
      improve: ({ problem, solution }) => text(after(problem, solution, improve({}))),
      verify: ({ problem, solution }) => text(user(verify({ problem: problem.statement, solution }))),
      decide: ({ report }) => verdict(decide({ report }), 'one word, yes or no,', readYesNo),
      correct: ({ problem, solution, report }) => text(after(problem, solution, correct({ report }))),
    },
    nomos: {
      score: scoreOf,
      consolidate: ({ problem, candidates, reports }) =>
        verdict(
          consolidate({ problem: problem.statement, candidates, reports }),
          `the numbers of the candidates to keep, from 1 to ${candidates.length}, separated by commas,`,
          (answer) => readKeepList(answer, candidates.length),
        ),
      compare: bestOf,
    },
    rsa: {
      merge: ({ problem, candidates }) => text(user(merge({ problem: problem.statement, candidates }))),
      compare: bestOf,
    },
    deepseekMath: {
      solver: singleTurn(
        (problem) => user(dsmProve({ problem: problem.statement })),
        (answer) => {
          const reading = readSolution(answer);
          return reading.ok ? reading.value : '';
        },
      ),
      verify: ({ problem, proof }) =>
        verdict(dsmVerify({ problem: problem.statement, solution: proof }), HALVES.words, (answer) =>
          readScore(answer, HALVES),
        ),
      refine: ({ problem, proof, analyses }) => ({
        messages: user(dsmRefine({ problem: problem.statement, solution: proof, analyses })),
        read: readSolution,
      }),
    },
    majority: {
      equivalent: (first, second, problem) => sameConclusion(first, second, problem?.statement),
      concludes: hasConclusion,
    },
    bestOfN: { score: scoreOf },
  };
}

function user(content: string): readonly Message[] {
  return [{ role: 'user', content }];
}

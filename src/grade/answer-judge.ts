/**
 * A language model that says whether two final answers agree, for the answers that no comparison could decide.
 * FENCED-CANDIDATE: the answer stands in a fence, without verdicts. NULL-NOT-ZERO: a judge that fails, cannot be read, or
 * is undecided has not found an answer incorrect.
 */
import type { Json } from '../journal/journal.ts';
import type { ChatModel } from '../model/chat-model.ts';
import { askJudge, byItsEnds, type JudgeModel } from './ask-judge.ts';
import type { GradeContext, UngradedCause } from './grade.ts';
import { digestOf } from './judge.ts';
import { type JudgePrompts, judgePrompts } from './judge-prompts.ts';
import { type AnswerVerdict, answerVerdicts, readAnswerVerdict, VERDICT_TAG } from './read-answer-verdict.ts';

export interface FinalAnswers {
  /** The problem, where it is known. */
  readonly statement: string | undefined;
  /** The answer that is known to be right. */
  readonly gold: string;
  /** The answer that was given, or the ending of a reply in which none was found. */
  readonly candidate: string;
}

export type AnswerJudgement =
  | {
      readonly kind: 'judged';
      readonly verdict: AnswerVerdict;
      readonly report: string;
      readonly calls: readonly string[];
    }
  | { readonly kind: 'failed'; readonly cause: UngradedCause; readonly detail: string };

export interface FinalAnswerJudge {
  readonly name: string;
  readonly identity: Json;
  readonly models: readonly ChatModel[];
  readonly calls: { readonly least: number; readonly most: number };
  /** Throws what is no failure of the model: an interruption, the end of a budget. */
  ask(answers: FinalAnswers, context: GradeContext): Promise<AnswerJudgement>;
  close?(): Promise<void>;
}

export interface AnswerJudgeOptions extends JudgeModel {
  /** How often it is asked again when its verdict cannot be read. */
  readonly reasks?: number;
  readonly prompts?: JudgePrompts;
}

/**
 * @example
 * const judge = createAnswerJudge({ model, maxTokens: 8192, temperature: 0 });
 * await judge.ask({ statement, gold: '\\frac12', candidate: '0.5' }, { seed: 1 }); // { kind: 'judged', verdict: 'correct', … }
 */
export function createAnswerJudge(options: AnswerJudgeOptions): FinalAnswerJudge {
  const { model, maxTokens, temperature, sampling, reasks = 2, prompts = judgePrompts() } = options;
  const identity = {
    model: model.name,
    ...{ maxTokens, temperature, sampling: sampling === undefined ? null : { ...sampling }, reasks },
    prompts: { answer: prompts.versions.answer ?? '', again: prompts.versions.again ?? '' },
  } satisfies Json;
  const wanted = { words: `one of the words ${answerVerdicts.join(', ')}`, tag: VERDICT_TAG };
  return {
    ...{ name: `${model.name}(answers)#${digestOf(identity)}`, identity, models: [model] },
    calls: { least: 1, most: 1 + reasks },
    async ask({ statement, gold, candidate }, context) {
      const content = prompts.answer({ problem: statement, expected: gold, given: byItsEnds(candidate) });
      const answer = await askJudge(
        options,
        {
          ...{
            messages: [{ role: 'user', content }],
            read: readAnswerVerdict,
            reasks,
            label: 'answer-judge',
          },
          again: (complaint) => prompts.again(complaint, wanted),
        },
        context,
      );
      if (!answer.ok) return { kind: 'failed', cause: answer.cause, detail: answer.detail };
      const { value: verdict, report, calls } = answer;
      return { kind: 'judged', verdict, report, calls };
    },
  };
}

/**
 * Example texts for every skill of the lab: what is asked (a user's message) and a good enough reply (an
 * assistant's). Proofs come from the careless student; judgements and summaries are exact. Nothing here knows of tokens
 * or of training.
 */
import type { Random } from '../stats/random.ts';
import type { Message } from '../tokenizer/tokenizer.ts';
import { assessProof } from './assess.ts';
import { attemptText, type LabAttempt } from './attempt.ts';
import { candidateProof } from './candidate-proof.ts';
import {
  comparePrompt,
  continuePrompt,
  judgePrompt,
  provePrompt,
  recitePrompt,
  renderReply,
  summarisePrompt,
} from './prompts.ts';
import { judgeReport } from './report.ts';
import { carelessAttempt, type StudentParameters } from './student.ts';
import { type SymbolicSummariser, summarise } from './summarise.ts';
import { TEACHER, teacherAttempt } from './teacher.ts';
import { renderStatement, renderSteps, renderStepsOrNone } from './text.ts';
import type { LabProblem, Rule } from './world.ts';

export const LAB_TASKS = [
  'prove',
  'rc',
  'summarise',
  'judge',
  'compare',
  'recite',
  'teach',
  'teach-rc',
] as const;

/** `prove` and `rc` are the student's answers, `teach` and `teach-rc` the teacher's to the same prompts. */
export type LabTask = (typeof LAB_TASKS)[number];

export interface LabExample {
  readonly task: LabTask;
  readonly messages: readonly [Message, Message];
  /** `steps` of the problem; `points` (0 to 7) of the proof in the reply, where it holds one. */
  readonly tags: Readonly<Record<string, number | string>>;
}

export interface SkillOptions {
  readonly student: StudentParameters;
  readonly summariser: SymbolicSummariser;
}

/** One example of a task for this problem. */
export function skillExample(
  task: LabTask,
  problem: LabProblem,
  random: Random,
  options: SkillOptions,
): LabExample {
  const { student } = options;
  const statement = renderStatement(problem);
  const proof = (prompt: string, attempt: LabAttempt): LabExample =>
    example(task, problem, prompt, attemptText(attempt), assessProof(problem, attempt.proof).points);
  const reply = (prompt: string, text: string): LabExample =>
    example(task, problem, prompt, renderReply(text));

  switch (task) {
    case 'recite': {
      const rules = random.chance(0.6) ? random.shuffled(problem.rules) : problem.rules;
      return reply(recitePrompt(statement), renderSteps(rules));
    }
    case 'prove':
      return proof(provePrompt(statement), carelessAttempt(problem, random, options.student));
    case 'teach':
      return proof(provePrompt(statement), teacherAttempt(problem, random));
    case 'rc': {
      const summary = earlierSummary(problem, random, options, 0.5);
      const used = random.chance(0.7) ? summary : [];
      return proof(
        continuePrompt(statement, summary),
        carelessAttempt(problem, random, options.student, used),
      );
    }
    case 'teach-rc': {
      const summary = earlierSummary(problem, random, options, 0.7);
      return proof(continuePrompt(statement, summary), teacherAttempt(problem, random, TEACHER, summary));
    }
    case 'summarise': {
      const old = random.chance(0.4) ? earlierSummary(problem, random, options, 0) : [];
      const thought = cutThought(thoughtOf(problem, random, options, 0.6), 1, random);
      const summary = summarise(problem, old, thought, options.summariser);
      return reply(summarisePrompt(statement, old, thought), renderStepsOrNone(summary));
    }
    case 'judge': {
      const candidate = candidateProof(problem, random, student);
      return reply(judgePrompt(problem, candidate), judgeReport(problem, candidate).text);
    }
    case 'compare': {
      const [first, second] = [0, 1].map(() => candidateProof(problem, random, student));
      if (first === undefined || second === undefined) throw new Error('a comparison is of two proofs');
      const [one, two] = [judgeReport(problem, first), judgeReport(problem, second)];
      const better = one.score === two.score ? 'none.' : one.score > two.score ? '1' : '2';
      return reply(comparePrompt(problem, first, second), `${one.text} ${two.text} Better ${better}`);
    }
  }
}

/** A thought by the teacher with this probability, else by the student. */
function thoughtOf(
  problem: LabProblem,
  random: Random,
  { student }: SkillOptions,
  teacherShare: number,
): string {
  return random.chance(teacherShare)
    ? teacherAttempt(problem, random).thought
    : carelessAttempt(problem, random, student).thought;
}

/** The summary that an earlier turn, stopped anywhere, may have left; empty when it was stopped at once. */
function earlierSummary(
  problem: LabProblem,
  random: Random,
  options: SkillOptions,
  teacherShare: number,
): Rule[] {
  const thought = cutThought(thoughtOf(problem, random, options, teacherShare), 0, random);
  return summarise(problem, [], thought, options.summariser);
}

/** Cuts a thought where a token may end: nothing splits `A gives`, which is one token. */
function cutThought(thought: string, least: number, random: Random): string {
  const pieces = thought.match(/[A-T] (?:gives?|and)|\S+/g) ?? [];
  return pieces.slice(0, random.integer(Math.min(least, pieces.length), pieces.length)).join(' ');
}

function example(
  task: LabTask,
  problem: LabProblem,
  user: string,
  assistant: string,
  points?: number,
): LabExample {
  return {
    task,
    messages: [
      { role: 'user', content: user },
      { role: 'assistant', content: assistant },
    ],
    tags: { steps: problem.steps, ...(points === undefined ? {} : { points }) },
  };
}

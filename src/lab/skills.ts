/**
 * Example texts for every skill of the lab: what is asked (a user's message) and a good enough reply (an
 * assistant's). Proofs come from the careless student, judgements and summaries are exact, merged and refined
 * proofs begin from what is valid in the attempts. Nothing here knows of tokens or of training.
 */
import type { Random } from '../stats/random.ts';
import type { Message } from '../tokenizer/tokenizer.ts';
import { assessProof } from './assess.ts';
import { attemptText, type LabAttempt } from './attempt.ts';
import {
  comparePrompt,
  continuePrompt,
  judgePrompt,
  mergePrompt,
  provePrompt,
  recitePrompt,
  refinePrompt,
  renderReply,
  summarisePrompt,
} from './prompts.ts';
import { judgeReport, type ReportForm } from './report.ts';
import { carelessAttempt, type StudentParameters } from './student.ts';
import { type SymbolicSummariser, summarise } from './summarise.ts';
import { TEACHER, teacherAttempt } from './teacher.ts';
import { renderStatement, renderSteps, renderStepsOrNone } from './text.ts';
import { isValidStep, type LabProblem, neededSteps, type Rule } from './world.ts';

export const LAB_TASKS = [
  'prove',
  'rc',
  'summarise',
  'judge',
  'compare',
  'merge',
  'refine',
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
  readonly reportForm: ReportForm;
}

/** One example of a task for this problem. */
export function skillExample(
  task: LabTask,
  problem: LabProblem,
  random: Random,
  options: SkillOptions,
): LabExample {
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
      const attempt = mixedProof(problem, random, options);
      return reply(judgePrompt(statement, attempt), judgeReport(problem, attempt, options.reportForm).text);
    }
    case 'compare': {
      const first = mixedProof(problem, random, options);
      const one = judgeReport(problem, first, options.reportForm);
      // Two equal proofs teach nothing about comparing: look for an unequal one a few times.
      let second = mixedProof(problem, random, options);
      let two = judgeReport(problem, second, options.reportForm);
      for (let i = 0; i < 4 && two.points === one.points; i += 1) {
        second = mixedProof(problem, random, options);
        two = judgeReport(problem, second, options.reportForm);
      }
      const better = one.points === two.points ? random.integer(1, 2) : one.points > two.points ? 1 : 2;
      return reply(comparePrompt(statement, first, second), `${one.text} ${two.text} Better ${better}`);
    }
    case 'merge': {
      const attempts = Array.from({ length: 3 }, () => mixedProof(problem, random, options));
      return proof(mergePrompt(statement, attempts), continued(problem, attempts, random, options));
    }
    case 'refine': {
      const attempt = mixedProof(problem, random, options);
      const { text } = judgeReport(problem, attempt, options.reportForm);
      const reports = random.chance(0.5) ? [text, text] : [text];
      return proof(refinePrompt(statement, attempt, reports), continued(problem, [attempt], random, options));
    }
  }
}

/** A proof as scaffolds meet them: careless, a teacher's (some flawed), or a good one with one step spoilt. */
function mixedProof(problem: LabProblem, random: Random, { student }: SkillOptions): readonly Rule[] {
  const kind = random.next();
  if (kind < 0.45)
    return carelessAttempt(problem, random, { ...student, errorRate: random.pick([0.03, 0.1, 0.2]) }).proof;
  if (kind < 0.8) return teacherAttempt(problem, random, { ...TEACHER, flawRate: 0.3 }).proof;
  const sound = teacherAttempt(problem, random, { ...TEACHER, flawRate: 0 }).proof;
  const index = random.below(sound.length);
  const step = sound[index];
  if (step === undefined) return sound;
  const mentioned = problem.rules.flatMap((rule) => [...rule.premises, rule.conclusion]);
  const others = mentioned.filter((name) => name !== step.conclusion && !step.premises.includes(name));
  const [replaced, ...kept] = random.shuffled(step.premises);
  if (others.length === 0 || replaced === undefined) return sound;
  const other = random.pick(others);
  const spoilt = random.chance(0.5)
    ? { premises: step.premises, conclusion: other }
    : { premises: [...kept, other], conclusion: step.conclusion };
  return sound.with(index, spoilt);
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

/** Says what is valid in the attempts, goes on from there with care, and writes the proof. */
function continued(
  problem: LabProblem,
  attempts: readonly (readonly Rule[])[],
  random: Random,
  { student }: SkillOptions,
): LabAttempt {
  const candidates = attempts.flat();
  const known = new Set(problem.given);
  const valid: Rule[] = [];
  for (let before = -1; before < valid.length; ) {
    before = valid.length;
    for (const step of candidates) {
      if (known.has(step.conclusion) || !isValidStep(problem, step, known)) continue;
      known.add(step.conclusion);
      valid.push(step);
    }
  }
  const start = known.has(problem.goal) ? neededSteps(valid, problem.goal) : valid;
  const rest = carelessAttempt(problem, random, { ...student, errorRate: student.errorRate / 2 }, start);
  const thought = [renderSteps(start), rest.thought].filter((part) => part !== '').join(' ');
  return { thought, proof: rest.proof };
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

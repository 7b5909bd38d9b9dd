/**
 * The step `difficulty`: attempts of a base model at each problem, graded by the judge of training (paper, section 2.2:
 * 128 attempts). With a width, attempts are made in rounds and stop when the interval of the mean reward is as narrow,
 * which its construction allows. NULL-NOT-ZERO: a problem of which too many attempts have no grade is set aside.
 */
import type { BenchJudge } from '../../bench/grade-once.ts';
import { gradingDigest } from '../../grade/judge-material.ts';
import type { Json } from '../../journal/journal.ts';
import { settleAll } from '../../scaffold/settle-all.ts';
import type { AskContext, AskStep } from '../ask/ask-step.ts';
import { type Attempting, attempt } from '../attempts/attempt.ts';
import { gradeAttempt } from '../attempts/grade-attempt.ts';
import { Slots } from '../attempts/slots.ts';
import type { DataRow } from '../data-row.ts';
import { DifficultyFigures } from './difficulty-figures.ts';
import { difficultyOf, isEnough, type Stopping } from './difficulty-of.ts';

export interface DifficultySettings {
  readonly attempting: Attempting;
  /** What tells how the model is asked, such as a prompt's name and version. */
  readonly prompt: string;
  readonly judge: BenchJudge;
  /** Most attempts at a problem. */
  readonly attempts: number;
  /** Attempts after which it is decided whether there are enough. */
  readonly round: number;
  readonly stopping: Stopping;
  /** Attempts of whatever problem at once. */
  readonly parallel: number;
  /** Largest share of a problem's attempts that may have no grade. */
  readonly mostUngraded: number;
  /** Share of the responses for the length within which they end; 0.95 in the paper. */
  readonly lengthShare: number;
  readonly seed: number;
}

/** An attempt on record. */
export interface MadeAttempt {
  readonly points: number | null;
  /** Of the reply, its reasoning included. */
  readonly tokens: number;
  /** It ended at its limit and not by itself. */
  readonly isCut: boolean;
}

/** Problems that have to be worked on for as many attempts at once. */
export function rowsAtOnce({ parallel, round }: Pick<DifficultySettings, 'parallel' | 'round'>): number {
  return Math.ceil((2 * parallel) / round) + 1;
}

export function difficultyStep(settings: DifficultySettings): AskStep {
  const { attempting, prompt, judge, attempts, round, stopping, mostUngraded, lengthShare, seed } = settings;
  const { model, maxTokens, temperature, sampling } = attempting;
  const slots = new Slots(settings.parallel);
  const figures = new DifficultyFigures({ attempts, lengthShare, seed });
  const by = { model: model.name, judge: judge.name, mayStop: stopping.width !== undefined };
  return {
    name: 'difficulty',
    models: [model, ...judge.models],
    asks: {
      ...{ model: model.name, judge: judge.name, prompt, maxTokens, temperature, attempts, round },
      ...{ sampling: { ...sampling }, seed },
      stopWidth: stopping.width ?? null,
      stopUnsolved: stopping.unsolved,
    },
    chooses: { mostUngraded, lengthShare },
    materialOf: (row) => ({ statement: row.statement, grading: gradingDigest(row) }),
    ask: async (row, context) => {
      const made: MadeAttempt[] = [];
      while (made.length < attempts && !isEnough(pointsOf(made), stopping)) {
        const size = Math.min(round, attempts - made.length);
        const numbers = Array.from({ length: size }, (_, i) => made.length + i);
        made.push(
          ...(await settleAll(
            numbers.map((number) => slots.run(() => attemptAndGrade(settings, row, number, context))),
          )),
        );
      }
      return { kind: 'done', value: made.map(({ points, tokens, isCut }) => [points, tokens, isCut]) };
    },
    fateOf: (row, answer) => {
      const made = readAttempts(answer);
      const difficulty = difficultyOf(pointsOf(made), by);
      figures.add(made, difficulty);
      const ungraded = made.filter(({ points }) => points === null).length;
      if (difficulty === undefined || ungraded > mostUngraded * made.length) {
        return {
          kind: 'drop',
          reason: 'ungraded',
          detail: `${ungraded} of ${made.length} attempts have no grade`,
        };
      }
      return { kind: 'keep', row: { ...row, difficulty } };
    },
    figures: () => figures.all(),
  };
}

async function attemptAndGrade(
  { attempting, judge }: DifficultySettings,
  row: DataRow,
  number: number,
  context: AskContext,
): Promise<MadeAttempt> {
  const { answer, finish, usage } = await attempt(attempting, row, number, context);
  const isCut = finish === 'length';
  const grade = await gradeAttempt(judge, row, { proof: answer, isCut, number }, context);
  return { points: grade.kind === 'graded' ? grade.points : null, tokens: usage.completionTokens, isCut };
}

function pointsOf(made: readonly MadeAttempt[]): (number | null)[] {
  return made.map(({ points }) => points);
}

/** As `ask` made it. */
export function readAttempts(answer: Json): MadeAttempt[] {
  const rows = answer as readonly (readonly [number | null, number, boolean])[];
  return rows.map(([points, tokens, isCut]) => ({ points, tokens, isCut }));
}

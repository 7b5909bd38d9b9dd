/**
 * Several judges, or several samples of one, that grade a proof together and look at it again when they disagree: with
 * more samples, or in a round in which each sees the reports of the others. What every member came to in every round
 * stays with the grade. NULL-NOT-ZERO: a member that failed is left out, never a 0; with too few graded members the proof is
 * ungraded, for the cause that most of the others had.
 */
import { z } from 'zod';
import type { Json } from '../journal/journal.ts';
import type { Problem } from '../problems/problem.ts';
import { aggregated, aggregateNames } from './aggregate.ts';
import {
  type Grade,
  type GradeContext,
  type Graded,
  gradeOfNoProof,
  type MemberGrade,
  type Ungraded,
} from './grade.ts';
import { digestOf, type Hearing, type Judge, type SingleJudge } from './judge.ts';
import type { JudgePrompts } from './judge-prompts.ts';

export const ensembleSettingsSchema = z.strictObject({
  samples: z.int().min(1).max(64).default(1).describe('How often each judge grades at first.'),
  aggregate: z.enum(aggregateNames).default('median').describe('How one grade comes from several.'),
  limit: z
    .number()
    .min(0)
    .max(7)
    .default(2)
    .describe('Judges whose points differ by more than this look at the proof again.'),
  disagreement: z
    .enum(['discuss', 'sample', 'accept'])
    .default('discuss')
    .describe(
      'What happens then: each sees the reports of the others, or every judge grades as often again, or nothing.',
    ),
  rounds: z.int().min(1).max(5).default(1).describe('How often that happens, at most.'),
  quorum: z
    .int()
    .min(1)
    .optional()
    .describe('Graded members that a grade needs. Default: more than half of those that were asked.'),
});

export type EnsembleSettings = z.output<typeof ensembleSettingsSchema>;

export interface EnsembleOptions {
  readonly judges: readonly SingleJudge[];
  readonly settings?: z.input<typeof ensembleSettingsSchema>;
  /** Those of the judges. */
  readonly prompts: Pick<JudgePrompts, 'versions'>;
  /** How the ensemble is called in reports; its digest is added. Default: its judges. */
  readonly name?: string;
}

interface Seat {
  readonly judge: SingleJudge;
  /** Names the calls of this seat. */
  readonly label: string;
  hearing: Hearing;
  round: number;
}

export function createEnsemble(options: EnsembleOptions): Judge {
  const { judges, prompts } = options;
  const settings = ensembleSettingsSchema.parse(options.settings ?? {});
  const { samples, aggregate, limit, disagreement, rounds } = settings;
  if (judges.length === 0) throw new RangeError('an ensemble needs a judge');
  const identity = {
    judges: judges.map((judge) => judge.identity),
    settings,
    ...(disagreement === 'discuss' ? { discuss: prompts.versions.discuss ?? '' } : {}),
  } as Json;
  const name = `${options.name ?? `ensemble(${judges.map((judge) => judge.name.replace(/#[0-9a-f]{8}$/, '')).join(',')})`}#${digestOf(identity)}`;
  const first = judges.flatMap((judge) => Array.from({ length: samples }, () => judge));

  async function grade(problem: Problem, proof: string, context: GradeContext): Promise<Grade> {
    if (proof.trim() === '') return gradeOfNoProof(name, 'The proof is empty.');
    const history: MemberGrade[] = [];
    const hearAll = async (chosen: readonly SingleJudge[], from: number, round: number): Promise<Seat[]> => {
      const heard = await allSettled(
        chosen.map(async (judge, index) => {
          const label = `judge-${from + index + 1}`;
          return { judge, label, round, hearing: await judge.hear(problem, proof, context, label) };
        }),
      );
      history.push(...heard.map(memberGrade));
      return heard;
    };

    let seats = await hearAll(first, 0, 1);
    let looksAgain = 0;
    while (disagreement !== 'accept' && looksAgain < rounds && spread(gradesOf(seats)) > limit) {
      looksAgain += 1;
      const round = looksAgain + 1;
      if (disagreement === 'sample') {
        seats = [...seats, ...(await hearAll(first, seats.length, round))];
        continue;
      }
      const before = seats;
      seats = await allSettled(
        before.map(async (seat) => {
          const others = gradesOf(before.filter((other) => other !== seat));
          const label = `${seat.label}-round-${round}`;
          const hearing = await seat.judge.hearAgain(problem, seat.hearing, others, context, label);
          return { ...seat, hearing, round };
        }),
      );
      history.push(...seats.map(memberGrade));
    }
    return together(seats, history, looksAgain);
  }

  function together(seats: readonly Seat[], members: MemberGrade[], looksAgain: number): Grade {
    const graded = gradesOf(seats);
    const quorum = settings.quorum ?? Math.floor(seats.length / 2) + 1;
    if (graded.length < quorum) {
      const failed = seats.flatMap(({ hearing }) =>
        hearing.grade.kind === 'ungraded' ? [hearing.grade] : [],
      );
      const { cause, detail } = mostFrequent(failed);
      const counted = `${graded.length} of ${seats.length} judges came to a grade, and ${quorum} are needed`;
      return { kind: 'ungraded', cause, detail: `${counted}; for example: ${detail}`, grader: name, members };
    }
    const points = graded.map((one) => one.points);
    const value = aggregated(points, aggregate);
    // The report and the items of the member that came nearest to what all came to.
    const nearest = graded.reduce((best, one) =>
      Math.abs(one.points - value) < Math.abs(best.points - value) ? one : best,
    );
    const isApart = spread(graded) > limit;
    const rest = seats.length - graded.length;
    const notes = [
      `${aggregate} of ${points.join(', ')}`,
      ...(looksAgain === 0
        ? []
        : [
            `judged again ${looksAgain === 1 ? 'once' : `${looksAgain} times`}, for they differed by more than ${limit}`,
          ]),
      ...(isApart ? [`they still differ by ${spread(graded)}`] : []),
      ...(rest === 0 ? [] : [`${rest} of ${seats.length} came to no grade`]),
    ];
    const calls = [
      ...new Set(
        seats.flatMap(({ hearing }) => (hearing.grade.kind === 'graded' ? (hearing.grade.calls ?? []) : [])),
      ),
    ];
    const { report, items } = nearest;
    return { kind: 'graded', points: value, report, items, grader: name, notes, calls, members };
  }

  const perRound = judges.reduce((sum, judge) => sum + judge.calls.most, 0) * samples;
  return {
    ...{ name, identity, grade },
    models: [...new Set(judges.flatMap((judge) => judge.models))],
    missing: (problem) => {
      const lacking = judges.flatMap((judge) => judge.missing(problem) ?? []);
      return lacking.length === 0 ? undefined : [...new Set(lacking)].join(', and ');
    },
    calls: {
      least: judges.reduce((sum, judge) => sum + judge.calls.least, 0) * samples,
      most: perRound * (disagreement === 'accept' ? 1 : 1 + rounds),
    },
  };
}

/** Nobody is left behind: what was paid for is recorded before a failure is thrown on. */
async function allSettled<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(work);
  const failed = settled.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return settled.map((one) => (one as PromiseFulfilledResult<T>).value);
}

function gradesOf(seats: readonly Seat[]): Graded[] {
  return seats.flatMap(({ hearing }) => (hearing.grade.kind === 'graded' ? [hearing.grade] : []));
}

function spread(grades: readonly Graded[]): number {
  const points = grades.map((one) => one.points);
  return points.length < 2 ? 0 : Math.max(...points) - Math.min(...points);
}

function memberGrade({ hearing: { grade }, round }: Seat): MemberGrade {
  return grade.kind === 'graded'
    ? { grader: grade.grader, round, points: grade.points, report: grade.report }
    : { grader: grade.grader, round, points: null, cause: grade.cause, report: grade.detail };
}

/** The first failure of the most frequent cause. */
function mostFrequent(failed: readonly Ungraded[]): Pick<Ungraded, 'cause' | 'detail'> {
  const count = (cause: Ungraded['cause']): number => failed.filter((one) => one.cause === cause).length;
  const [first] = failed;
  if (first === undefined) return { cause: 'unparsable', detail: 'there are fewer judges than needed' };
  return failed.reduce((best, one) => (count(one.cause) > count(best.cause) ? one : best), first);
}

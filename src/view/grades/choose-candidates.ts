/**
 * Which of the candidates are graded, and in which order they lie in the queue: drawn with the seed, so that the same runs and the
 * same seed give the same queue.
 */
import { Random } from '../../stats/random.ts';
import type { QueueChoice } from '../api/grades.ts';
import type { Candidate } from './candidate.ts';

export interface Choosing {
  readonly choose: QueueChoice;
  readonly limit: number | null;
  readonly seed: number;
}

/** Shuffled. */
export function chooseCandidates(
  candidates: readonly Candidate[],
  { choose, limit, seed }: Choosing,
): readonly Candidate[] {
  const random = new Random('grading queue', seed);
  // The order of the sources decides nothing.
  const sorted = [...candidates].sort((a, b) => (a.id < b.id ? -1 : 1));
  const shuffled = random.fork('draw').shuffled(sorted);
  const chosen = chosenOf(shuffled, choose);
  return random.fork('order').shuffled(limit === null ? chosen : chosen.slice(0, limit));
}

function chosenOf(candidates: readonly Candidate[], choose: QueueChoice): readonly Candidate[] {
  switch (choose.kind) {
    case 'all':
      return candidates;
    case 'per-problem':
      return firstOfEach(candidates, ({ problem }) => problem.statement, choose.count);
    case 'per-band':
      return firstOfEach(candidates, bandOf, choose.count);
    case 'judges-disagree':
      return candidates.filter(judgesDisagree);
    case 'ungraded':
      return candidates.filter(
        ({ judges, people }) => people.length === 0 && judges.every(({ points }) => points === null),
      );
  }
}

function firstOfEach(
  candidates: readonly Candidate[],
  groupOf: (candidate: Candidate) => string,
  count: number,
): Candidate[] {
  return [...Map.groupBy(candidates, groupOf).values()].flatMap((own) => own.slice(0, count));
}

/** By the mean of the judges, or of people where there is no judge. */
function bandOf({ judges, people }: Candidate): string {
  const ofJudges = judges.flatMap(({ points }) => points ?? []);
  const points = ofJudges.length > 0 ? ofJudges : people.map((one) => one.points);
  if (points.length === 0) return 'without a grade';
  const mean = points.reduce((sum, one) => sum + one, 0) / points.length;
  if (mean < 0.5) return '0';
  if (mean <= 3.5) return '1 to 3';
  return mean < 6.5 ? '4 to 6' : '7';
}

/** More than a point apart, or one of them could not be read. */
function judgesDisagree({ judges }: Candidate): boolean {
  const points = judges.flatMap((one) => one.points ?? []);
  return judges.some((one) => one.points === null) || Math.max(...points) - Math.min(...points) > 1;
}

/** `3 proofs of each problem, at most 100; seed 7`. */
export function choiceText({ choose, limit, seed }: Choosing): string {
  const what = {
    all: () => 'all proofs',
    'per-problem': (count: number) => `${count} of each problem`,
    'per-band': (count: number) => `${count} of each band of the judge’s points`,
    'judges-disagree': () => 'where judges disagree or could not be read',
    ungraded: () => 'those without a grade',
  };
  const text = what[choose.kind]('count' in choose ? choose.count : 0);
  return `${text}${limit === null ? '' : `, at most ${limit}`}; seed ${seed}`;
}

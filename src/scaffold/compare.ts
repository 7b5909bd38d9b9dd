/**
 * Which of two proofs is better, without favour to a place: the order is drawn by seed, or both orders are asked. A
 * tie, an abstention and judges that contradict themselves are decided by a seeded coin, which is noted as one.
 */
import type { Problem } from '../problems/problem.ts';
import type { Attendance } from './attendance.ts';
import type { Candidate } from './candidate.ts';
import { ask, type Question } from './question.ts';
import type { ScaffoldContext } from './scaffold.ts';
import { settleAll } from './settle-all.ts';

export type Orders = 'random' | 'both';

/** Asks which of `candidates` is best; they are numbered from 1 in the order given. */
export type ChoiceQuestion = (input: {
  readonly problem: Problem;
  readonly candidates: readonly string[];
}) => Question<number | 'equal'>;

export interface Match {
  readonly winner: Candidate;
  readonly decidedBy: 'judge' | 'coin';
}

/** The winner of a pair. Needs one call, or two with both orders. */
export async function comparePair(
  label: string,
  pair: readonly [Candidate, Candidate],
  options: {
    readonly problem: Problem;
    readonly compare: ChoiceQuestion;
    readonly orders: Orders;
    readonly context: ScaffoldContext;
    readonly attendance: Attendance;
  },
): Promise<Match> {
  const { problem, compare, orders, context, attendance } = options;
  const [a, b] = pair;
  /** +1 for a, −1 for b, 0 for equal; null for no verdict. */
  const vote = async (name: string, first: Candidate, second: Candidate): Promise<number | null> => {
    const question = compare({ problem, candidates: [first.proof, second.proof] });
    const from = [first.label, second.label];
    const asked = await attendance.attempt('compare', name, () =>
      ask(context, name, question, { role: 'compare', from }),
    );
    if (asked?.value === undefined) return null;
    if (asked.value === 'equal') return 0;
    return (asked.value === 1 ? first : second) === a ? 1 : -1;
  };
  const aFirst = context.random.fork('order', label).chance(0.5);
  const votes =
    orders === 'both'
      ? await settleAll([vote(`${label}/one-way`, a, b), vote(`${label}/other-way`, b, a)])
      : [aFirst ? await vote(label, a, b) : await vote(label, b, a)];
  const sum = votes.reduce<number>((total, one) => total + (one ?? 0), 0);
  const winner = sum === 0 ? context.random.fork('coin', label).pick(pair) : sum > 0 ? a : b;
  const loser = winner === a ? b : a;
  const decidedBy = sum !== 0 ? 'judge' : 'coin';
  context.note(label, {
    winner: winner.label,
    loser: loser.label,
    decidedBy,
    votes: votes.map((one) => votedFor(one, a, b)),
  });
  return { winner, decidedBy };
}

function votedFor(vote: number | null, a: Candidate, b: Candidate): string {
  return vote === null ? 'none' : vote === 0 ? 'equal' : vote > 0 ? a.label : b.label;
}

/**
 * maj@k: the expected score of the most frequent answer among k attempts drawn without replacement from those that were
 * made, exactly, over all subsets; answers that tie share the vote. An attempt without an answer abstains: it takes one
 * of the k places and votes for nothing, and where nobody votes the score is 0. A failed call is no attempt; leave it
 * out. NULL-NOT-ZERO: if an answer that can win has no score, the result is absent.
 */
import { checkK } from './check-k.ts';

export interface Vote {
  /** The answer in a normal form, so that equal answers are equal strings; null when the attempt gave none. */
  readonly answer: string | null;
  /** Score of the answer; null when no grader said. */
  readonly score: number | null;
}

interface Answer {
  readonly count: number;
  readonly score: number | null;
}

/** For one problem. Absent with fewer than k attempts. Throws when one answer has two scores. */
export function majorityAtK(votes_A: readonly Vote[], k: number): number | undefined {
  checkK(k);
  const attempts = votes_A.length;
  if (attempts < k) return undefined;
  const answers = answersOf(votes_A);
  const abstained = votes_A.filter(({ answer }) => answer === null).length;
  let expected = 0;
  let chanceOfUnscored = 0;
  for (let votes = 1; votes <= k; votes += 1) {
    const won = wonWith(votes, answers, abstained, attempts, k);
    expected += won.score;
    chanceOfUnscored += won.unscored;
  }
  return chanceOfUnscored > 1e-12 ? undefined : expected;
}

function answersOf(votes_A: readonly Vote[]): Answer[] {
  const answers = new Map<string, Answer>();
  for (const { answer, score } of votes_A) {
    if (answer === null) continue;
    const known = answers.get(answer);
    if (known !== undefined && known.score !== null && score !== null && known.score !== score) {
      throw new RangeError(
        `maj@k: the answer "${answer}" is scored ${known.score} and ${score}; equal answers must score alike`,
      );
    }
    answers.set(answer, { count: (known?.count ?? 0) + 1, score: known?.score ?? score });
  }
  return [...answers.values()];
}

/**
 * Expected score, and chance that the winner has none, over the subsets that are won with exactly `votes` votes.
 *
 * How often each answer is among k attempts drawn without replacement is distributed as independent binomials given
 * their sum, whatever rate they share; with rate k / n nothing over- or underflows. A pass over the answers keeps, for
 * every number of attempts drawn and of answers that have exactly `votes`, the chance (all others have fewer), and
 * that chance times the scores, and the number without score, of those answers.
 */
function wonWith(
  votes: number,
  answers: readonly Answer[],
  abstained: number,
  attempts: number,
  k: number,
): { score: number; unscored: number } {
  const rate = k / attempts;
  const width = Math.floor(k / votes) + 1;
  const chance = new Float64Array((k + 1) * width);
  const score = new Float64Array(chance.length);
  const unscored = new Float64Array(chance.length);
  for (let drawn = 0; drawn <= Math.min(k, abstained); drawn += 1) {
    chance[drawn * width] = binomial(abstained, rate, drawn);
  }
  for (const answer of answers) {
    const most = Math.min(votes, answer.count);
    const weight = Float64Array.from({ length: most + 1 }, (_, x) => binomial(answer.count, rate, x));
    // Downwards, so that what is read has not been written yet.
    for (let drawn = k; drawn >= 0; drawn -= 1) {
      for (let tied = Math.min(width - 1, Math.floor(drawn / votes)); tied >= 0; tied -= 1) {
        let [c, s, u] = [0, 0, 0];
        for (let x = 0; x <= Math.min(most, drawn); x += 1) {
          const wins = x === votes;
          if (wins && tied === 0) continue;
          const from = (drawn - x) * width + tied - (wins ? 1 : 0);
          const w = weight[x] ?? 0;
          const before = w * (chance[from] ?? 0);
          c += before;
          s += w * (score[from] ?? 0) + (wins ? before * (answer.score ?? 0) : 0);
          u += w * (unscored[from] ?? 0) + (wins && answer.score === null ? before : 0);
        }
        const at = drawn * width + tied;
        chance[at] = c;
        score[at] = s;
        unscored[at] = u;
      }
    }
  }
  const total = binomial(attempts, rate, k);
  const sum = { score: 0, unscored: 0 };
  for (let tied = 1; tied < width; tied += 1) {
    sum.score += (score[k * width + tied] ?? 0) / tied / total;
    sum.unscored += (unscored[k * width + tied] ?? 0) / tied / total;
  }
  return sum;
}

const logFactorials = [0];

function logFactorial(n: number): number {
  for (let i = logFactorials.length; i <= n; i += 1) {
    logFactorials.push((logFactorials[i - 1] ?? 0) + Math.log(i));
  }
  return logFactorials[n] ?? 0;
}

/** Chance of x successes of n at the given rate, which is above 0. */
function binomial(n: number, rate: number, x: number): number {
  if (x > n) return 0;
  if (rate === 1) return x === n ? 1 : 0;
  const ways = logFactorial(n) - logFactorial(x) - logFactorial(n - x);
  return Math.exp(ways + x * Math.log(rate) + (n - x) * Math.log1p(-rate));
}

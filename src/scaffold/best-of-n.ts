/**
 * Best of n by a judge: n solutions, each scored from 0 to 7, and the one with the best mean, then with more scores,
 * then the later. The baseline for every search that also rewrites. n · (1 + verifications) calls.
 */
import { z } from 'zod';
import type { Problem } from '../problems/problem.ts';
import { attendance } from './attendance.ts';
import { bestSoFar } from './best-so-far.ts';
import { byMerit, mean } from './by-merit.ts';
import { numbers, present, REWORKED, solveOne } from './candidate.ts';
import { metered } from './derive-context.ts';
import { fixedStep, type PlannedCalls, planOf, repeated } from './plan.ts';
import { ask, type Question } from './question.ts';
import type { Scaffold } from './scaffold.ts';
import { settleAll } from './settle-all.ts';

export const bestOfNSettings = z.strictObject({
  n: z.int().min(1).default(8).describe('Solutions.'),
  verifications: z.int().min(1).default(1).describe('Scores of each solution.'),
});

export type BestOfNSettings = z.output<typeof bestOfNSettings>;

export interface BestOfNPrompts {
  readonly solver: Scaffold;
  /** The value is the score; higher is better. */
  readonly score: (input: { readonly problem: Problem; readonly proof: string }) => Question<number>;
}

export function bestOfN(given: z.input<typeof bestOfNSettings>, prompts: BestOfNPrompts): Scaffold {
  const { n, verifications } = bestOfNSettings.parse(given);
  return metered(async (problem, context) => {
    const here = attendance(context);
    const offer = bestSoFar(context);
    const solveAndScore = async (number: number) => {
      const solved = await solveOne(number, prompts.solver, problem, context, { attendance: here, offer });
      if (solved === undefined) return undefined;
      const question = prompts.score({ problem, proof: solved.proof });
      const scores = await settleAll(
        numbers(verifications).map(async (j) => {
          const label = `score-${number}-${j}`;
          const asked = await here.attempt('score', label, () =>
            ask(context, label, question, { role: 'score', from: [solved.label] }),
          );
          if (asked?.value !== undefined) context.note(label, { score: asked.value });
          return asked?.value;
        }),
      );
      const given = present(scores);
      const score = mean(given);
      if (score !== undefined) {
        offer(
          solved.proof,
          [REWORKED, score, given.length, number],
          `${solved.label}, mean score ${Number(score.toFixed(3))}`,
        );
      }
      return { ...solved, scores: given };
    };
    const scored = present(await settleAll(numbers(n).map(solveAndScore)));
    here.requireSome();
    const [answer] = byMerit(scored, ({ scores }) => scores);
    if (answer === undefined) return undefined;
    const score = mean(answer.scores);
    context.note('choice', { chosen: answer.label, score: score ?? null, of: scored.length });
    context.keep(
      answer.proof,
      `${answer.label}, best of ${scored.length}, ${score === undefined ? 'which no judge scored' : `mean score ${Number(score.toFixed(3))}`}`,
    );
    return answer.proof;
  });
}

export function bestOfNPlan(given: z.input<typeof bestOfNSettings>, solver: PlannedCalls): PlannedCalls {
  const { n, verifications } = bestOfNSettings.parse(given);
  return planOf([
    ...repeated(solver, { least: n, most: n, expected: n }),
    fixedStep(n * verifications, { role: 'score', reads: { proofs: 1 }, writes: 'report', mayRepeat: true }),
  ]);
}

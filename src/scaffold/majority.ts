/**
 * Majority vote: n solutions, and the first of the largest class of equivalent ones. A baseline without a judge. What
 * counts as equivalent is the caller's to say; classes are formed in the order of the solvers, whoever is ready first.
 * A solution that was cut, or comes to nothing, has no vote, and wins only where nobody has one. A tie between classes is
 * decided by a seeded coin, which is noted as one.
 */
import { z } from 'zod';
import type { Problem } from '../problems/problem.ts';
import { attendance } from './attendance.ts';
import { bestSoFar } from './best-so-far.ts';
import { type Candidate, numbers, present, solveOne } from './candidate.ts';
import { metered } from './derive-context.ts';
import { type PlannedCalls, planOf, repeated } from './plan.ts';
import type { Scaffold } from './scaffold.ts';
import { settleAll } from './settle-all.ts';

export const majoritySettings = z.strictObject({
  n: z.int().min(1).default(8).describe('Solutions that vote.'),
});

export type MajoritySettings = z.output<typeof majoritySettings>;

export interface MajorityPrompts {
  readonly solver: Scaffold;
  /** Whether two solutions come to the same. Asked of a class's first and each newcomer. */
  readonly equivalent: (first: string, second: string, problem?: Problem) => boolean | Promise<boolean>;
  /** Whether a solution comes to anything; without this all do. */
  readonly concludes?: (solution: string) => boolean;
}

export function majority(given: z.input<typeof majoritySettings>, prompts: MajorityPrompts): Scaffold {
  const { n } = majoritySettings.parse(given);
  return metered(async (problem, context) => {
    const here = attendance(context);
    const offer = bestSoFar(context);
    const solved = await settleAll(
      numbers(n).map((i) => solveOne(i, prompts.solver, problem, context, { attendance: here, offer })),
    );
    here.requireSome();
    const { concludes = () => true } = prompts;
    const written = present(solved);
    const voters = written.filter(({ proof, isCut }) => !isCut && concludes(proof));
    const classes = await classesOf(voters.length > 0 ? voters : written, (first, second) =>
      prompts.equivalent(first, second, problem),
    );
    const most = Math.max(0, ...classes.map(({ length }) => length));
    const leading = classes.filter(({ length }) => length === most);
    if (leading.length === 0) return undefined;
    const [answer] = context.random.fork('coin').pick(leading);
    if (answer === undefined) return undefined;
    const facts = {
      votes: voters.length > 0 ? most : 0,
      of: written.length,
      decidedBy: leading.length > 1 ? 'coin' : 'votes',
    };
    context.note('choice', {
      chosen: answer.label,
      ...facts,
      classes: classes.map((one) => one.map(({ label }) => label)),
    });
    const why = `${answer.label}, with ${facts.votes} of ${written.length} votes`;
    context.keep(answer.proof, `${why}${leading.length > 1 ? ', by the toss of a coin' : ''}`);
    return answer.proof;
  });
}

async function classesOf(
  candidates: readonly Candidate[],
  equivalent: (first: string, second: string) => boolean | Promise<boolean>,
): Promise<Candidate[][]> {
  const classes: Candidate[][] = [];
  for (const candidate of candidates) {
    let own: Candidate[] | undefined;
    for (const one of classes) {
      if (own === undefined && one[0] !== undefined && (await equivalent(one[0].proof, candidate.proof)))
        own = one;
    }
    if (own === undefined) classes.push([candidate]);
    else own.push(candidate);
  }
  return classes;
}

export function majorityPlan(given: z.input<typeof majoritySettings>, solver: PlannedCalls): PlannedCalls {
  const { n } = majoritySettings.parse(given);
  return planOf(repeated(solver, { least: n, most: n, expected: n }));
}

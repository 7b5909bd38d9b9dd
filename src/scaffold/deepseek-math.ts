/**
 * DeepSeek-Math-V2's search ("DSM"): a pool of proofs, each verified several times on the scale 0, 0.5, 1; the best of
 * the pool are refined with the analyses that scored them lowest; refined proofs join the pool, which is never pruned;
 * a proof that all its verifiers call right ends the search.
 *
 * NULL-NOT-ZERO: a verification without a score leaves the mean and is shown to no refiner as a fault; a proof is
 * perfect when all scores given are 1 and more than half were given. The answer has the best mean, then more
 * verifications, then is the later one. P + PV calls, and by default as many again in each iteration.
 */
import { z } from 'zod';
import type { Problem } from '../problems/problem.ts';
import { attendance } from './attendance.ts';
import { bestSoFar } from './best-so-far.ts';
import { byMerit, mean } from './by-merit.ts';
import { type Candidate, numbers, present, REWORKED, solveOne, WRITTEN } from './candidate.ts';
import { metered } from './derive-context.ts';
import { ASSUMED, type PlannedCalls, planOf, repeated } from './plan.ts';
import { ask, type Question } from './question.ts';
import type { Scaffold } from './scaffold.ts';
import { settleAll } from './settle-all.ts';

export const deepseekMathSettings = z.strictObject({
  pool: z.int().min(1).default(4).describe('Proofs written at first.'),
  best: z
    .int()
    .min(1)
    .optional()
    .describe('Proofs, the best of the pool, that an iteration refines; as many as `pool` by default.'),
  refinements: z.int().min(1).default(1).describe('Refinements of each of them in an iteration.'),
  verifications: z.int().min(1).default(4).describe('Verifications of each proof.'),
  analyses: z.int().min(0).default(2).describe('Analyses, lowest scores first, that a refinement reads.'),
  iterations: z.int().min(0).default(2).describe('Rounds of refinement at most.'),
});

export type DeepseekMathSettings = z.output<typeof deepseekMathSettings>;

/** MathArena's sizes; those in the text of DeepSeek-Math-V2; and those of the program that was published with it. */
export const deepseekMathPresets = {
  matharena: { pool: 16, verifications: 16, analyses: 4, iterations: 4 },
  paper: { pool: 64, refinements: 8, verifications: 64, analyses: 1, iterations: 16 },
  program: { pool: 128, best: 32, refinements: 4, verifications: 64, analyses: 8, iterations: 15 },
} as const;

export interface DeepseekMathPrompts {
  readonly solver: Scaffold;
  /** The value is the score: 0, 0.5 or 1. */
  readonly verify: (input: { readonly problem: Problem; readonly proof: string }) => Question<number>;
  readonly refine: (input: {
    readonly problem: Problem;
    readonly proof: string;
    readonly analyses: readonly string[];
  }) => Question<string>;
}

interface Verification {
  readonly label: string;
  readonly text: string;
  readonly score: number | undefined;
}

interface Member {
  /** From 1, in the order of writing; part of every label that is about it. */
  readonly number: number;
  readonly label: string;
  readonly proof: string;
  readonly isCut: boolean;
  readonly verifications: readonly Verification[];
}

export function deepseekMath(
  given: z.input<typeof deepseekMathSettings>,
  prompts: DeepseekMathPrompts,
): Scaffold {
  const settings = deepseekMathSettings.parse(given);
  const { pool: first, best = first, refinements } = settings;
  return metered(async (problem, context) => {
    const here = attendance(context);
    const offer = bestSoFar(context);
    const pool: Member[] = [];

    const verified = async (number: number, { label, proof, isCut }: Candidate): Promise<Member> => {
      const question = prompts.verify({ problem, proof });
      const verifications = await settleAll(
        numbers(settings.verifications).map(async (j) => {
          const name = `verify-${number}-${j}`;
          const asked = await here.attempt('verify', name, () =>
            ask(context, name, question, { role: 'verify', from: [label] }),
          );
          if (asked?.value !== undefined) context.note(name, { score: asked.value });
          return asked === undefined
            ? undefined
            : { label: asked.label, text: asked.text, score: asked.value };
        }),
      );
      const member = { number, label, proof, isCut, verifications: present(verifications) };
      const scores = scoresOf(member);
      const score = mean(scores);
      if (score !== undefined) offer(proof, [REWORKED, score, scores.length, number], described(member));
      return member;
    };

    const join = async (members: readonly Promise<Member | undefined>[]): Promise<void> => {
      pool.push(...present(await settleAll(members)));
      here.requireSome();
    };

    await join(
      numbers(first).map(async (number) => {
        const solved = await solveOne(number, prompts.solver, problem, context, { attendance: here, offer });
        return solved && (await verified(number, solved));
      }),
    );

    for (const iteration of numbers(settings.iterations)) {
      if (pool.some((member) => isPerfect(member, settings.verifications))) break;
      const parents = byMerit(pool, scoresOf).slice(0, best);
      const before = first + (iteration - 1) * best * refinements;
      await join(
        parents
          .flatMap((parent) => numbers(refinements).map((j) => ({ parent, j })))
          .map(async ({ parent, j }, place) => {
            const number = before + place + 1;
            const label = `refine-${number}`;
            const read = hardest(parent, settings.analyses, j);
            const question = prompts.refine({
              problem,
              proof: parent.proof,
              analyses: read.map(({ text }) => text),
            });
            const from = [parent.label, ...read.map((one) => one.label)];
            const refined = await here.attempt('refine', label, () =>
              ask(context, label, question, { role: 'refine', from }),
            );
            if (refined?.value === undefined) return undefined;
            const { value: proof, isCut } = refined;
            if (isCut && !parent.isCut) {
              context.note(label, { passedOver: 'it was cut, and what it refines is whole' });
              return undefined;
            }
            offer(proof, [WRITTEN, isCut ? 0 : 1, number], `${label}, not yet verified`);
            return await verified(number, { label, proof, isCut });
          }),
      );
    }

    const [answer] = byMerit(pool, scoresOf);
    if (answer === undefined) return undefined;
    context.note('choice', {
      chosen: answer.label,
      score: mean(scoresOf(answer)) ?? null,
      pool: pool.length,
    });
    context.keep(answer.proof, described(answer));
    return answer.proof;
  });
}

function scoresOf(member: Member): number[] {
  return present(member.verifications.map(({ score }) => score));
}

function isPerfect(member: Member, asked: number): boolean {
  const scores = scoresOf(member);
  return scores.length * 2 > asked && scores.every((score) => score === 1);
}

/**
 * The verifications with the lowest scores, as they came where scores are equal. The `turn`-th refinement of a proof
 * reads others than the one before it, while there are some that find fault.
 */
function hardest({ verifications }: Member, count: number, turn: number): Verification[] {
  const scored = verifications
    .filter(({ score }) => score !== undefined)
    .sort((a, b) => (a.score ?? 0) - (b.score ?? 0));
  const faults = scored.filter(({ score }) => score !== 1).length;
  const start = ((turn - 1) * count) % Math.max(faults, 1);
  return [...scored.slice(start), ...scored.slice(0, start)].slice(0, count);
}

function described(member: Member): string {
  const scores = scoresOf(member);
  const score = mean(scores);
  return score === undefined
    ? `${member.label}, which no verifier scored`
    : `${member.label}, mean score ${Number(score.toFixed(3))} of ${scores.length} verifications`;
}

export function deepseekMathPlan(
  given: z.input<typeof deepseekMathSettings>,
  solver: PlannedCalls,
): PlannedCalls {
  const settings = deepseekMathSettings.parse(given);
  const { pool, best = pool, refinements, verifications, analyses, iterations } = settings;
  let most = 0;
  let expected = 0;
  for (const _ of numbers(iterations)) {
    const written = pool + most;
    const refined = Math.min(best, written) * refinements;
    most += refined;
    // The iteration is reached when none of the proofs before it is perfect.
    expected += refined * (1 - ASSUMED.perfectRate) ** written;
  }
  const verify = { role: 'verify', reads: { proofs: 1 }, writes: 'report', mayRepeat: true } as const;
  return planOf([
    ...repeated(solver, { least: pool, most: pool, expected: pool }),
    {
      ...verify,
      least: pool * verifications,
      most: (pool + most) * verifications,
      expected: (pool + expected) * verifications,
    },
    {
      role: 'refine',
      least: 0,
      most,
      expected,
      reads: { proofs: 1, reports: Math.min(analyses, verifications) },
      writes: 'proof',
      mayRepeat: false,
    },
  ]);
}

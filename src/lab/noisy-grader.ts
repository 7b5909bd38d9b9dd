/**
 * A grader that errs as LLM judges do, for the study of reward noise. It wraps another grader and changes points
 * by a seeded error: the same problem, proof and seed give the same grade. NULL-NOT-ZERO: an ungraded result is
 * passed on, and an empty proof keeps its real 0, which no judge is asked about.
 *
 * The default parameters were fitted to three reported figures. With four attempts per problem at the lab's mix
 * of scores (60 % zero, 15 % partial, 25 % full) the mean difference of advantages is near 1.2 points (paper: 1.21
 * for the grader it trained with on MathArena, 1.19 in distribution) and the mean absolute error near 1 (0.93
 * for the best judge of ProofBench's authors); and middle grades are the least reliable.
 */
import { z } from 'zod';
import type { Grade, Grader } from '../grade/grade.ts';
import { Random } from '../stats/random.ts';

const probability = z.number().min(0).max(1);

export const noiseSchema = z
  .strictObject({
    falseCredit: probability.default(0.18).describe('Chance that a proof worth 0 is given points.'),
    fullFalseCredit: probability
      .default(0.5)
      .describe('Share of false credit that is all 7 points; the rest is uniform on 1 to 6.'),
    falseReject: probability.default(0.1).describe('Chance that a proof worth something is given 0.'),
    middleSlip: probability
      .default(0.6)
      .describe('Chance that a grade of 1 to 6 slips by 1 or 2 points, up or down, within 1 to 7.'),
    fullSlip: probability.default(0.2).describe('Chance that a proof worth 7 is given 5 or 6.'),
  })
  .describe('Error model of the noisy grader.');

export type NoiseParameters = z.infer<typeof noiseSchema>;

export const JUDGE_NOISE: NoiseParameters = noiseSchema.parse({});

export function noisyGrader(inner: Grader, parameters: NoiseParameters = JUDGE_NOISE): Grader {
  const name = `noisy(${inner.name})`;
  return {
    name,
    async grade(problem, proof, context): Promise<Grade> {
      const exact = await inner.grade(problem, proof, context);
      if (exact.kind === 'ungraded' || proof.trim() === '') return { ...exact, grader: name };
      const random = new Random(context.seed, 'noisy-grader', problem.id, proof);
      const points = withError(exact.points, parameters, random);
      const error = points - exact.points;
      if (error === 0) return { ...exact, grader: name };
      const reason = `simulated judge error: ${exact.points} became ${points}`;
      return {
        kind: 'graded',
        points,
        report: `${exact.report}\n\n**${points} of 7 points** after a ${reason}.`,
        items: [...exact.items, { what: 'judge error', points: error, reason }],
        grader: name,
      };
    },
  };
}

/** Points as a judge with these errors would give them: an integer, 0 to 7, for integer points. */
export function withError(points: number, parameters: NoiseParameters, random: Random): number {
  if (points <= 0) {
    if (!random.chance(parameters.falseCredit)) return 0;
    return random.chance(parameters.fullFalseCredit) ? 7 : random.integer(1, 6);
  }
  if (random.chance(parameters.falseReject)) return 0;
  if (points >= 7) return random.chance(parameters.fullSlip) ? random.integer(5, 6) : 7;
  if (!random.chance(parameters.middleSlip)) return points;
  const slip = random.integer(1, 2) * (random.chance(0.5) ? 1 : -1);
  return Math.min(Math.max(points + slip, 1), 7);
}

/**
 * Nomos: many submissions, each scored from 0 to 7; the best scored go to one consolidation, which keeps those with
 * the right conclusion (not necessarily the majority's); those meet in a knockout.
 *
 * The pool is never empty: a keep list that names somebody who is not there is asked for again, and then everybody stays.
 * NULL-NOT-ZERO: a submission whose score could not be read counts as the average one. 2G + 1 + (kept − 1) calls at
 * most for G submissions; no consolidation when one is left.
 */
import { z } from 'zod';
import { ModelError } from '../model/model-error.ts';
import type { Problem } from '../problems/problem.ts';
import { attendance } from './attendance.ts';
import { bestSoFar } from './best-so-far.ts';
import { byMerit, mean } from './by-merit.ts';
import { type Candidate, numbers, present, REWORKED, solveOne } from './candidate.ts';
import type { ChoiceQuestion } from './compare.ts';
import { metered } from './derive-context.ts';
import { ASSUMED, type PlannedCalls, planOf, repeated } from './plan.ts';
import { proofKnockout } from './proof-knockout.ts';
import { ask, type Question } from './question.ts';
import type { Scaffold } from './scaffold.ts';
import { settleAll } from './settle-all.ts';

export const nomosSettings = z.strictObject({
  solutions: z.int().min(1).default(16).describe('Submissions at most.'),
  wave: z
    .int()
    .min(1)
    .optional()
    .describe(
      'Submissions written and scored before it is seen whether `target` is met; all of them by default.',
    ),
  keep: z.int().min(1).default(12).describe('Submissions at most that go to consolidation.'),
  target: z
    .int()
    .min(1)
    .default(8)
    .describe(
      'Perfect scores that are enough: then only perfect submissions go on, and no further wave is begun.',
    ),
  orders: z
    .enum(['random', 'both'])
    .default('random')
    .describe('Whether a pair is compared in one order drawn by seed, or in both (twice the calls).'),
});

export type NomosSettings = z.output<typeof nomosSettings>;

/**
 * The first Nomos stops at four perfect scores and keeps eight. It works against a clock of three hours; here a number
 * of submissions stands for the clock, and waves for its pool of workers.
 */
export const nomosPresets = { original: { solutions: 32, wave: 8, keep: 8, target: 4 } } as const;

const PERFECT = 7;

export interface NomosPrompts {
  readonly solver: Scaffold;
  /** The value is the score, 0 to 7. */
  readonly score: (input: { readonly problem: Problem; readonly proof: string }) => Question<number>;
  /** The value is the numbers of the candidates to keep, from 1; `reports` are the judges' on each of them. */
  readonly consolidate: (input: {
    readonly problem: Problem;
    readonly candidates: readonly string[];
    readonly reports: readonly string[];
  }) => Question<readonly number[]>;
  readonly compare: ChoiceQuestion;
}

interface Submission extends Candidate {
  readonly number: number;
  readonly score: number | undefined;
  readonly report: { readonly label: string; readonly text: string } | undefined;
}

export function nomos(given: z.input<typeof nomosSettings>, prompts: NomosPrompts): Scaffold {
  const settings = nomosSettings.parse(given);
  const wave = settings.wave ?? settings.solutions;
  return metered(async (problem, context) => {
    const here = attendance(context);
    const offer = bestSoFar(context);

    const submit = async (number: number): Promise<Submission | undefined> => {
      const solved = await solveOne(number, prompts.solver, problem, context, { attendance: here, offer });
      if (solved === undefined) return undefined;
      const label = `score-${number}`;
      const question = prompts.score({ problem, proof: solved.proof });
      const asked = await here.attempt('score', label, () =>
        ask(context, label, question, { role: 'score', from: [solved.label] }),
      );
      const score = asked?.value;
      if (score !== undefined) {
        context.note(label, { score });
        offer(solved.proof, [REWORKED, score, number], `${solved.label}, scored ${score} of ${PERFECT}`);
      }
      return { ...solved, number, score, report: asked && { label: asked.label, text: asked.text } };
    };

    const submissions: Submission[] = [];
    for (
      let done = 0;
      done < settings.solutions && perfect(submissions).length < settings.target;
      done += wave
    ) {
      const next = numbers(Math.min(wave, settings.solutions - done)).map((i) => submit(done + i));
      submissions.push(...present(await settleAll(next)));
      here.requireSome();
    }
    if (submissions.length === 0) return undefined;

    const enough = perfect(submissions).length >= settings.target;
    const scored = byMerit(submissions, ({ score }) => (score === undefined ? [] : [score]));
    const finalists = (enough ? perfect(submissions) : scored).slice(0, settings.keep);
    const kept = await consolidate(finalists);
    const [front] = byMerit(kept, ({ score }) => (score === undefined ? [] : [score]));
    if (front !== undefined) {
      offer(
        front.proof,
        [REWORKED + 1, front.score ?? 0, front.number],
        `${front.label}, the best scored that was kept`,
      );
    }

    const matches = proofKnockout(
      kept.map(async (one) => one),
      {
        ...{ problem, compare: prompts.compare, orders: settings.orders, context, attendance: here },
        ...{ offer, stage: REWORKED + 2 },
      },
    );
    const answer = (await settleAll(matches)).at(-1);
    here.requireSome();
    if (answer === undefined) return undefined;
    const { candidate, why } = answer;
    context.note('choice', { chosen: candidate.label, submissions: submissions.length, kept: kept.length });
    context.keep(candidate.proof, `${why}, the last of ${kept.length} kept`);
    return candidate.proof;

    /** The finalists that are kept. When all are too long for one prompt, one of the lowest scored is left out. */
    async function consolidate(pool: readonly Submission[], attempt = 1): Promise<readonly Submission[]> {
      if (pool.length <= 1) return pool;
      const label = attempt === 1 ? 'consolidate' : `consolidate-${attempt}`;
      // Shown in the order of writing: the order of scores would say which is thought best.
      const shown = [...pool].sort((a, b) => a.number - b.number);
      const question = prompts.consolidate({
        problem,
        candidates: shown.map(({ proof }) => proof),
        reports: shown.map(({ report }) => report?.text ?? ''),
      });
      const from = shown.flatMap((one) => [
        one.label,
        ...(one.report === undefined ? [] : [one.report.label]),
      ]);
      try {
        const asked = await ask(context, label, question, { role: 'consolidate', from });
        if (asked.value === undefined) return shown;
        const chosen = present(asked.value.map((number) => shown[number - 1]));
        context.note(label, { kept: chosen.map((one) => one.label) });
        return chosen.length === 0 ? shown : chosen;
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
        context.note(label, { missing: error.message, failure: error.kind });
        if (error.kind !== 'context-length') return shown;
        return await consolidate(withoutOneOfTheLowest(pool, attempt), attempt + 1);
      }
    }

    function withoutOneOfTheLowest(pool: readonly Submission[], attempt: number): Submission[] {
      const average = mean(pool.flatMap(({ score }) => score ?? [])) ?? 0;
      const lowest = Math.min(...pool.map(({ score }) => score ?? average));
      const candidates = pool.filter(({ score }) => (score ?? average) === lowest);
      const dropped = context.random.fork('dropped', attempt).pick(candidates);
      return pool.filter((one) => one !== dropped);
    }
  });
}

function perfect(submissions: readonly Submission[]): Submission[] {
  return submissions.filter(({ score }) => score === PERFECT);
}

export function nomosPlan(given: z.input<typeof nomosSettings>, solver: PlannedCalls): PlannedCalls {
  const { solutions, wave = solutions, keep, target, orders } = nomosSettings.parse(given);
  const least = Math.min(solutions, Math.ceil(target / wave) * wave);
  const finalists = Math.min(keep, solutions);
  const expectedKept = Math.max(1, finalists * ASSUMED.keptShare);
  const perMatch = orders === 'both' ? 2 : 1;
  const times = { least, most: solutions, expected: (least + solutions) / 2 };
  return planOf([
    ...repeated(solver, times),
    { role: 'score', ...times, reads: { proofs: 1 }, writes: 'report', mayRepeat: true },
    {
      ...{ role: 'consolidate', least: 0, most: finalists > 1 ? 1 : 0, expected: finalists > 1 ? 1 : 0 },
      ...{ reads: { proofs: finalists, reports: finalists }, writes: 'report', mayRepeat: true },
    },
    {
      role: 'compare',
      least: 0,
      most: (finalists - 1) * perMatch,
      expected: (expectedKept - 1) * perMatch,
      reads: { proofs: 2 },
      writes: 'report',
      mayRepeat: true,
    },
  ]);
}

/**
 * Recursive Self-Aggregation (RSA), with QED-Nano's pairwise selection: n candidates; in each round every place of the
 * population is written anew by merging a block of k candidates; in the end a knockout.
 *
 * Blocks are cyclic and balanced: every candidate is read exactly k times a round; their order is seeded by problem
 * and round. A merge that gives nothing, or was cut, leaves a candidate of its block in place. No round waits for the one
 * before it: a merge begins when its k candidates are there. n + rounds · n + (n − 1) calls.
 */
import { z } from 'zod';
import type { Problem } from '../problems/problem.ts';
import type { Random } from '../stats/random.ts';
import { attendance } from './attendance.ts';
import { bestSoFar } from './best-so-far.ts';
import { type Candidate, numbers, present, REWORKED, solveOne } from './candidate.ts';
import type { ChoiceQuestion } from './compare.ts';
import { metered } from './derive-context.ts';
import { fixedStep, type PlannedCalls, type PlannedStep, planOf, repeated } from './plan.ts';
import { proofKnockout, type Standing } from './proof-knockout.ts';
import { ask, type Question } from './question.ts';
import type { Scaffold } from './scaffold.ts';
import { settleAll } from './settle-all.ts';

export const rsaSettings = z
  .strictObject({
    n: z.int().min(1).default(8).describe('Candidates in the population.'),
    k: z.int().min(1).default(3).describe('Candidates that one merge reads; at most n.'),
    rounds: z.int().min(0).default(3).describe('Rounds of merging.'),
    blocks: z
      .enum(['balanced', 'drawn'])
      .default('balanced')
      .describe(
        'Whether every candidate is read k times a round, or each merge draws its k candidates by itself.',
      ),
    select: z
      .enum(['knockout', 'together', 'random'])
      .default('knockout')
      .describe(
        'How one of the last population is chosen: pairwise, in one call that reads all, or by seed alone.',
      ),
    orders: z
      .enum(['random', 'both'])
      .default('random')
      .describe('Whether a pair is compared in one order drawn by seed, or in both (twice the calls).'),
  })
  .refine(({ k, n }) => k <= n, {
    path: ['k'],
    message: 'k must not be above n: a block has k different candidates',
  });

export type RsaSettings = z.output<typeof rsaSettings>;

/**
 * The defaults of RSA's own program, ten loops of which the first one writes: larger, each block drawn by itself, and a
 * random member of the last population is the answer.
 */
export const rsaPresets = {
  paper: { n: 16, k: 4, rounds: 9, blocks: 'drawn', select: 'random' },
} as const;

export interface RsaPrompts {
  /** Writes the first population. */
  readonly solver: Scaffold;
  readonly merge: (input: {
    readonly problem: Problem;
    readonly candidates: readonly string[];
  }) => Question<string>;
  readonly compare: ChoiceQuestion;
}

export function rsa(given: z.input<typeof rsaSettings>, prompts: RsaPrompts): Scaffold {
  const { n, k, rounds, blocks, select, orders } = rsaSettings.parse(given);
  const blocksOf = blocks === 'balanced' ? cyclicBlocks : drawnBlocks;
  return metered(async (problem, context) => {
    const here = attendance(context);
    const offer = bestSoFar(context);
    const { random } = context;

    const merge = async (
      round: number,
      place: number,
      block: readonly Promise<Candidate | undefined>[],
    ): Promise<Candidate | undefined> => {
      const read = withoutCopies(present(await Promise.all(block)));
      const [first] = read;
      if (first === undefined) return undefined;
      const label = `merge-${round}-${place}`;
      const from = read.map((one) => one.label);
      const question = prompts.merge({ problem, candidates: read.map(({ proof }) => proof) });
      const merged = await here.attempt('merge', label, () =>
        ask(context, label, question, { role: 'merge', from }),
      );
      const left = read.find(({ isCut }) => !isCut) ?? first;
      if (merged?.value === undefined || (merged.isCut && !left.isCut)) {
        context.note(label, { leftInPlace: left.label, ...(merged?.isCut === true ? { wasCut: true } : {}) });
        return left;
      }
      offer(merged.value, [REWORKED, round, place], `${label}, merged of ${from.join(', ')}`);
      return { label, proof: merged.value, isCut: merged.isCut };
    };

    const solved = numbers(n).map((i) =>
      solveOne(i, prompts.solver, problem, context, { attendance: here, offer }),
    );
    const calls = [...solved];
    let population = solved;
    for (const round of numbers(rounds)) {
      const last = population;
      population = blocksOf(n, k, random.fork('blocks', round)).map((block, place) =>
        merge(
          round,
          place + 1,
          block.flatMap((index) => last[index] ?? []),
        ),
      );
      calls.push(...population);
    }

    let answer: Standing | undefined;
    if (select === 'knockout') {
      const matches = proofKnockout(population, {
        ...{ problem, compare: prompts.compare, orders, context, attendance: here },
        ...{ offer, stage: REWORKED + rounds + 1 },
      });
      answer = (await settleAll<Candidate | Standing | undefined>([...calls, ...matches])).at(
        -1,
      ) as typeof answer;
    } else {
      await settleAll(calls);
      here.requireSome();
      answer = await chooseFrom(present(await Promise.all(population)));
    }
    here.requireSome();
    if (answer === undefined) return undefined;
    const { candidate, why } = answer;
    context.note('choice', { chosen: candidate.label, by: select });
    context.keep(candidate.proof, `${why}, the last of ${n}`);
    return candidate.proof;

    /** By one call that reads all, or by seed alone. */
    async function chooseFrom(finalists: readonly Candidate[]): Promise<Standing | undefined> {
      const drawn = random.fork('finalists').shuffled(finalists);
      const [first] = drawn;
      if (first === undefined || select === 'random' || drawn.length === 1) {
        return first && { candidate: first, why: `${first.label}, drawn by seed` };
      }
      const question = prompts.compare({ problem, candidates: drawn.map(({ proof }) => proof) });
      const from = drawn.map(({ label }) => label);
      const asked = await here.attempt('compare', 'compare', () =>
        ask(context, 'compare', question, { role: 'compare', from }),
      );
      const chosen = typeof asked?.value === 'number' ? drawn[asked.value - 1] : undefined;
      if (chosen !== undefined) return { candidate: chosen, why: `${chosen.label}, chosen by compare` };
      context.note('compare', { decidedBy: 'coin', verdict: asked?.value ?? 'none' });
      return { candidate: first, why: `${first.label}, by the toss of a coin` };
    }
  });
}

/** A merge that gave nothing left a candidate in a second place; nobody reads it twice. */
function withoutCopies(block: readonly Candidate[]): Candidate[] {
  return block.filter(({ label }, at) => block.findIndex((one) => one.label === label) === at);
}

/**
 * n blocks of k different indices below n; each index occurs in exactly k blocks. Block s is a fixed set of k offsets
 * moved on by s, through a shuffled population.
 */
export function cyclicBlocks(n: number, k: number, random: Random): number[][] {
  const order = random.shuffled(numbers(n).map((i) => i - 1));
  const offsets = random.shuffled(order).slice(0, k);
  return order.map((_, start) => offsets.flatMap((offset) => order[(start + offset) % n] ?? []));
}

/** n blocks of k different indices below n, each drawn by itself. */
function drawnBlocks(n: number, k: number, random: Random): number[][] {
  const all = numbers(n).map((i) => i - 1);
  return all.map(() => random.shuffled(all).slice(0, k));
}

export function rsaPlan(given: z.input<typeof rsaSettings>, solver: PlannedCalls): PlannedCalls {
  const { n, k, rounds, select, orders } = rsaSettings.parse(given);
  const verdict = (count: number, proofs: number): PlannedStep =>
    fixedStep(count, { role: 'compare', reads: { proofs }, writes: 'report', mayRepeat: true });
  const selection = {
    knockout: verdict((n - 1) * (orders === 'both' ? 2 : 1), 2),
    together: verdict(n > 1 ? 1 : 0, n),
    random: verdict(0, n),
  };
  return planOf([
    ...repeated(solver, { least: n, most: n, expected: n }),
    fixedStep(n * rounds, { role: 'merge', reads: { proofs: k }, writes: 'proof', mayRepeat: false }),
    selection[select],
  ]);
}

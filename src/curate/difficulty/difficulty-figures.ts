/**
 * What measuring difficulty has found out about all problems together, for step.json: attempts made and saved, how many
 * problems were solved, the histogram of mean rewards, and how long responses are, with the length within which a share
 * of them ends (the paper's rule for the maximum length: 95 %).
 */
import type { Json } from '../../journal/journal.ts';
import { lengthWithin, type ResponseLength } from '../../stats/length-within.ts';
import { quantile } from '../../stats/quantile.ts';
import { Random } from '../../stats/random.ts';
import { wilson } from '../../stats/wilson.ts';
import { binCount, binOf } from '../select/target-shape.ts';
import type { MeasuredDifficulty } from './difficulty-of.ts';
import type { MadeAttempt } from './difficulty-step.ts';

const lengthBins = 40;

export class DifficultyFigures {
  readonly #options: { readonly attempts: number; readonly lengthShare: number; readonly seed: number };
  readonly #lengths_P_A: ResponseLength[][] = [];
  readonly #rewards = new Array<number>(binCount).fill(0);
  #ungraded = 0;
  #measured = 0;
  #solved = 0;
  #passes = 0;
  #stopped = 0;

  constructor(options: { readonly attempts: number; readonly lengthShare: number; readonly seed: number }) {
    this.#options = options;
  }

  add(made: readonly MadeAttempt[], difficulty: MeasuredDifficulty | undefined): void {
    this.#lengths_P_A.push(made.map(({ tokens, isCut }) => ({ length: tokens, isCut })));
    this.#ungraded += made.filter(({ points }) => points === null).length;
    if (made.length < this.#options.attempts) this.#stopped += 1;
    if (difficulty === undefined) return;
    this.#measured += 1;
    if (difficulty.solved > 0) this.#solved += 1;
    this.#passes += difficulty.solved / difficulty.attempts;
    const bin = binOf(difficulty.meanReward);
    this.#rewards[bin] = (this.#rewards[bin] ?? 0) + 1;
  }

  all(): Readonly<Record<string, Json>> {
    const { attempts } = this.#options;
    const made = this.#lengths_P_A.reduce((sum, own) => sum + own.length, 0);
    const most = attempts * this.#lengths_P_A.length;
    return {
      attempts: { made, saved: most - made, problemsStopped: this.#stopped, ungraded: this.#ungraded },
      ...(this.#measured === 0
        ? {}
        : {
            solvedProblems: { count: this.#solved, ...rateOf(this.#solved, this.#measured) },
            passAt1: Number((this.#passes / this.#measured).toFixed(6)),
          }),
      meanReward: { width: 1 / binCount, counts: [...this.#rewards] },
      ...(made === 0 ? {} : { lengths: this.#lengths() }),
    };
  }

  #lengths(): Json {
    const { lengthShare, seed } = this.#options;
    const within = lengthWithin(this.#lengths_P_A, lengthShare, { random: new Random('lengths', seed) });
    const all = this.#lengths_P_A.flatMap((own) => own.map(({ length }) => length));
    const width = Math.max(1, Math.ceil(within.longest / lengthBins));
    const counts = new Array<number>(Math.floor(within.longest / width) + 1).fill(0);
    for (const length of all) {
      const bin = Math.floor(length / width);
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    const { low, high } = within.interval ?? {};
    return {
      ...{ responses: within.responses, cut: within.cut, longest: within.longest },
      median: quantile(all, 0.5),
      // Null: more than the rest was cut, so the length lies beyond the longest.
      within: { share: lengthShare, tokens: within.estimate ?? null, low: low ?? null, high: high ?? null },
      histogram: { width, counts },
    };
  }
}

function rateOf(
  count: number,
  of: number,
): { readonly rate: number; readonly low: number; readonly high: number } {
  const { estimate, low, high } = wilson(count, of);
  const rounded = (value: number): number => Number(value.toFixed(6));
  return { rate: rounded(estimate), low: rounded(low), high: rounded(high) };
}

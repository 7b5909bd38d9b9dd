/** What distilling has come to, for step.json: samples that stayed and left by code, their lengths, and what was cut. */
import type { Json } from '../../journal/journal.ts';
import { lengthWithin, type ResponseLength } from '../../stats/length-within.ts';
import { quantile } from '../../stats/quantile.ts';
import { Random } from '../../stats/random.ts';
import type { Completion } from './completion.ts';
import type { KeptSample } from './released-row.ts';

export class DistillFigures {
  readonly #seed: number;
  readonly #lengths_P_A: ResponseLength[][] = [];
  readonly #left = new Map<string, number>();
  readonly #kept: number[] = [];
  readonly #points = new Map<string, number>();
  #problems = 0;
  #ungraded = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** One problem: what was sampled, and what stays of it. */
  add(completions: readonly Completion[], kept: readonly KeptSample[], isJudged: boolean): void {
    this.#lengths_P_A.push(
      completions.map(({ completionTokens, finish }) => ({
        ...{ length: completionTokens, isCut: finish === 'length' },
      })),
    );
    if (kept.length > 0) this.#problems += 1;
    for (const { tokens, points } of kept) {
      this.#kept.push(tokens);
      if (!isJudged) continue;
      if (points === null) this.#ungraded += 1;
      else this.#points.set(`${points}`, (this.#points.get(`${points}`) ?? 0) + 1);
    }
  }

  leave(code: string): void {
    this.#left.set(code, (this.#left.get(code) ?? 0) + 1);
  }

  all(): Record<string, Json> {
    const samples = this.#lengths_P_A.reduce((sum, own) => sum + own.length, 0);
    const byName = (counts: ReadonlyMap<string, number>): Json =>
      Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
    return {
      samples: { made: samples, kept: this.#kept.length, left: byName(this.#left) },
      variants: { all: this.#kept.length, onePerProblem: this.#problems },
      ...(samples === 0 ? {} : { lengths: this.#lengths() }),
      ...(this.#kept.length === 0
        ? {}
        : {
            textTokens: {
              total: this.#kept.reduce((sum, tokens) => sum + tokens, 0),
              median: quantile(this.#kept, 0.5),
              within95: quantile(this.#kept, 0.95),
              longest: this.#kept.reduce((most, tokens) => Math.max(most, tokens), 0),
            },
          }),
      ...(this.#points.size + this.#ungraded === 0
        ? {}
        : { grades: { points: byName(this.#points), ungraded: this.#ungraded } }),
    };
  }

  #lengths(): Json {
    const within = lengthWithin(this.#lengths_P_A, 0.95, { random: new Random('lengths', this.#seed) });
    const all = this.#lengths_P_A.flatMap((own) => own.map(({ length }) => length));
    return {
      ...{ cut: within.cut, longest: within.longest, median: quantile(all, 0.5) },
      within95: within.estimate ?? null,
    };
  }
}

/** What a grade takes: tokens, money and time of one grading, failed ones included, and how many came to no grade. */
import { UngradedCount } from '../../grade/ungraded-rate.ts';
import type { Interval } from '../../stats/interval.ts';
import { mean } from '../../stats/moments.ts';
import { quantile } from '../../stats/quantile.ts';
import { wilson } from '../../stats/wilson.ts';
import type { Grading } from './gradings.ts';

export interface Cost {
  /** Of those below, gradings in which something was asked. */
  readonly asked: number;
  readonly promptTokens: number | undefined;
  readonly completionTokens: number | undefined;
  /** Undefined where a model has no price. */
  readonly dollars: number | undefined;
  /** Of all calls of a grading together. */
  readonly seconds: { readonly median: number; readonly ninetyFifth: number } | undefined;
  readonly graded: number;
  readonly ungraded: number;
  /** The most frequent first. */
  readonly causes: readonly (readonly [string, number])[];
  /** Share of gradings that came to no grade. */
  readonly ungradedRate: Interval | undefined;
  /** Not asked yet. */
  readonly pending: number;
}

export function costOf(gradings: readonly Grading[]): Cost {
  const rows = gradings.flatMap(({ row }) => row ?? []);
  const asked = rows.filter(({ promptTokens }) => promptTokens > 0);
  const count = new UngradedCount();
  for (const { cause } of rows) {
    if (cause === null) count.addGraded();
    else count.addUngraded(cause);
  }
  const meanOf = (values: readonly number[]): number | undefined =>
    values.length === 0 ? undefined : mean(values);
  const seconds = asked.map((row) => row.seconds);
  const dollars = asked.map((row) => row.dollars);
  return {
    asked: asked.length,
    promptTokens: meanOf(asked.map((row) => row.promptTokens)),
    completionTokens: meanOf(asked.map((row) => row.completionTokens)),
    dollars: dollars.includes(null) ? undefined : meanOf(dollars.map((value) => value ?? 0)),
    seconds:
      seconds.length === 0
        ? undefined
        : { median: quantile(seconds, 0.5), ninetyFifth: quantile(seconds, 0.95) },
    graded: count.graded,
    ungraded: count.ungraded,
    causes: count.byCause,
    ungradedRate: rows.length === 0 ? undefined : wilson(count.ungraded, rows.length),
    pending: gradings.length - rows.length,
  };
}

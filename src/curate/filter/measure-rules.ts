/**
 * How right the rules are on labelled rows: of what a rule takes, how much truly has its reason (precision); of what truly should leave, how
 * much leaves (recall); of what stays, how much should not have. Intervals are Wilson's.
 */
import type { Interval } from '../../stats/interval.ts';
import { wilson } from '../../stats/wilson.ts';
import { readDataRows } from '../step-files.ts';
import { applyRules } from './apply-rules.ts';
import type { FilterSettings } from './filter-settings.ts';
import { type Label, rowDigest } from './label.ts';
import { filterRules } from './rules.ts';

export class LabelError extends Error {
  override readonly name = 'LabelError';
}

/** `hits` of `of`; without any, there is nothing to tell. */
export interface Rate {
  readonly hits: number;
  readonly of: number;
  readonly interval: Interval | undefined;
}

export interface RuleMeasure {
  readonly reason: string;
  readonly title: string;
  readonly precision: Rate;
  /** Among the labelled, which were drawn for what the rules found: rows that all of them missed are few here. */
  readonly recall: Rate;
  /** Ids of the rows that it took and should not have. */
  readonly wrong: readonly string[];
  readonly missed: readonly string[];
}

export interface FilterMeasure {
  readonly half: Label['half'];
  readonly labels: number;
  readonly rules: readonly RuleMeasure[];
  /** Of the rows that leave, those that should, for whatever reason. */
  readonly precision: Rate;
  readonly recall: Rate;
  /** Of the rows that were drawn because they stayed, those that stay and should not. */
  readonly missedAmongKept: Rate;
}

interface Judged {
  readonly label: Label;
  readonly found: ReadonlySet<string>;
}

/** Both halves. Throws a LabelError where labels have no row in the input, or are of other rows than those. */
export async function measureRules(
  input: string,
  labels: readonly Label[],
  settings: FilterSettings,
): Promise<FilterMeasure[]> {
  const byId = new Map(labels.map((label) => [label.id, label]));
  const judged: Judged[] = [];
  for await (const { item } of readDataRows(input)) {
    const label = byId.get(item.id);
    if (label === undefined) continue;
    byId.delete(item.id);
    if (label.digest !== rowDigest(item))
      throw new LabelError(`${item.id}: the label is of another text than the row's; label it again`);
    const found = new Set(applyRules(item, settings).findings.map(({ reason }) => reason));
    judged.push({ label, found });
  }
  const [absent] = byId.keys();
  if (absent !== undefined)
    throw new LabelError(`${input}: ${byId.size} labelled rows are not in it, such as ${absent}`);
  return (['tune', 'test', 'fresh'] as const).map((half) =>
    measure(
      half,
      judged.filter(({ label }) => label.half === half),
    ),
  );
}

function measure(half: Label['half'], judged: readonly Judged[]): FilterMeasure {
  const should = judged.filter(({ label }) => label.reasons.length > 0);
  const leaves = judged.filter(({ found }) => found.size > 0);
  const both = should.filter(({ found }) => found.size > 0);
  const stayed = judged.filter(({ label, found }) => label.stratum === 'kept' && found.size === 0);
  return {
    half,
    labels: judged.length,
    rules: filterRules.map(({ reason, title }) => ({ reason, title, ...measureRule(reason, judged) })),
    precision: rate(both.length, leaves.length),
    recall: rate(both.length, should.length),
    missedAmongKept: rate(stayed.filter(({ label }) => label.reasons.length > 0).length, stayed.length),
  };
}

function measureRule(
  reason: string,
  judged: readonly Judged[],
): Pick<RuleMeasure, 'precision' | 'recall' | 'wrong' | 'missed'> {
  const taken = judged.filter(({ found }) => found.has(reason));
  const true_ = judged.filter(({ label }) => label.reasons.includes(reason));
  const hits = taken.filter(({ label }) => label.reasons.includes(reason)).length;
  const idsOf = (rows: readonly Judged[]): string[] => rows.map(({ label }) => label.id);
  return {
    precision: rate(hits, taken.length),
    recall: rate(hits, true_.length),
    wrong: idsOf(taken.filter(({ label }) => !label.reasons.includes(reason))),
    missed: idsOf(true_.filter(({ found }) => !found.has(reason))),
  };
}

function rate(hits: number, of: number): Rate {
  return { hits, of, interval: of === 0 ? undefined : wilson(hits, of) };
}

/**
 * A rule of the filter: a reason for which rows leave, and the text in a row that gives it. Rules know only the row and the
 * settings, and are right or wrong row by row, so that their precision can be measured.
 */
import type { DataRow } from '../data-row.ts';
import type { FilterSettings } from './filter-settings.ts';

interface RuleName {
  /** The code that rows leave with. */
  readonly reason: string;
  /** For tables and pages: what rows that leave have. */
  readonly title: string;
}

/** Judges the row as a whole. */
export interface RowRule extends RuleName {
  readonly of: 'row';
  /** What gives the reason, or undefined where the row may stay. */
  readonly find: (row: DataRow, settings: FilterSettings) => string | undefined;
}

/** Judges one solution. A row leaves when none of its solutions is left; else it goes on with those that are. */
export interface SolutionRule extends RuleName {
  readonly of: 'solution';
  readonly find: (solution: string, row: DataRow, settings: FilterSettings) => string | undefined;
}

export type Rule = RowRule | SolutionRule;

/**
 * All rules on one row. A row leaves for the first reason in the order of the rules, and all that apply are told. A solution that a rule
 * refuses is taken out of the row; the row leaves for it when no solution is left.
 */
import type { DataRow } from '../data-row.ts';
import type { FilterSettings } from './filter-settings.ts';
import type { SolutionRule } from './rule.ts';
import { filterRules } from './rules.ts';

export interface Finding {
  readonly reason: string;
  /** The piece of text, or the figure, that gives it. */
  readonly detail: string;
}

export interface FilterOutcome {
  /** In the order of the rules; empty where the row goes on. */
  readonly findings: readonly Finding[];
  /** The row without the solutions that were refused. */
  readonly row: DataRow;
  readonly solutionsRemoved: number;
}

const longestDetail = 240;

export function applyRules(row: DataRow, settings: FilterSettings): FilterOutcome {
  const active = filterRules.filter(({ reason }) => !settings.off.includes(reason));
  const findings = new Map<string, string>();
  for (const rule of active) {
    const detail = rule.of === 'row' ? rule.find(row, settings) : undefined;
    if (detail !== undefined) findings.set(rule.reason, detail);
  }
  const solutionRules = active.filter((rule): rule is SolutionRule => rule.of === 'solution');
  const judged = row.solutions.map((solution) => ({
    solution,
    faults: solutionRules.flatMap((rule) => {
      const detail = rule.find(solution, row, settings);
      return detail === undefined ? [] : [{ reason: rule.reason, detail }];
    }),
  }));
  const sound = judged.filter(({ faults }) => faults.length === 0).map(({ solution }) => solution);
  // A row that is graded by a scheme needs no solution.
  const needsSolution =
    settings.solutions === 'required' && row.scheme === undefined && row.guidelines === undefined;
  if (needsSolution && judged.length > 0 && sound.length === 0) {
    for (const { faults } of judged) {
      for (const { reason, detail } of faults) if (!findings.has(reason)) findings.set(reason, detail);
    }
  }
  return {
    findings: active.flatMap(({ reason }) => {
      const detail = findings.get(reason);
      return detail === undefined ? [] : [{ reason, detail: detail.slice(0, longestDetail) }];
    }),
    row: sound.length === row.solutions.length ? row : { ...row, solutions: sound },
    solutionsRemoved: row.solutions.length - sound.length,
  };
}

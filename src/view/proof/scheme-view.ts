/** A problem as it is shown beside a proof: statement, scheme and solutions with rendered mathematics. */
import type { Problem } from '../../problems/problem.ts';
import { deductionName } from '../../problems/scheme-markdown.ts';
import { markdownToHtml } from '../../prove/markdown-html.ts';
import type { Mathematics } from '../../prove/mathematics.ts';
import type { ProofProblem, ProofScheme, SchemeRow } from '../api/proof.ts';
import type { SafeHtml } from '../api/safe-html.ts';
import { safeHtml } from '../safe-html.ts';

export function problemView(problem: Problem, mathematics: Mathematics): ProofProblem {
  const { id, source, statement, answer, solutions, guidelines, scheme } = problem;
  const shown = (text: string): SafeHtml => safeHtml(markdownToHtml(text, mathematics, { headingLevel: 4 }));
  return {
    ...{ id, source, answer: answer ?? null },
    statement: statement === '' ? null : shown(statement),
    solutions: solutions.map(shown),
    guidelines: guidelines === undefined ? null : shown(guidelines),
    scheme: scheme === undefined ? null : schemeView(scheme, shown),
  };
}

function schemeView(scheme: NonNullable<Problem['scheme']>, shown: (text: string) => SafeHtml): ProofScheme {
  const { checkpoints, chain, alternatives = [], deductions, limits = [], zeroCredit, notes } = scheme;
  const rows = (
    list: readonly { readonly id: string; readonly points: number; readonly description: string }[],
  ) =>
    list.map(({ id, points, description }): SchemeRow => ({ id, points, description: shown(description) }));
  return {
    chains: [
      { name: chain ?? null, checkpoints: rows(checkpoints) },
      ...alternatives.map(({ name, checkpoints: own }) => ({ name, checkpoints: rows(own) })),
    ],
    deductions: rows(deductions.map((one, index) => ({ ...one, id: deductionName(index) }))),
    limits: rows(limits.map((one, index) => ({ ...one, id: `L${index + 1}` }))),
    zeroCredit: zeroCredit.map(shown),
    notes: notes === undefined ? null : shown(notes),
  };
}

/**
 * A grade as it is shown beside its proof, with the points of each checkpoint where its items name them. NULL-NOT-ZERO: a
 * grading that came to nothing has no points, and says why.
 */
import type { Grade } from '../../grade/grade.ts';
import { parseProof } from '../../lab/text.ts';
import type { Problem } from '../../problems/problem.ts';
import { markdownToHtml } from '../../prove/markdown-html.ts';
import type { Mathematics } from '../../prove/mathematics.ts';
import type { ProofGrade } from '../api/proof.ts';
import { safeHtml } from '../safe-html.ts';

export interface GradeCost {
  readonly tokens: number | null;
  readonly dollars: number | null;
}

export function gradeView(
  grade: Grade,
  problem: Problem,
  mathematics: Mathematics,
  { tokens, dollars }: GradeCost = { tokens: null, dollars: null },
): ProofGrade {
  const shown = (text: string) => safeHtml(markdownToHtml(text, mathematics, { headingLevel: 4 }));
  const members = (grade.members ?? []).map(({ grader, round, points, report }) => ({
    ...{ judge: grader, round, points, report: shown(report) },
  }));
  const common = { judge: grade.grader, by: 'judge' as const, members, tokens, dollars };
  if (grade.kind === 'ungraded') {
    const cause = grade.detail === '' ? grade.cause : `${grade.cause}: ${grade.detail}`;
    return { ...common, points: null, cause, report: null, items: [], checkpoints: {}, notes: [] };
  }
  const items = grade.items.map((item) => ({
    ...item,
    checkpoint: checkpointOf(item.what, grade.grader, problem),
  }));
  const checkpoints: Record<string, number> = {};
  for (const { checkpoint, points } of items)
    if (checkpoint !== null) checkpoints[checkpoint] = (checkpoints[checkpoint] ?? 0) + points;
  return {
    ...common,
    ...{ points: grade.points, cause: null, items, checkpoints, notes: grade.notes ?? [] },
    report: grade.report === '' ? null : shown(grade.report),
  };
}

/** Judges name a checkpoint by its id; the exact grader names the sentence, which concludes it. */
function checkpointOf(what: string, grader: string, { scheme }: Problem): string | null {
  const ids = (scheme?.checkpoints ?? []).map(({ id }) => id);
  const [, named = ''] = /^([^\s:]+)\s*(?::|$)/.exec(what) ?? [];
  const deductions = (scheme?.deductions ?? []).map((_, index) => `D${index + 1}`);
  if ([...ids, ...deductions].includes(named)) return named;
  if (grader !== 'exact') return null;
  const conclusion = parseProof(what)[0]?.step?.conclusion;
  return conclusion !== undefined && ids.includes(conclusion) ? conclusion : null;
}

/**
 * The judge of a step of `qed data` that grades attempts: the one that training will use, as for `qed grade`; or `exact`,
 * the lab's own grader, which needs no model and knows lab problems only.
 */
import type { DataRow } from '../curate/data-row.ts';
import { type ResolvedJudge, resolveJudge } from './judge-setup.ts';
import { told } from './prove-setup.ts';

export const exactJudgeName = 'exact';

/** Rows in which a judge's material is looked for before anything is spent. */
const lookedAt = 1000;

/** Undefined without a spec. Throws a UserError. */
export async function resolveRowJudge(
  specs: readonly string[],
  input: string,
): Promise<ResolvedJudge | undefined> {
  if (specs.length === 1 && specs[0] === exactJudgeName) return await exactJudge();
  if (specs.length === 0) return undefined;
  const { readDataRows } = await import('../curate/step-files.ts');
  const problems = await told(async () => {
    const rows: DataRow[] = [];
    for await (const { item } of readDataRows(input)) if (rows.push(item) === lookedAt) break;
    return rows;
  }, ['Error', 'DataFileError']);
  return await resolveJudge(specs, { kind: 'proof', scale: 'points', problems });
}

async function exactJudge(): Promise<ResolvedJudge> {
  const { exactGrader } = await import('../lab/exact-grader.ts');
  return {
    ...{ name: exactGrader.name, models: [], remarks: [], calls: { least: 0, most: 0 } },
    open: async () => ({ ...exactGrader, models: [], close: async () => {} }),
  };
}

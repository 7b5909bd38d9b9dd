/** The finished attempts of a run of `qed prove`. Nobody has graded them but people. */
import path from 'node:path';
import type { ProofFinish } from '../api/proof.ts';
import { systemOfFile } from './identity-file.ts';
import type { MakeListing } from './proof-listing.ts';
import { provenProblems } from './proven-problems.ts';

export interface FinishedRow {
  readonly proof: string | null;
  readonly why: string;
  readonly writer?: { readonly label: string; readonly isCut: boolean } | null;
}

export const proveListing: MakeListing = async (workplace, { id, directory, path: shown }) => {
  const { name } = systemOfFile(directory, 'prove.json');
  const title = path.basename(shown === '.' ? directory : shown);
  const common = { title, kind: 'prove', systems: [name], judges: [] } as const;
  if (!workplace.hasJournal(id))
    return { ...common, problems: [], rows: [], empty: 'The run has not begun.' };
  const found = await workplace.journal(id, async (journal) => {
    const all: { unit: string; problem: number; attempt: number; finish: ProofFinish }[] = [];
    for await (const { key, value } of journal.values('prove/finished')) {
      const [, problem, attempt] = /^prove\/(\d+)\/(\d+)$/.exec(key) ?? [];
      const row = value as unknown as FinishedRow;
      if (problem === undefined) continue;
      all.push({ unit: key, problem: Number(problem), attempt: Number(attempt), finish: finishOfRow(row) });
    }
    return all;
  });
  const known = await provenProblems(directory);
  const count = Math.max(
    0,
    ...found.map(({ problem }) => problem + 1),
    ...known.keys().map((number) => number + 1),
  );
  const problems = Array.from({ length: count }, (_, number) => known.get(number) ?? unnamed(number));
  const rows = found
    .sort((a, b) => a.problem - b.problem || a.attempt - b.attempt)
    .map((row) => ({ ...row, system: 0, points: [], causes: [], tokens: null }));
  const empty =
    rows.length === 0 ? 'No attempt has finished yet; its calls can be seen among the traces.' : null;
  return { ...common, problems, rows, empty };
};

export function finishOfRow({ proof, writer }: FinishedRow): ProofFinish {
  if (proof === null) return 'none';
  return writer?.isCut === true ? 'cut' : 'stop';
}

function unnamed(number: number) {
  return { id: `problem ${number + 1}` as never, statement: '' };
}

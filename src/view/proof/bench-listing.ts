/** The attempts of a benchmark run with the newest grade of each of its judges. */

import type { AttemptRow } from '../../bench/records.ts';
import { readRunProblems } from '../../bench/run-files.ts';
import { gradingDigest } from '../../grade/judge-material.ts';
import type { ProofFinish } from '../api/proof.ts';
import { benchRunRecords } from '../bench-run-records.ts';
import { systemOfFile } from './identity-file.ts';
import type { MakeListing } from './proof-listing.ts';

export const benchListing: MakeListing = async (workplace, { id, directory, path: shown }) => {
  const system = systemOfFile(directory, 'bench.json');
  const problems = await readRunProblems(directory);
  const common = {
    title: `${system.suite ?? shown}: ${system.name}`,
    kind: 'bench',
    systems: [system.name],
  } as const;
  const nothing = { ...common, problems, judges: [], rows: [] };
  if (!workplace.hasJournal(id)) return { ...nothing, empty: 'The run has not begun.' };
  const records = await benchRunRecords(workplace, id);
  const judges = records.judges();
  const numbers = new Map(problems.map((problem, index) => [String(problem.id), index]));
  const materials = problems.map(gradingDigest);
  // One for all of them: a hundred thousand empty lists are only slow.
  const noCauses = judges.map(() => '');
  const rows = [...records.attempts()].flatMap((row) => {
    const problem = numbers.get(row.problem);
    if (problem === undefined) return [];
    const { run, digest } = row;
    const graded = { problem: row.problem, run, digest, material: materials[problem] ?? '' };
    const grades = judges.map((judge) => records.grade(judge, graded));
    return [
      {
        ...{ unit: `bench/${problem}/${run}`, problem, system: 0, attempt: run },
        points: grades.map((grade) => grade?.points ?? null),
        causes: grades.every((grade) => grade?.cause == null)
          ? noCauses
          : grades.map((grade) => grade?.cause ?? ''),
        tokens: row.completionTokens,
        finish: finishOf(row),
      },
    ];
  });
  rows.sort((a, b) => a.problem - b.problem || a.attempt - b.attempt);
  return { ...common, problems, judges, rows, empty: rows.length === 0 ? 'No attempt has ended yet.' : null };
};

export function finishOf({
  digest,
  status,
  isCut,
}: Pick<AttemptRow, 'digest' | 'status' | 'isCut'>): ProofFinish {
  if (digest === null) return 'none';
  if (isCut) return 'cut';
  return status === 'budget' ? 'budget' : 'stop';
}

/** A proof of a benchmark run with the grades of all its judges. */
import { type GradeRow, readGrade, readProof } from '../../bench/records.ts';
import { readRunProblems } from '../../bench/run-files.ts';
import { gradingDigest } from '../../grade/judge-material.ts';
import { benchRunRecords } from '../bench-run-records.ts';
import { NotFoundError } from '../not-found-error.ts';
import { finishOf } from './bench-listing.ts';
import type { FindProof } from './found-proof.ts';
import { gradeView } from './grade-view.ts';
import { systemOfFile } from './identity-file.ts';

export const findBenchProof: FindProof = async (workplace, { id, directory }, unit, mathematics) => {
  const [, number, run] = /^bench\/(\d+)\/(\d+)$/.exec(unit) ?? [];
  const problem = (await readRunProblems(directory))[Number(number)];
  if (problem === undefined) throw new NotFoundError(`${unit} is no attempt of this run`);
  const { name } = systemOfFile(directory, 'bench.json');
  const records = await benchRunRecords(workplace, id);
  return await workplace.journal(id, async (journal) => {
    const row = records.attempt(problem.id, Number(run));
    if (row === undefined)
      throw new NotFoundError(`attempt ${Number(run) + 1} at ${problem.id} has not ended yet`);
    const find = { find: async (stream: string, key: string) => journal.find(stream, key) };
    const remarks: string[] = [];
    let proof: string | undefined;
    try {
      proof = await readProof(find, row);
    } catch (error) {
      remarks.push(`The proof cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
    }
    const grades = [];
    for (const judge of records.judges().toReversed()) {
      const grade = records.grade(judge, { ...row, material: gradingDigest(problem) });
      if (grade === undefined) continue;
      try {
        // A judge is known by its full name here, with settings.
        const view = gradeView(await readGrade(find, grade), problem, mathematics, costOf(grade));
        grades.push({ ...view, judge });
      } catch (error) {
        remarks.push(
          `The grade of ${judge} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
        );
      }
    }
    return {
      ...{ kind: 'bench', system: name, attempt: row.run, problem, proof, grades, remarks, reasoning: null },
      ...{ tokens: row.completionTokens, finish: finishOf(row), hasTrace: true, group: null },
    };
  });
};

function costOf({ completionTokens, dollars }: GradeRow) {
  return { tokens: completionTokens, dollars };
}

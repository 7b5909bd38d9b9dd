/** The attempts of a benchmark run, each with what every judge of the run gave it. */
import { type GradeRow, readGrade, readProof } from '../../bench/records.ts';
import { readRunProblems } from '../../bench/run-files.ts';
import { gradingDigest } from '../../grade/judge-material.ts';
import { benchRunRecords } from '../bench-run-records.ts';
import { systemOfFile } from '../proof/identity-file.ts';
import type { Workplace } from '../workplace.ts';
import type { Candidate } from './candidate.ts';

export async function benchCandidates(workplace: Workplace, run: string): Promise<Candidate[]> {
  const { directory, path } = workplace.run(run);
  const problems = new Map(
    (await readRunProblems(directory)).map((problem) => [String(problem.id), problem]),
  );
  const records = await benchRunRecords(workplace, run);
  const judges = records.judges();
  const system = systemOfFile(directory, 'bench.json').name;
  return [...records.attempts()].flatMap((attempt): Candidate[] => {
    const problem = problems.get(attempt.problem);
    if (problem === undefined) return [];
    const material = gradingDigest(problem);
    const rows = judges.flatMap((judge): GradeRow[] => {
      const row = records.grade(judge, { ...attempt, material });
      return row === undefined ? [] : [row];
    });
    return [
      {
        id: `${path}#${attempt.problem}/${attempt.run + 1}`,
        ...{ problem, system, people: [] },
        from: `${path}, ${attempt.problem}, run ${attempt.run + 1}`,
        judges: rows.map(({ judge, points, cause }) => ({ judge, points, cause })),
        read: () =>
          workplace.journal(run, async (journal) => {
            const source = { find: async (stream: string, key: string) => journal.find(stream, key) };
            return {
              proof: (await readProof(source, attempt)) ?? null,
              reports: await Promise.all(rows.map(async (row) => reportOf(await readGrade(source, row)))),
            };
          }),
      },
    ];
  });
}

function reportOf(grade: Awaited<ReturnType<typeof readGrade>>): string {
  return grade.kind === 'graded' ? grade.report : grade.detail;
}

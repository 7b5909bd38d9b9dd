/** Where a judge is far above or below people: the check for proofs that please a judge and nobody else. The largest first. */
import type { Discrepancy } from '../api/grades.ts';
import type { FinalGrade } from './final-grades.ts';

/** Points from which a difference is large. */
export const largeDifference = 3;

export function discrepancies(finals: readonly FinalGrade[]): Discrepancy[] {
  const found = finals.flatMap(({ item, points: people, records }) =>
    item.judges.flatMap(({ judge, points }): Discrepancy[] =>
      people === null || points === null || Math.abs(points - people) < largeDifference
        ? []
        : [
            {
              ...{ item: item.item, problem: item.problem.id, system: item.system, judge, people, points },
              characters: item.proof?.length ?? 0,
              comment: records
                .map(({ comment = '' }) => comment)
                .filter((comment) => comment !== '')
                .join(' · '),
            },
          ],
    ),
  );
  // Judge high and people low is what training on the judge would seek out.
  return found.sort((a, b) => b.points - b.people - (a.points - a.people));
}

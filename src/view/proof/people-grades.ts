/**
 * What people gave a proof, from the grading queues of the folder: the last line of each grader about the same text for the same
 * problem. A grade that was taken back is none.
 */
import type { Problem } from '../../problems/problem.ts';
import { markdownToHtml } from '../../prove/markdown-html.ts';
import type { Mathematics } from '../../prove/mathematics.ts';
import type { ProofGrade, ProofQueue } from '../api/proof.ts';
import { gradersOf, isBlind } from '../grades/grader-state.ts';
import { type GradedQueue, queueNames, readQueue } from '../grades/grades-folder.ts';
import { safeHtml } from '../safe-html.ts';
import type { Workplace } from '../workplace.ts';

export function peopleGrades(
  workplace: Workplace,
  problem: Problem,
  proof: string,
  mathematics: Mathematics,
): ProofGrade[] {
  const last = new Map<string, ProofGrade | undefined>();
  for (const { records } of queuesOf(workplace)) {
    for (const record of records) {
      if (record.by !== 'person' || record.problem.id !== problem.id || record.proof !== proof) continue;
      const { grader, points, maximum, comment = '', checkpoints = {}, deductions = {}, confidence } = record;
      const taken = Object.entries(deductions).map(([id, value]) => [id, -value] as const);
      const sure = confidence === undefined ? [] : [`${Math.round(100 * confidence)} % sure`];
      const seen = record.blind === false ? ['not blind: the grader knew who wrote it'] : [];
      last.set(
        grader,
        points === null
          ? undefined
          : {
              ...{ judge: grader, by: 'person', cause: null, items: [], members: [] },
              points: (points * 7) / maximum,
              report:
                comment === '' ? null : safeHtml(markdownToHtml(comment, mathematics, { headingLevel: 4 })),
              checkpoints: { ...checkpoints, ...Object.fromEntries(taken) },
              notes: [...sure, ...seen],
              ...{ tokens: null, dollars: null },
            },
      );
    }
  }
  return [...last.values()].filter((grade) => grade !== undefined);
}

/** The queues that hold the same text for the same problem and have graders who are to stay blind. */
export function queuesWith(workplace: Workplace, problem: Problem, proof: string): ProofQueue[] {
  return queuesOf(workplace).flatMap((graded): ProofQueue[] => {
    const { name, header, items } = graded.queue;
    const blind = gradersOf(graded).filter((grader) => isBlind(graded, grader));
    const own = items.find((item) => item.problem.id === problem.id && item.proof === proof);
    return own === undefined || blind.length === 0
      ? []
      : [{ queue: name, title: header.title, item: own.item, blind }];
  });
}

/** Changes when a grade of the folder does. */
export function peopleRevision(workplace: Workplace): string {
  return queuesOf(workplace)
    .map(({ revision }) => revision)
    .join(' ');
}

/** Damaged queues are passed over: the page Grade says what is wrong with them. */
function queuesOf(workplace: Workplace): GradedQueue[] {
  return queueNames(workplace).flatMap((name) => {
    try {
      return [readQueue(workplace, name)];
    } catch {
      return [];
    }
  });
}

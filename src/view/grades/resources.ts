/**
 * What can be asked of human grading. Everything that would unblind is asked for with the grader's name, and refused while that
 * grader is blind.
 */
import { packageVersion } from '../../recipe/package-version.ts';
import type { AgreementView, GraderView, QueueView } from '../api/grades.ts';
import { NotFoundError } from '../not-found-error.ts';
import type { Resource } from '../resource.ts';
import { fromSafeName, safeName } from '../safe-name.ts';
import type { Workplace } from '../workplace.ts';
import { agreementPairs, alphaOf, lengthGrades, peopleIn, systemGrades } from './agreement.ts';
import { blindItem, itemOf, renderer } from './blind-item.ts';
import { discrepancies } from './discrepancies.ts';
import { gradeExport } from './export-grades.ts';
import { adjudicable, finalGrades, settlingQueues } from './final-grades.ts';
import { givenGrade, graderState, gradersOf, isBlind, lastRecords } from './grader-state.ts';
import { type GradedQueue, queueNames, readQueue } from './grades-folder.ts';
import { gradesFile, gradesFolder } from './queue-file.ts';
import { styleTable } from './style-table.ts';

export const queueList: Resource<'grades/queues.json'> = {
  read: async (workplace) => {
    const queues: QueueView[] = [];
    const troubles: string[] = [];
    for (const name of queueNames(workplace)) {
      try {
        queues.push(viewOf(readQueue(workplace, name)));
      } catch (error) {
        troubles.push(error instanceof Error ? error.message : String(error));
      }
    }
    return { queues: queues.sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1)), troubles };
  },
  instances: () => [{}],
};

export const queueView: Resource<'grades/queue/:queue.json'> = {
  read: async (workplace, names) => viewOf(queueOf(workplace, names.queue)),
  instances: (workplace) => readable(workplace).map(({ queue }) => ({ queue: safeName(queue.name) })),
};

export const graderView: Resource<'grades/grader/:queue/:grader.json'> = {
  read: async (workplace, names): Promise<GraderView> => {
    const graded = queueOf(workplace, names.queue);
    return { queue: graded.queue.name, ...graderState(graded, nameOf(names.grader)) };
  },
  instances: (workplace) => readable(workplace).flatMap(withGraders),
};

export const gradingItem: Resource<'grades/item/:queue/:item.json'> = {
  read: async (workplace, names) => {
    const graded = queueOf(workplace, names.queue);
    const { adjudicates } = graded.queue.header;
    return blindItem(
      graded,
      nameOf(names.item),
      adjudicates === null ? undefined : readQueue(workplace, adjudicates),
    );
  },
  revision: async (workplace, names) => {
    const { queue, revision } = queueOf(workplace, names.queue);
    const { adjudicates } = queue.header;
    return `${revision} ${adjudicates === null ? '' : readQueue(workplace, adjudicates).revision}`;
  },
  instances: (workplace) =>
    readable(workplace).flatMap(({ queue }) =>
      queue.items.map(({ item }) => ({ queue: safeName(queue.name), item: safeName(item) })),
    ),
};

export const revealedItem: Resource<'grades/revealed/:queue/:grader/:item.json'> = {
  read: async (workplace, names) => {
    const graded = seeing(workplace, names);
    const item = itemOf(graded.queue, nameOf(names.item));
    const html = renderer();
    return {
      ...{ item: item.item, system: item.system, from: item.from, problem: item.problem.id },
      page: item.page ?? null,
      judges: item.judges.map((judge) => ({
        ...judge,
        report: judge.report === null ? null : html(judge.report),
      })),
      people: gradersOf(graded).flatMap((grader) => {
        const record = lastRecords(graded, grader).get(item.item);
        const grade = record === undefined ? null : givenGrade(record);
        return grade === null
          ? []
          : [{ grader, points: grade.points, comment: grade.comment, blind: record?.blind === true }];
      }),
    };
  },
  instances: (workplace) =>
    readable(workplace).flatMap((graded) =>
      seersOf(graded).flatMap((names) =>
        graded.queue.items.map(({ item }) => ({ ...names, item: safeName(item) })),
      ),
    ),
};

export const agreementView: Resource<'grades/agreement/:queue/:grader.json'> = {
  read: async (workplace, names) => agreementOf(workplace, seeing(workplace, names)),
  revision: async (workplace, names) => {
    const graded = queueOf(workplace, names.queue);
    const settling = settlingQueues(workplace, graded.queue.name);
    const sees = isBlind(graded, nameOf(names.grader)) ? 'blind' : 'sees';
    return [packageVersion(), sees, graded.revision, ...settling.map(({ revision }) => revision)].join(' ');
  },
  instances: (workplace) => readable(workplace).flatMap(seersOf),
};

export const exportedGrades: Resource<'grades/export/:queue/:grader.json'> = {
  read: async (workplace, names) => gradeExport(seeing(workplace, names)),
  instances: (workplace) => readable(workplace).flatMap(seersOf),
};

function agreementOf(workplace: Workplace, graded: GradedQueue): AgreementView {
  const { queue } = graded;
  const finals = finalGrades(graded, settlingQueues(workplace, queue.name));
  const given = finals.filter(({ points }) => points !== null);
  const people = peopleIn(finals);
  const settled = finals.filter(({ isSettled }) => isSettled).length;
  const file = `${gradesFolder}/${gradesFile(queue.name)}`;
  const who =
    people.length === 1
      ? `the grade that ${people[0] ?? 'one person'} gave`
      : `the mean of ${people.length} people`;
  return {
    ...{ queue: queue.name, title: queue.header.title, people, file },
    reference: settled === 0 ? who : `${who}; of ${settled} proofs what was settled afterwards`,
    graded: given.length,
    items: queue.items.length,
    seen: finals.flatMap(({ records }) => records.filter(({ blind }) => blind === false)).length,
    pairs: agreementPairs(finals),
    alpha: alphaOf(finals),
    systems: systemGrades(given),
    lengths: lengthGrades(given),
    discrepancies: discrepancies(given),
    style: styleTable(finals),
    command: `qed calibrate --judge JUDGE --on ${file}`,
    adjudicable: adjudicable(finals).length,
  };
}

function viewOf(graded: GradedQueue): QueueView {
  const { queue, troubles } = graded;
  const { header, items, name } = queue;
  return {
    ...{ queue: name, title: header.title, items: items.length, troubles, chosen: header.chosen },
    problems: new Set(items.map(({ problem }) => problem.statement)).size,
    createdAt: header.created_at,
    showsSystems: header.shows_systems,
    showsReference: header.shows_reference,
    adjudicates: header.adjudicates,
    isOpen: header.is_open === true,
    file: `${gradesFolder}/${gradesFile(name)}`,
    graders: gradersOf(graded).map((grader) => {
      const { items: _, ...progress } = graderState(graded, grader);
      return progress;
    }),
  };
}

function queueOf(workplace: Workplace, name: string): GradedQueue {
  return readQueue(workplace, nameOf(name));
}

/** Throws a NotFoundError while the grader is blind. */
function seeing(
  workplace: Workplace,
  names: { readonly queue: string; readonly grader: string },
): GradedQueue {
  const graded = queueOf(workplace, names.queue);
  const grader = nameOf(names.grader);
  if (isBlind(graded, grader)) {
    throw new NotFoundError(
      `${grader} has not finished the queue ${graded.queue.name}: judges and systems are shown afterwards, or to who unblinds it`,
    );
  }
  return graded;
}

function nameOf(safe: string): string {
  const name = fromSafeName(safe);
  if (name === undefined) throw new NotFoundError(`${safe} is no name`);
  return name;
}

function readable(workplace: Workplace): GradedQueue[] {
  return queueNames(workplace).flatMap((name) => {
    try {
      return [readQueue(workplace, name)];
    } catch {
      // A damaged queue is told in the list, and has nothing else to show.
      return [];
    }
  });
}

function withGraders(graded: GradedQueue): { readonly queue: string; readonly grader: string }[] {
  return gradersOf(graded).map((grader) => ({
    queue: safeName(graded.queue.name),
    grader: safeName(grader),
  }));
}

function seersOf(graded: GradedQueue): { readonly queue: string; readonly grader: string }[] {
  return withGraders(graded).filter(({ grader }) => !isBlind(graded, nameOf(grader)));
}

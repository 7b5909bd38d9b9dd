/** All grading queues, and the making of a new one. */
import type { QueueView } from '../../../../src/view/api/grades.ts';
import { formatSeconds } from '../../format.ts';
import { Empty } from '../../parts/empty.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Problem } from '../../parts/problem.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { useResource } from '../../resource.ts';
import { linkTo } from '../../route.ts';
import './grade.css';
import { useState } from 'preact/hooks';
import { NewQueueForm } from './new-queue.tsx';

export function QueuesPage() {
  const { value, error, again } = useResource('grades/queues.json', {}, { everyMilliseconds: 5000 });
  const isStatic = document.documentElement.dataset.static === 'true';
  const [isMaking, setIsMaking] = useState(false);
  if (error !== undefined) return <Problem title="The queues cannot be read" text={error} again={again} />;
  if (value === undefined) return <Loading />;
  const { queues, troubles } = value;
  return (
    <div class="grade">
      <header class="grade-head">
        <h1>Grade proofs</h1>
        <p class="quiet">
          Proofs are drawn from runs and graded blind: who wrote them, and what judges gave, is shown
          afterwards beside your grades.
        </p>
      </header>
      {troubles.map((trouble) => (
        <p key={trouble} class="grade-damage">
          {trouble}
        </p>
      ))}
      {queues.length === 0 ? (
        !isMaking && (
          <Empty title="There is no queue yet">
            <p>Make one from the proofs of your runs, or of a file in the folder.</p>
          </Empty>
        )
      ) : (
        <Table caption="Grading queues" columns={columns} rows={queues} rowKey={({ queue }) => queue} />
      )}
      {!isStatic && !isMaking && (
        <p>
          <button type="button" class="primary" onClick={() => setIsMaking(true)}>
            New queue
          </button>
        </p>
      )}
      {isMaking && <NewQueueForm onCancel={() => setIsMaking(false)} />}
    </div>
  );
}

const columns: readonly Column<QueueView>[] = [
  {
    ...{ id: 'title', title: 'Queue' },
    by: ({ title }) => title,
    cell: ({ queue, title, chosen, adjudicates }) => (
      <>
        <a href={linkTo('grade', queue)}>{title}</a>
        <div class="grade-detail">{adjudicates === null ? chosen : `settles ${adjudicates}: ${chosen}`}</div>
      </>
    ),
  },
  {
    ...{ id: 'items', title: 'Proofs', isNumber: true },
    by: ({ items }) => items,
    cell: ({ items }) => items,
  },
  {
    ...{ id: 'graders', title: 'Graded by' },
    cell: ({ graders, queue, items }) =>
      graders.length === 0 ? (
        <span class="quiet">nobody yet</span>
      ) : (
        graders.map(({ grader, graded, finished, unblinded, medianSeconds }) => (
          <div key={grader}>
            {grader}: {graded} of {items}
            {medianSeconds !== null && <span class="quiet">, {formatSeconds(medianSeconds)} each</span>}
            {(finished || unblinded) && (
              <>
                {' '}
                · <a href={linkTo('grade', queue, 'agreement')}>agreement</a>
              </>
            )}
            {unblinded && !finished && <span class="quiet"> (unblinded)</span>}
          </div>
        ))
      ),
  },
  {
    ...{ id: 'made', title: 'Made', isMinor: true },
    by: ({ createdAt }) => createdAt,
    cell: ({ createdAt }) => createdAt.slice(0, 16).replace('T', ' '),
  },
];

/** All proofs of the queue in this grader's order: what is graded, skipped, open, and which one is looked at. */
import type { GraderView } from '../../../../src/view/api/grades.ts';
import { formatSeconds } from '../../format.ts';
import { linkTo } from '../../route.ts';

export function ItemStrip({
  state,
  current,
}: {
  readonly state: GraderView;
  readonly current: string | undefined;
}) {
  const { items, graded, skipped, queue, secondsLeft, open } = state;
  const facts = [
    `${graded} of ${items.length} graded`,
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
    ...(secondsLeft !== null && open > 0 ? [`about ${formatSeconds(Math.max(10, secondsLeft))} left`] : []),
  ];
  return (
    <div class="grade-progress">
      <p class="quiet" role="status">
        {facts.join(' · ')}
      </p>
      <ol class="grade-strip" aria-label="Proofs of this queue">
        {items.map(({ item, status, grade }, index) => (
          <li key={item}>
            <a
              href={linkTo('grade', queue, item)}
              class={status}
              aria-current={item === current ? 'true' : undefined}
              aria-label={`Proof ${index + 1}, ${status}${grade === null ? '' : `, ${grade.points} points`}`}
            >
              {grade?.points ?? (status === 'skipped' ? '–' : '')}
            </a>
          </li>
        ))}
      </ol>
    </div>
  );
}

/** Who works on the run and since when, what fails, and what each stage took. */
import type { FailureCount, RunOverview, RunStage } from '../../../../src/view/api/run.ts';
import { formatAgo, formatNumber, formatSeconds } from '../../format.ts';
import { type Column, Table } from '../../parts/table.tsx';

export function Health({ overview }: { readonly overview: RunOverview }) {
  const { health, failures, stages, totals, troubles } = overview;
  const { holder, lastStepAt, started, finished } = health;
  const now = Date.now();
  const facts: readonly (readonly [string, string])[] = [
    [
      'Held by',
      holder === null
        ? 'nobody'
        : `process ${holder.pid}, for ${formatSeconds((now - Date.parse(holder.since)) / 1000)}`,
    ],
    ['At', health.doing ?? 'all done'],
    ['Left in this stage', health.stageSecondsLeft === null ? '–' : formatSeconds(health.stageSecondsLeft)],
    ['Last step ended', lastStepAt === null ? '–' : formatAgo(1000 * lastStepAt, now)],
    ['Begun', started === null ? '–' : timeText(started)],
    ['Finished', finished === null ? '–' : timeText(finished)],
    ['Most memory', totals.peakBytes === null ? '–' : `${formatNumber(totals.peakBytes / 2 ** 30, 2)} GiB`],
  ];
  return (
    <section aria-label="Health">
      <dl class="run-health">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <h2>Failed calls</h2>
      {failures.length === 0 ? (
        <p class="quiet">
          {troubles.length === 0 ? 'None. ' : ''}A call that fails is asked again; it never counts as a score
          of 0.
        </p>
      ) : (
        <>
          <p class="run-what">Each is asked again when the run goes on; none counts as a score of 0.</p>
          <Table
            caption="Failed calls"
            columns={failureColumns}
            rows={failures}
            rowKey={({ label, name }) => `${label}/${name}`}
          />
        </>
      )}
      {stages.length > 0 && (
        <>
          <h2 class="run-after">Time by stage</h2>
          <Table
            caption="Time by stage"
            columns={stageColumns(totals.seconds)}
            rows={stages}
            rowKey={({ id }) => id}
          />
        </>
      )}
    </section>
  );
}

const failureColumns: readonly Column<FailureCount>[] = [
  { id: 'label', title: 'Asked for', by: ({ label }) => label, cell: ({ label }) => label },
  { id: 'name', title: 'Failed with', by: ({ name }) => name, cell: ({ name }) => name },
  {
    id: 'count',
    title: 'Times',
    isNumber: true,
    by: ({ count }) => count,
    cell: ({ count }) => formatNumber(count),
  },
  {
    id: 'message',
    title: 'The newest said',
    cell: ({ message }) => <span class="run-message">{message.slice(0, 400)}</span>,
  },
];

function stageColumns(all: number): readonly Column<RunStage>[] {
  return [
    { id: 'stage', title: 'Stage', cell: ({ title }) => title },
    {
      id: 'steps',
      title: 'Done',
      isNumber: true,
      by: ({ done }) => done,
      cell: ({ done, unit }) => (done === 0 ? '–' : `${formatNumber(done)} ${unit}`),
    },
    {
      id: 'seconds',
      title: 'Time',
      isNumber: true,
      by: ({ seconds }) => seconds,
      cell: ({ seconds }) => (seconds === 0 ? '–' : formatSeconds(seconds)),
    },
    {
      id: 'share',
      title: 'Of all',
      isNumber: true,
      cell: ({ seconds }) => (all === 0 ? '–' : `${formatNumber((100 * seconds) / all)} %`),
    },
  ];
}

function timeText(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}

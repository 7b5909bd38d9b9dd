/** The runs of a study or sweep with the scores of their checkpoints. */
import type { RunArm, RunOverview } from '../../../../src/view/api/run.ts';
import { formatNumber } from '../../format.ts';
import { StateMark } from '../../parts/state-mark.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { linkTo } from '../../route.ts';

export function Arms({ overview }: { readonly overview: RunOverview }) {
  const checkpoints = ['base', 'sft', 'rl', 'rc'].filter((name) =>
    overview.arms.some(({ scores }) => scores[name] !== undefined),
  );
  const columns: readonly Column<RunArm>[] = [
    {
      id: 'name',
      title: 'Run',
      by: ({ name }) => name,
      cell: ({ id, name }) => <a href={linkTo('runs', id)}>{name}</a>,
    },
    {
      id: 'state',
      title: 'State',
      by: ({ state }) => state,
      cell: ({ state }) => <StateMark state={state} />,
    },
    ...checkpoints.map(
      (checkpoint): Column<RunArm> => ({
        id: checkpoint,
        title: `${checkpoint}, %`,
        isNumber: true,
        by: ({ scores }) => scores[checkpoint] ?? null,
        cell: ({ scores }) => formatNumber(scores[checkpoint], 1),
      }),
    ),
  ];
  return (
    <section aria-label="Runs">
      <p class="run-what">
        Scores of a single turn on the test problems, percent of full marks, as each run recorded them.
      </p>
      <Table
        caption="Runs"
        columns={columns}
        rows={overview.arms}
        rowKey={({ id }) => id}
        sorted={{ column: 'name', isDown: false }}
      />
    </section>
  );
}

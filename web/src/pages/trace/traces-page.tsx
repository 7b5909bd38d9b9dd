/** The attempts of a run that can be gone through, by what they were made with. */
import { useState } from 'preact/hooks';
import type { TraceGroup, TraceRow } from '../../../../src/view/api/trace.ts';
import { formatCount, formatNumber } from '../../format.ts';
import { Empty } from '../../parts/empty.tsx';
import { ChoiceField, Fields, SearchField } from '../../parts/field.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Problem } from '../../parts/problem.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { useResource } from '../../resource.ts';
import { linkTo, setQuery } from '../../route.ts';
import type { PageProps } from '../pages.ts';
import './trace.css';

export function TracesPage({ names: { run = '' }, query }: PageProps) {
  const { value, error, again } = useResource('runs/:run/traces.json', { run });
  if (value === undefined) {
    if (error === undefined) return <Loading what="Reading attempts" />;
    return (
      <Problem
        title="The traces of this run could not be read"
        text={error}
        again={again}
        way={{ text: 'All runs', address: '#/' }}
      />
    );
  }
  const [first] = value.groups;
  const group = value.groups.find(({ id }) => id === query.get('of')) ?? first;
  return (
    <>
      <p class="eyebrow">
        <a href={linkTo('runs', run)}>{run}</a>
      </p>
      <h1>Scaffold traces</h1>
      {group === undefined ? (
        <Empty title="No attempts yet">
          <p>{value.empty}</p>
        </Empty>
      ) : (
        <>
          {value.groups.length > 1 && (
            <Fields>
              <ChoiceField
                label="Made with"
                value={group.id}
                choices={value.groups.map(({ id, title, attempts }) => ({
                  value: id,
                  text: `${title} (${formatNumber(attempts)})`,
                }))}
                onValue={(id) => setQuery({ of: id, page: undefined })}
              />
            </Fields>
          )}
          <p class="trace-facts">
            <code>{group.scaffold}</code>
          </p>
          <Rows run={run} group={group} page={Number(query.get('page') ?? 0)} />
        </>
      )}
    </>
  );
}

function Rows({
  run,
  group,
  page,
}: {
  readonly run: string;
  readonly group: TraceGroup;
  readonly page: number;
}) {
  const names = { run, group: group.id, page: `${page}` };
  const { value, error, again } = useResource('runs/:run/traces/:group/:page.json', names);
  const [search, setSearch] = useState('');
  if (value === undefined) {
    if (error === undefined) return <Loading what="Reading attempts" />;
    return <Problem title="The attempts could not be read" text={error} again={again} />;
  }
  const { rows } = value;
  const shown = rows.filter(({ problem }) => problem.toLowerCase().includes(search.toLowerCase()));
  return (
    <>
      <Fields>
        {rows.length > 8 && <SearchField label="Problem" value={search} onValue={setSearch} />}
        {group.pages > 1 && (
          <div class="trace-pages" role="group" aria-label="Pages">
            <button type="button" disabled={page <= 0} onClick={() => setQuery({ page: `${page - 1}` })}>
              Earlier
            </button>
            <span>
              page {page + 1} of {group.pages}
            </span>
            <button
              type="button"
              disabled={page >= group.pages - 1}
              onClick={() => setQuery({ page: `${page + 1}` })}
            >
              Later
            </button>
          </div>
        )}
      </Fields>
      <Table caption="Attempts" columns={columnsFor(run, rows)} rows={shown} rowKey={({ trace }) => trace} />
    </>
  );
}

function columnsFor(run: string, rows: readonly TraceRow[]): Column<TraceRow>[] {
  const has = (of: (row: TraceRow) => unknown): boolean => rows.some((row) => of(row) !== null);
  return [
    {
      id: 'problem',
      title: 'Problem',
      by: ({ problem }) => problem,
      cell: ({ problem, trace }) => <a href={linkTo('runs', run, 'traces', trace)}>{problem}</a>,
    },
    {
      id: 'attempt',
      title: 'Attempt',
      isNumber: true,
      by: ({ attempt }) => attempt,
      cell: ({ attempt }) => attempt,
    },
    { id: 'calls', title: 'Calls', isNumber: true, by: ({ calls }) => calls, cell: ({ calls }) => calls },
    ...(has(({ tokens }) => tokens)
      ? [
          {
            id: 'tokens',
            title: 'Tokens',
            isNumber: true,
            by: ({ tokens }: TraceRow) => tokens,
            cell: ({ tokens }: TraceRow) => formatCount(tokens),
          },
        ]
      : []),
    ...(has(({ points }) => points)
      ? [
          {
            id: 'points',
            title: 'Grade of 7',
            isNumber: true,
            by: ({ points }: TraceRow) => points,
            cell: ({ points }: TraceRow) =>
              points === null ? 'none' : formatNumber(points, points % 1 === 0 ? 0 : 2),
          },
        ]
      : []),
    {
      id: 'state',
      title: 'State',
      by: ({ state }) => state,
      cell: ({ state, why }) => (state === 'budget' ? 'ended by its budget' : (why ?? state ?? 'not known')),
      isMinor: true,
    },
  ];
}

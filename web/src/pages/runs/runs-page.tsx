/** All run directories below the folder: what each is, how far, how good, what it cost; with filter and search. */
import { useState } from 'preact/hooks';
import type { RunKind, RunList, RunSummary } from '../../../../src/view/api/runs.ts';
import { formatAgo, formatCount, formatDollars, formatSeconds } from '../../format.ts';
import { Empty } from '../../parts/empty.tsx';
import { ChoiceField, Fields, SearchField } from '../../parts/field.tsx';
import { Interval } from '../../parts/interval.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Progress } from '../../parts/progress.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { useResource } from '../../resource.ts';
import { setQuery } from '../../route.ts';
import type { PageProps } from '../pages.ts';
import { addressOfRun } from './address-of-run.ts';
import './runs.css';

const kinds: Readonly<Record<RunKind, string>> = {
  recipe: 'Training',
  study: 'Study',
  prove: 'Proofs',
  bench: 'Benchmark',
  curation: 'Curation',
  'data-step': 'Data step',
  calibration: 'Calibration',
};

export function RunsPage({ query }: PageProps) {
  const { value, error, again } = useResource('runs.json', {}, { everyMilliseconds: 3000 });
  const [search, setSearch] = useState(query.get('search') ?? '');
  if (value === undefined) {
    if (error === undefined) return <Loading what="Reading runs" />;
    return <Problem title="The runs could not be read" text={error} again={again} />;
  }
  const kind = query.get('kind') ?? '';
  const state = query.get('state') ?? '';
  const words = search.toLowerCase().split(/\s+/);
  const shown = value.runs.filter(
    (run) =>
      (kind === '' || run.kind === kind) &&
      (state === '' || run.state === state) &&
      words.every((word) => `${run.path} ${run.title} ${run.detail}`.toLowerCase().includes(word)),
  );
  return (
    <>
      <p class="eyebrow">{value.folder}</p>
      <h1>{value.runs.length === 1 ? 'One run' : `${value.runs.length} runs`}</h1>
      {value.runs.length === 0 ? (
        <NoRuns list={value} />
      ) : (
        <>
          <Fields>
            <SearchField
              label="Search"
              value={search}
              onValue={(text) => {
                setSearch(text);
                setQuery({ search: text });
              }}
            />
            <ChoiceField
              label="Kind"
              value={kind}
              choices={kindChoices(value)}
              onValue={(chosen) => setQuery({ kind: chosen })}
            />
            <ChoiceField
              label="State"
              value={state}
              choices={stateChoices}
              onValue={(chosen) => setQuery({ state: chosen })}
            />
          </Fields>
          {shown.length === 0 ? (
            <Empty title="No run matches">
              <p>Search for less, or choose another kind or state.</p>
            </Empty>
          ) : (
            <Table caption="Runs" columns={columns} rows={shown} rowKey={({ id }) => id} />
          )}
        </>
      )}
    </>
  );
}

const stateChoices = [
  { value: '', text: 'any' },
  ...['running', 'stopped', 'finished', 'damaged'].map((state) => ({ value: state, text: state })),
];

function kindChoices({ runs }: RunList): { readonly value: string; readonly text: string }[] {
  const there = new Set(runs.map(({ kind }) => kind));
  return [{ value: '', text: 'any' }, ...[...there].map((kind) => ({ value: kind, text: kinds[kind] }))];
}

const columns: readonly Column<RunSummary>[] = [
  { id: 'run', title: 'Run', by: ({ path }) => path, cell: (run) => <Name run={run} /> },
  { id: 'kind', title: 'Kind', by: ({ kind }) => kind, cell: ({ kind }) => kinds[kind], isMinor: true },
  {
    id: 'state',
    title: 'State',
    by: ({ state }) => state,
    cell: ({ state, secondsLeft }) => (
      <>
        <StateMark state={state} />
        {secondsLeft !== null && <div class="runs-left">{formatSeconds(secondsLeft)} left in this stage</div>}
      </>
    ),
  },
  {
    id: 'progress',
    title: 'Done',
    by: ({ progress }) => progress,
    isMinor: true,
    cell: ({ progress, title }) => <Progress share={progress} label={`${title} done`} />,
  },
  {
    id: 'score',
    title: 'Score, %',
    isNumber: true,
    by: ({ score }) => score?.mean ?? null,
    cell: ({ score }) =>
      score === null ? (
        '–'
      ) : (
        <>
          <Interval mean={score.mean} interval={score.interval} />
          <div class="runs-of">{score.of}</div>
        </>
      ),
  },
  {
    id: 'spend',
    title: 'Spent',
    isNumber: true,
    isMinor: true,
    by: ({ dollars, tokens }) => dollars ?? tokens,
    cell: ({ dollars, tokens }) => (
      <>
        {dollars !== null && <div>{formatDollars(dollars)}</div>}
        {tokens !== null && <div class="quiet">{formatCount(tokens)} tokens</div>}
        {dollars === null && tokens === null && '–'}
      </>
    ),
  },
  {
    id: 'changed',
    title: 'Changed',
    isNumber: true,
    isMinor: true,
    by: ({ changed }) => -changed,
    cell: ({ changed }) => formatAgo(changed, Date.now()),
  },
];

function Name({ run }: { readonly run: RunSummary }) {
  return (
    <div class="runs-name">
      <a href={addressOfRun(run)}>{run.title}</a>
      {run.path !== run.title && <span class="runs-path">{run.path}</span>}
      {run.detail !== '' && <p class="runs-detail">{run.detail}</p>}
      {run.troubles.map((trouble) => (
        <p key={trouble} class="runs-trouble">
          {trouble}
        </p>
      ))}
    </div>
  );
}

function NoRuns({ list }: { readonly list: RunList }) {
  return (
    <Empty title="Nothing has run here yet">
      <p>
        Start the whole recipe in miniature with <code>npm start</code>, prove something with{' '}
        <code>qed prove</code>, or measure a model with <code>qed bench</code>. What they write below{' '}
        {list.folder} shows up here by itself.
      </p>
    </Empty>
  );
}

/** A file of rows to look through: the list with filters and search, and the row that is read beside it. Arrows go to the next row. */
import { useState } from 'preact/hooks';
import type { DataIndexRow, DataStep, DataSteps } from '../../../../src/view/api/data.ts';
import { formatNumber } from '../../format.ts';
import { ChoiceField, Fields, SearchField } from '../../parts/field.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Problem } from '../../parts/problem.tsx';
import { VirtualList } from '../../parts/virtual-list.tsx';
import { useResource } from '../../resource.ts';
import { linkTo, setQuery } from '../../route.ts';
import type { PageProps } from '../pages.ts';
import { RowView } from './row-view.tsx';
import { useIndex } from './use-index.ts';
import './data.css';

export function RowsPage({ names, query }: PageProps) {
  const { run = '', part = '', line } = names;
  const { value: steps } = useResource('data/:run/steps.json', { run });
  const [search, setSearch] = useState(query.get('search') ?? '');
  const [reason, source] = [query.get('reason') ?? '', query.get('source') ?? ''];
  const found = useIndex(run, part, { search, reason, source });
  const chosen = line ?? (found.rows[0] === undefined ? undefined : `${found.rows[0].line}`);
  const place = found.rows.findIndex((row) => `${row.line}` === chosen);
  const addressOf = (row: DataIndexRow): string => {
    const text = query.toString();
    return `${linkTo('data', run, part, row.line)}${text === '' ? '' : `?${text}`}`;
  };
  const go = (step: number): void => {
    const next = found.rows[place + step];
    if (next !== undefined) location.replace(addressOf(next));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement) return;
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    go(step);
  };
  return (
    <>
      <p class="eyebrow">
        <a href="#/data">Data</a> · <a href={linkTo('data', run)}>{steps?.path ?? run}</a>
      </p>
      <h1>{titleOf(steps, part)}</h1>
      <Filters
        steps={steps}
        part={part}
        search={search}
        onSearch={setSearch}
        reason={reason}
        source={source}
      />
      {found.error !== undefined && <Problem title="The rows could not be read" text={found.error} />}
      <p class="data-count" role="status">
        {countText(found.rows.length, found.looked, found.state)}{' '}
        {found.state === 'waiting' && (
          <button type="button" class="data-more" onClick={found.more}>
            Look on
          </button>
        )}
      </p>
      {found.rows.length > 0 && (
        <div class={`data-reader${line === undefined ? '' : ' is-chosen'}`}>
          {/* biome-ignore lint/a11y/noStaticElementInteractions: keys of the list inside, which has the focus */}
          <div class="data-list" onKeyDown={onKeyDown}>
            <VirtualList
              count={found.rows.length}
              label="Rows"
              rowHeight={64}
              shown={place < 0 ? undefined : place}
              row={(index) => {
                const row = found.rows[index];
                if (row === undefined) return null;
                return <ListRow row={row} address={addressOf(row)} isChosen={index === place} />;
              }}
            />
          </div>
          <div class="data-read">
            <nav class="data-read-nav" aria-label="Rows">
              <button type="button" disabled={place <= 0} onClick={() => go(-1)}>
                Previous
              </button>
              <button
                type="button"
                disabled={place < 0 || place + 1 >= found.rows.length}
                onClick={() => go(1)}
              >
                Next
              </button>
              {line !== undefined && (
                <a class="data-back" href={`${linkTo('data', run, part)}?${query.toString()}`}>
                  The list
                </a>
              )}
            </nav>
            {chosen !== undefined && <RowView run={run} part={part} line={chosen} />}
          </div>
        </div>
      )}
      {found.state === 'reading' && found.rows.length === 0 && <Loading what="Reading rows" />}
    </>
  );
}

function ListRow({
  row: { id, reason, excerpt, source, meanReward },
  address,
  isChosen,
}: {
  readonly row: DataIndexRow;
  readonly address: string;
  readonly isChosen: boolean;
}) {
  return (
    <a class="data-list-row" href={address} aria-current={isChosen ? 'true' : undefined}>
      <span class="data-list-head">
        <b>{id}</b>
        {reason !== '' && <span class="data-chip">{reason}</span>}
        {meanReward !== null && <span class="quiet">reward {formatNumber(meanReward, 2)}</span>}
        {source !== '' && <span class="quiet">{source}</span>}
      </span>
      <span class="data-list-text">{excerpt}</span>
    </a>
  );
}

function Filters({
  steps,
  part,
  search,
  onSearch,
  reason,
  source,
}: {
  readonly steps: DataSteps | undefined;
  readonly part: string;
  readonly search: string;
  readonly onSearch: (text: string) => void;
  readonly reason: string;
  readonly source: string;
}) {
  const step = stepOf(steps, part);
  const isDropped = part.endsWith('.dropped');
  const isKept = part.endsWith('.kept');
  const reasons = isDropped ? (step?.reasons ?? []).filter(({ rows }) => rows > 0) : [];
  const sources = isDropped || isKept ? (step?.sources ?? []) : [];
  return (
    <Fields>
      <SearchField
        label="Search ids and statements"
        value={search}
        onValue={(text) => {
          onSearch(text);
          setQuery({ search: text });
        }}
      />
      {reasons.length > 1 && (
        <ChoiceField
          label="Reason"
          value={reason}
          choices={[
            { value: '', text: 'any' },
            ...reasons.map((one) => ({
              value: one.reason,
              text: `${one.reason} (${formatNumber(one.rows)})`,
            })),
          ]}
          onValue={(chosen) => setQuery({ reason: chosen })}
        />
      )}
      {sources.length > 1 && (
        <ChoiceField
          label="Source"
          value={source}
          choices={[{ value: '', text: 'any' }, ...sources.map((one) => ({ value: one, text: one }))]}
          onValue={(chosen) => setQuery({ source: chosen })}
        />
      )}
    </Fields>
  );
}

function stepOf(steps: DataSteps | undefined, part: string): DataStep | undefined {
  return steps?.steps.find(({ parts }) => parts.some(({ name }) => name === part));
}

function titleOf(steps: DataSteps | undefined, part: string): string {
  const step = stepOf(steps, part);
  const found = [...(steps?.parts ?? []), ...(step?.parts ?? [])].find(({ name }) => name === part);
  if (found === undefined) return part;
  return step === undefined ? found.title : `${step.step}: ${found.title}`;
}

function countText(rows: number, looked: number, state: 'reading' | 'waiting' | 'done'): string {
  if (state === 'done') {
    if (rows === 0)
      return looked === 0 ? 'There are no rows.' : `None of ${formatNumber(looked)} rows matches.`;
    return rows === looked
      ? `${formatNumber(rows)} rows`
      : `${formatNumber(rows)} of ${formatNumber(looked)} rows`;
  }
  return `${formatNumber(rows)} found in the first ${formatNumber(looked)} rows${state === 'reading' ? ' …' : '.'}`;
}

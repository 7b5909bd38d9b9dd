/** All proofs of a run as a list that is filtered, sorted and searched at once: where a wrong one is found in seconds. */
import { useMemo, useState } from 'preact/hooks';
import type { ProofList } from '../../../../src/view/api/proof.ts';
import { formatNumber } from '../../format.ts';
import { Empty } from '../../parts/empty.tsx';
import { ChoiceField, Fields, SearchField } from '../../parts/field.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useResource } from '../../resource.ts';
import { linkTo, setQuery } from '../../route.ts';
import type { PageProps } from '../pages.ts';
import { type SortColumn, showChoices, sortedProofs, wantedRows } from './proof-filter.ts';
import { ProofRows } from './proof-rows.tsx';
import { useProofs } from './use-proofs.ts';
import './proofs.css';

export function ProofsPage({ names, query }: PageProps) {
  const { run = '' } = names;
  const { value, error, again } = useResource('runs/:run/proofs.json', { run });
  const proofs = useProofs(run, value);
  if (value === undefined) {
    if (error === undefined) return <Loading what="Reading proofs" />;
    return (
      <Problem
        title="The proofs could not be read"
        text={error}
        again={again}
        way={{ text: 'All runs', address: '#/' }}
      />
    );
  }
  return (
    <>
      <p class="eyebrow">
        <a href={linkTo('runs', run)}>{value.title}</a>
        {value.kind === 'recipe' && (
          <>
            {' '}
            · <a href={linkTo('runs', run, 'rollouts')}>what it wrote while it trained</a>
          </>
        )}
      </p>
      <h1>{value.count === 1 ? 'One proof' : `${formatNumber(value.count)} proofs`}</h1>
      {value.empty !== null ? (
        <Empty title="No proofs yet">
          <p>{value.empty}</p>
        </Empty>
      ) : proofs.error !== undefined ? (
        <Problem title="The proofs could not be read" text={proofs.error} again={again} />
      ) : (
        <Found run={run} list={value} proofs={proofs} query={query} />
      )}
    </>
  );
}

interface FoundProps {
  readonly run: string;
  readonly list: ProofList;
  readonly proofs: ReturnType<typeof useProofs>;
  readonly query: URLSearchParams;
}

function Found({ run, list, proofs, query }: FoundProps) {
  const [search, setSearch] = useState(query.get('search') ?? '');
  const show = query.get('show') ?? '';
  const system = query.get('system') ?? '';
  const column = (query.get('sort') ?? '') as SortColumn | '';
  const isDown = query.get('down') !== null;
  const wanted = useMemo(
    () => wantedRows(list, proofs, { search, show, system }),
    [list, proofs, search, show, system],
  );
  const rows = useMemo(
    () => (column === '' ? wanted : sortedProofs(list, proofs, wanted, { column, isDown })),
    [list, proofs, wanted, column, isDown],
  );
  const sort = (by: SortColumn): void =>
    setQuery({ sort: by, down: column === by && !isDown ? 'yes' : undefined });
  return (
    <>
      <Fields>
        <ChoiceField
          label="Show"
          value={show}
          choices={
            list.judges.length > 1 ? showChoices : showChoices.filter(({ value }) => value !== 'disagreement')
          }
          onValue={(value) => setQuery({ show: value })}
        />
        {list.systems.length > 1 && (
          <ChoiceField
            label="Written by"
            value={system}
            choices={[
              { value: '', text: 'any' },
              ...list.systems.map((text, at) => ({ value: String(at), text })),
            ]}
            onValue={(value) => setQuery({ system: value })}
          />
        )}
        <SearchField
          label="Problem"
          value={search}
          onValue={(text) => {
            setSearch(text);
            setQuery({ search: text });
          }}
        />
      </Fields>
      <p class="quiet" role="status">
        {rows.length === list.count
          ? 'All of them'
          : `${formatNumber(rows.length)} of ${formatNumber(list.count)}`}
        {proofs.ids.length < list.count ? `, reading on (${formatNumber(proofs.ids.length)})` : ''}
      </p>
      {rows.length === 0 && proofs.ids.length === list.count ? (
        <Empty title="No proof matches">
          <p>Search for less, or show others.</p>
        </Empty>
      ) : (
        <ProofRows {...{ run, list, proofs, rows, sort, column, isDown }} />
      )}
    </>
  );
}

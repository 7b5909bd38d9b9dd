/** All data sets below the folder, and the calibrations of judges. */
import type { DataList } from '../../../../src/view/api/data.ts';
import { formatNumber } from '../../format.ts';
import { Empty } from '../../parts/empty.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Problem } from '../../parts/problem.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { useResource } from '../../resource.ts';
import { linkTo } from '../../route.ts';
import './data.css';

type DataSet = DataList['sets'][number];

const kinds: Readonly<Record<DataSet['kind'], string>> = {
  curation: 'Curation',
  'data-step': 'Single step',
  recipe: 'Files of a training run',
};

export function DataListPage() {
  const { value, error, again } = useResource('data.json', {}, { everyMilliseconds: 5000 });
  if (value === undefined) {
    if (error === undefined) return <Loading what="Looking for data sets" />;
    return <Problem title="The data sets could not be read" text={error} again={again} />;
  }
  const { sets, calibrations } = value;
  return (
    <>
      <p class="eyebrow">What models are trained on and measured with</p>
      <h1>Data</h1>
      {sets.length === 0 ? (
        <Empty title="There is no data set yet">
          <p>
            Make one with <code>qed run curate-open --to decontaminate</code>, or step by step with{' '}
            <code>qed data import</code>.
          </p>
        </Empty>
      ) : (
        <Table caption="Data sets" columns={columns} rows={sets} rowKey={({ run }) => run} />
      )}
      {calibrations.length > 0 && (
        <section class="data-section">
          <h2>Judges against people</h2>
          <ul class="data-links">
            {calibrations.map(({ run, path }) => (
              <li key={run}>
                <a href={linkTo('calibrations', run)}>{path}</a>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

const columns: readonly Column<DataSet>[] = [
  {
    id: 'set',
    title: 'Data set',
    by: ({ path }) => path,
    cell: ({ run, path, detail, trouble }) => (
      <div class="data-set">
        <a href={linkTo('data', run)}>{path}</a>
        <span class="data-detail">{detail}</span>
        {trouble !== null && <span class="data-trouble">{trouble}</span>}
      </div>
    ),
  },
  { id: 'kind', title: 'Kind', by: ({ kind }) => kind, cell: ({ kind }) => kinds[kind], isMinor: true },
  {
    id: 'before',
    title: 'Rows that came in',
    isNumber: true,
    isMinor: true,
    by: ({ rows }) => rows?.before ?? null,
    cell: ({ rows }) => formatNumber(rows?.before),
  },
  {
    id: 'after',
    title: 'Rows left',
    isNumber: true,
    by: ({ rows }) => rows?.after ?? null,
    cell: ({ rows }) => formatNumber(rows?.after),
  },
];

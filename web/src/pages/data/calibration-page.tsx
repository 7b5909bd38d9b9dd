/** How well judges agree with people: the tables of a calibration, the forms of the paper's Tables 4 and 5 among them. */
import type { ViewTable } from '../../../../src/view/api/data.ts';
import { Empty } from '../../parts/empty.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useResource } from '../../resource.ts';
import type { PageProps } from '../pages.ts';
import { ViewTableOf } from './view-table.tsx';
import './data.css';

export function CalibrationPage({ names }: PageProps) {
  const { run = '' } = names;
  const { value, error, again } = useResource('calibrations/:run/tables.json', { run });
  if (value === undefined) {
    if (error === undefined) return <Loading what="Reading the calibration" />;
    return (
      <Problem
        title="This calibration could not be read"
        text={error}
        way={{ text: 'All data', address: '#/data' }}
        again={again}
      />
    );
  }
  return (
    <>
      <p class="eyebrow">
        <a href="#/data">Data</a> · {value.path}
      </p>
      <h1>Judges against people on {value.sets.join(', ')}</h1>
      {value.tables.length === 0 && <Empty title="There are no figures yet" />}
      {value.tables.map((table: ViewTable) => (
        <section key={table.title} class="data-section">
          <h2>{table.title}</h2>
          <ViewTableOf table={table} />
          {table.notes.map((note) => (
            <p key={note} class="data-note">
              {note}
            </p>
          ))}
        </section>
      ))}
    </>
  );
}

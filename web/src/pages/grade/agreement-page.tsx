/** What came of a queue: people and judges side by side, where they part, and how systems write. */
import { useState } from 'preact/hooks';
import type {
  AgreementPair,
  AgreementView,
  Discrepancy,
  Estimated,
  NewQueueReply,
} from '../../../../src/view/api/grades.ts';
import { safeName } from '../../../../src/view/safe-name.ts';
import { formatCount, formatNumber } from '../../format.ts';
import { Loading } from '../../parts/loading.tsx';
import { Problem } from '../../parts/problem.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { fetchResource, post, useResource } from '../../resource.ts';
import { linkTo } from '../../route.ts';
import { isStaticSite } from '../../static.ts';
import type { PageProps } from '../pages.ts';
import './grade.css';
import { Confusion } from './confusion.tsx';
import { Figure } from './figure.tsx';
import { useGrader } from './grader-name.ts';
import { NameForm } from './name-form.tsx';
import { StyleTable } from './style-table.tsx';
import { SystemTable } from './system-table.tsx';

export function AgreementPage({ names }: PageProps) {
  const queue = names.queue ?? '';
  const [grader, setGrader] = useGrader();
  const asked = grader === '' ? undefined : { queue: safeName(queue), grader: safeName(grader) };
  const { value, error } = useResource('grades/agreement/:queue/:grader.json', asked);
  if (grader === '')
    return (
      <div class="grade">
        <NameForm known={[]} onName={setGrader} />
      </div>
    );
  if (error !== undefined) {
    return (
      <Problem title="Not yet" text={error} way={{ text: 'To the queue', address: linkTo('grade', queue) }} />
    );
  }
  if (value === undefined) return <Loading what="Comparing" />;
  return (
    <div class="grade">
      <header class="grade-head">
        <p class="eyebrow">
          <a href="#/grade">Grade</a> · <a href={linkTo('grade', queue)}>{value.title}</a>
        </p>
        <h1>Agreement</h1>
        <p class="quiet">
          {value.graded} of {value.items} proofs graded by {value.people.join(', ') || 'nobody'}. People’s
          grade is {value.reference}.
          {value.seen > 0 && ` ${value.seen} grades were given by somebody who was not blind any more.`}
        </p>
      </header>
      <Pairs {...value} />
      <Discrepancies rows={value.discrepancies} queue={queue} />
      <SystemTable systems={value.systems} lengths={value.lengths} />
      <StyleTable style={value.style} queue={queue} />
      <Onward view={value} grader={grader} />
    </div>
  );
}

function Pairs({ pairs, alpha }: AgreementView) {
  const [chosen, setChosen] = useState(0);
  const pair = pairs[chosen];
  if (pair === undefined) {
    return (
      <p class="quiet">Nobody else graded these proofs: neither a judge of the runs nor a second person.</p>
    );
  }
  const rows = pairs.map((one, index) => ({ ...one, index }));
  const columns: readonly Column<(typeof rows)[number]>[] = [
    {
      ...{ id: 'who', title: 'Who against whom' },
      cell: (row) => (
        <button
          type="button"
          class="grade-link"
          aria-pressed={row.index === chosen}
          onClick={() => setChosen(row.index)}
        >
          {row.who} – {row.against}
        </button>
      ),
    },
    {
      ...{ id: 'compared', title: 'Proofs', isNumber: true },
      cell: ({ compared, ungraded }) => (
        <>
          {compared}
          {ungraded > 0 && <div class="grade-detail">{ungraded} ungraded</div>}
        </>
      ),
    },
    figure('quadraticKappa', 'κ, squares', 2),
    figure('kappa', 'κ', 2, true),
    figure('exact', 'Same', 0, false, 100, ' %'),
    figure('withinOne', 'Within 1', 0, false, 100, ' %'),
    figure('bias', 'Bias', 2),
  ];
  return (
    <section>
      <h2>Who agrees with whom</h2>
      <p class="grade-note">
        Bias is the first’s points less the second’s: above 0 the first is more generous. Below each figure
        its 95 % interval over problems.
        {alpha !== null && ` Krippendorff’s α of people: ${text(alpha)}.`}
      </p>
      <Table
        caption="Agreement by pair"
        columns={columns}
        rows={rows}
        rowKey={({ who, against }) => `${who} ${against}`}
      />
      <Confusion pair={pair} />
    </section>
  );
}

function figure(
  id: keyof AgreementPair['figures'],
  title: string,
  digits: number,
  isMinor = false,
  times = 1,
  unit = '',
): Column<AgreementPair> {
  return {
    ...{ id, title, isMinor, isNumber: true },
    by: ({ figures }) => figures[id]?.estimate ?? null,
    cell: ({ figures }) => <Figure of={figures[id]} {...{ digits, times, unit }} />,
  };
}

function text({ estimate, interval }: Estimated): string {
  const shown = formatNumber(estimate, 2);
  return interval === null
    ? shown
    : `${shown} (${formatNumber(interval[0], 2)} to ${formatNumber(interval[1], 2)})`;
}

function Discrepancies({ rows, queue }: { readonly rows: readonly Discrepancy[]; readonly queue: string }) {
  const columns: readonly Column<Discrepancy>[] = [
    {
      ...{ id: 'proof', title: 'Proof' },
      by: ({ problem }) => problem,
      cell: ({ item, problem, comment }) => (
        <>
          <a href={linkTo('grade', queue, item)}>{problem}</a>
          {comment !== '' && <div class="grade-detail">{comment}</div>}
        </>
      ),
    },
    {
      ...{ id: 'people', title: 'People', isNumber: true },
      by: ({ people }) => people,
      cell: ({ people }) => formatNumber(people, Number.isInteger(people) ? 0 : 1),
    },
    {
      ...{ id: 'judge', title: 'Judge', isNumber: true },
      by: ({ points }) => points,
      cell: ({ points }) => formatNumber(points, Number.isInteger(points) ? 0 : 1),
    },
    {
      ...{ id: 'difference', title: 'Difference', isNumber: true },
      by: ({ points, people }) => points - people,
      cell: ({ points, people }) => (
        <b class={points > people ? 'grade-high' : 'grade-low'}>
          {points > people ? '+' : '−'}
          {formatNumber(Math.abs(points - people), 1)}
        </b>
      ),
    },
    { ...{ id: 'system', title: 'System' }, by: ({ system }) => system, cell: ({ system }) => system },
    {
      ...{ id: 'name', title: 'Which judge', isMinor: true },
      by: ({ judge }) => judge,
      cell: ({ judge }) => judge,
    },
    {
      ...{ id: 'length', title: 'Characters', isNumber: true, isMinor: true },
      by: ({ characters }) => characters,
      cell: ({ characters }) => formatCount(characters),
    },
  ];
  return (
    <section>
      <h2>Large differences</h2>
      <p class="grade-note">
        Judge high and people low, first: what training against this judge would learn to write. From 3 points
        on.
      </p>
      {rows.length === 0 ? (
        <p class="quiet">No judge is 3 points or more away from people on any proof.</p>
      ) : (
        <Table
          caption="Large differences"
          columns={columns}
          rows={rows}
          rowKey={({ item, judge }) => `${item} ${judge}`}
        />
      )}
    </section>
  );
}

function Onward({ view, grader }: { readonly view: AgreementView; readonly grader: string }) {
  const [trouble, setTrouble] = useState('');
  const told = (work: () => Promise<void>) => () =>
    void work().catch((failure: unknown) =>
      setTrouble(failure instanceof Error ? failure.message : String(failure)),
    );
  const settle = told(async () => {
    const { queue } = (await post('grades/adjudications', { of: view.queue, grader })) as NewQueueReply;
    location.hash = linkTo('grade', queue);
  });
  const take = (kind: 'jsonl' | 'csv') =>
    told(async () => {
      const names = { queue: safeName(view.queue), grader: safeName(grader) };
      const { name, ...texts } = await fetchResource('grades/export/:queue/:grader.json', names, {
        exactly: true,
      });
      const address = URL.createObjectURL(
        new Blob([texts[kind]], { type: kind === 'csv' ? 'text/csv' : 'application/jsonl' }),
      );
      const link = document.createElement('a');
      link.href = address;
      link.download = `${name}.${kind}`;
      link.click();
      URL.revokeObjectURL(address);
    });
  return (
    <section class="grade-onward">
      <h2>On from here</h2>
      <p>
        <button type="button" onClick={take('jsonl')}>
          Grades as JSONL
        </button>{' '}
        <button type="button" onClick={take('csv')}>
          as CSV
        </button>{' '}
        {!isStaticSite() && (
          <button type="button" disabled={view.adjudicable === 0} onClick={settle}>
            {view.adjudicable === 0 ? 'Nothing to settle' : `Settle ${view.adjudicable} in a queue`}
          </button>
        )}
      </p>
      <p class="grade-note">
        To settle are proofs on which two people are more than a point apart, or a judge came to no grade.
      </p>
      <p>Any judge can be measured against these grades, in the folder that is served:</p>
      <pre class="grade-command">{view.command}</pre>
      {trouble !== '' && (
        <p role="alert" class="grade-trouble">
          {trouble}
        </p>
      )}
    </section>
  );
}

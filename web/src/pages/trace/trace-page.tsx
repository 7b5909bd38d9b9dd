/** One trace: the problem, how its proof came about as a picture or a list, every exchange, and what it took. */
import type { TraceSummary, TraceVertex } from '../../../../src/view/api/trace.ts';
import { formatCount, formatDollars, formatNumber, formatSeconds } from '../../format.ts';
import { Loading } from '../../parts/loading.tsx';
import { Markup } from '../../parts/markup.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useResource } from '../../resource.ts';
import { linkTo, setQuery } from '../../route.ts';
import type { PageProps } from '../pages.ts';
import { CallsList } from './calls-list.tsx';
import { Exchange } from './exchange.tsx';
import { Picture } from './picture.tsx';
import { KeptInTurn, RoleTable } from './trace-figures.tsx';
import { valueClass } from './vertex.tsx';
import './trace.css';

export function TracePage({ names: { run = '', trace = '' }, query }: PageProps) {
  const { value, error, again } = useResource('runs/:run/trace/:trace.json', { run, trace });
  if (value === undefined) {
    if (error === undefined) return <Loading what="Going through the calls" />;
    return (
      <Problem
        title="This trace could not be read"
        text={error}
        again={again}
        way={{ text: 'All traces of this run', address: linkTo('runs', run, 'traces') }}
      />
    );
  }
  return <Trace run={run} summary={value} query={query} />;
}

interface TraceProps {
  readonly run: string;
  readonly summary: TraceSummary;
  readonly query: URLSearchParams;
}

function Trace({ run, summary, query }: TraceProps) {
  const { problem, attempt, scaffold, models, remarks, proof, choices } = summary;
  const isList = query.get('view') === 'list';
  return (
    <>
      <p class="eyebrow">
        <a href={linkTo('runs', run, 'traces')}>traces of {run}</a>
      </p>
      <h1>
        {problem.id}
        <span class="quiet">, attempt {attempt}</span>
      </h1>
      <p class={`trace-verdict trace-verdict-${summary.isCut ? 'cut' : summary.status}`} role="status">
        {summary.verdict}
      </p>
      {remarks.map((remark) => (
        <p key={remark} class="trace-verdict trace-verdict-cut">
          {remark}
        </p>
      ))}
      <Facts summary={summary} />
      <p class="trace-facts">
        <code>{scaffold}</code> with {models.join('; ')}
      </p>
      {problem.statement !== null && (
        <details class="trace-problem" open={problem.statement.length < 3000}>
          <summary>Problem</summary>
          <Markup of={problem.statement} />
        </details>
      )}
      <div class="trace-views" role="group" aria-label="How it is shown">
        <button type="button" aria-pressed={!isList} onClick={() => setQuery({ view: undefined })}>
          Picture
        </button>
        <button type="button" aria-pressed={isList} onClick={() => setQuery({ view: 'list' })}>
          List
        </button>
      </div>
      <Board run={run} summary={summary} query={query} isList={isList} />
      {proof !== null && (
        <section class="trace-section">
          <h2>{summary.status === 'finished' ? 'The proof' : 'The best proof so far'}</h2>
          <Markup of={proof} />
        </section>
      )}
      <div class="trace-columns">
        <RoleTable summary={summary} />
        <KeptInTurn summary={summary} onCall={(call) => setQuery({ call: `${call}` })} />
      </div>
      {choices.length > 0 && (
        <section class="trace-section">
          <h2>What the scaffold said</h2>
          <dl class="trace-choices">
            {choices.map(({ label, text }) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{text}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
    </>
  );
}

function Facts({ summary: { totals, points, status } }: { readonly summary: TraceSummary }) {
  const facts: (readonly [string, string])[] = [
    [
      'calls',
      `${formatNumber(totals.calls)}${totals.without > 0 ? `, ${totals.without} without reply` : ''}`,
    ],
    ['tokens', `${formatCount(totals.promptTokens)} in, ${formatCount(totals.completionTokens)} out`],
    ...(totals.seconds === null ? [] : [['time of all calls', formatSeconds(totals.seconds)] as const]),
    ...(totals.dollars === null || totals.dollars === 0
      ? []
      : [['cost', formatDollars(totals.dollars)] as const]),
    ...(totals.cut === 0 ? [] : [['cut at the limit', formatNumber(totals.cut)] as const]),
    ...(points === null
      ? []
      : [['grade', `${formatNumber(points, points % 1 === 0 ? 0 : 2)} of 7`] as const]),
    ...(status === 'running' ? [['state', 'running'] as const] : []),
  ];
  return (
    <dl class="trace-summary">
      {facts.map(([name, text]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The picture or the list, and beside it what is chosen in it. */
function Board({ run, summary, query, isList }: TraceProps & { readonly isList: boolean }) {
  const { trace, scopes } = summary;
  const scope = scopes.some((one) => one.scope === query.get('scope'))
    ? (query.get('scope') ?? 'outermost')
    : 'outermost';
  const { value: picture, error } = useResource('runs/:run/trace/:trace/picture/:scope.json', {
    ...{ run, trace, scope },
  });
  const asked = query.get('call');
  const call = asked === null ? undefined : Number(asked);
  const vertex = picture?.vertices.find((one) =>
    call === undefined
      ? one.id === query.get('place')
      : one.calls.includes(call) || one.verdicts.some((verdict) => verdict.call === call),
  );
  const onCall = (next: number): void => setQuery({ call: `${next}`, place: undefined });
  const onSelect = ({ id, calls: [first] }: TraceVertex): void =>
    first === undefined ? setQuery({ place: id, call: undefined }) : onCall(first);
  const here = scopes.find((one) => one.scope === scope);
  return (
    <div class={`trace-board${call !== undefined || vertex !== undefined ? ' trace-open' : ''}`}>
      <div class="trace-stage">
        {scope !== 'outermost' && !isList && (
          <p class="trace-path">
            <button
              type="button"
              class="trace-link"
              onClick={() => setQuery({ scope: undefined, call: undefined })}
            >
              the whole
            </button>{' '}
            › {here?.label}
          </p>
        )}
        {isList ? (
          <CallsList run={run} summary={summary} selected={call} onCall={onCall} />
        ) : picture !== undefined ? (
          <Picture picture={picture} selected={vertex?.id} onSelect={onSelect} />
        ) : error === undefined ? (
          <Loading what="Drawing" />
        ) : (
          <Problem title="The picture could not be drawn" text={error} />
        )}
      </div>
      {(call !== undefined || vertex !== undefined) && (
        <aside class="trace-side" aria-label="Exchange">
          <button
            type="button"
            class="trace-close"
            aria-label="Close the exchange"
            onClick={() => setQuery({ call: undefined, place: undefined })}
          >
            ×
          </button>
          {vertex !== undefined && <Around vertex={vertex} call={call} onCall={onCall} />}
          {call !== undefined && <Exchange run={run} trace={trace} call={call} onCall={onCall} />}
        </aside>
      )}
    </div>
  );
}

/** What belongs to a place: its calls, what judges said, the picture within. */
function Around({
  vertex: { name, scope, calls, verdicts, scoreText, notes },
  call,
  onCall,
}: {
  readonly vertex: TraceVertex;
  readonly call: number | undefined;
  readonly onCall: (call: number) => void;
}) {
  const own = calls.length > 1 || verdicts.length > 0;
  return (
    <div class="trace-around">
      {scope !== null && (
        <>
          <h3>{name}, a scaffold within</h3>
          {notes !== '' && <p class="trace-said">{notes}</p>}
          <button type="button" onClick={() => setQuery({ scope, place: undefined, call: undefined })}>
            Open its picture
          </button>
        </>
      )}
      {own && (
        <div class="trace-tabs" role="group" aria-label={`Exchanges of ${name}`}>
          {calls.map((one, index) => (
            <button key={one} type="button" aria-pressed={one === call} onClick={() => onCall(one)}>
              {index === 0 ? name : calls.length === 2 ? 'the other' : `again ${index}`}
            </button>
          ))}
          {verdicts.map(({ call: one, value, text }) => (
            <button key={one} type="button" aria-pressed={one === call} onClick={() => onCall(one)}>
              <svg width="10" height="10" aria-hidden="true">
                <circle class={valueClass(value)} cx="5" cy="5" r="4" />
              </svg>{' '}
              {text}
            </button>
          ))}
        </div>
      )}
      {scoreText !== null && verdicts.length > 1 && <p class="trace-facts">{scoreText}</p>}
    </div>
  );
}

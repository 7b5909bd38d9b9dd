/** A search as it goes on: what is being written, the best proof so far, every call; with Stop. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { TryCall, TryState } from '../../../../src/view/api/try.ts';
import { formatCount, formatDollars, formatNumber, formatSeconds } from '../../format.ts';
import { Empty } from '../../parts/empty.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Markup } from '../../parts/markup.tsx';
import { post } from '../../resource.ts';
import { linkTo } from '../../route.ts';
import type { PageProps } from '../pages.ts';
import { useTry } from './watch.ts';
import './try.css';

export function TryRunPage({ names: { run = '' } }: PageProps) {
  const { state, isLive, isGone } = useTry(run);
  if (isGone)
    return (
      <Empty title="Nothing is being searched here">
        <p>
          The server has been started since, or the search ended long ago. What it found is{' '}
          <a href={linkTo('runs', run, 'traces')}>in its run</a>; <a href="#/try">the same again</a> goes on
          from there.
        </p>
      </Empty>
    );
  if (state === undefined) return <Loading what="Joining the search" />;
  return <Search run={run} state={state} isLive={isLive} />;
}

const phases: Readonly<Record<TryState['phase'], string>> = {
  opening: 'opening the model',
  running: 'searching',
  stopping: 'stopping: what is in flight has some seconds',
  ended: 'ended',
};

function Search({
  run,
  state,
  isLive,
}: {
  readonly run: string;
  readonly state: TryState;
  readonly isLive: boolean;
}) {
  const { phase, model, scaffold, budget, spent, best, remarks, end, calls } = state;
  const isOver = phase === 'ended';
  return (
    <>
      <p class="eyebrow">
        <a href="#/try">Try</a> · {run}
      </p>
      <div class="try-head">
        <h1>{isOver ? 'A search' : 'Searching for a proof'}</h1>
        {!isOver && (
          <button
            type="button"
            disabled={phase === 'stopping'}
            onClick={() => void post(`try/${run}/stop`, {}).catch(() => undefined)}
          >
            Stop
          </button>
        )}
      </div>
      <section class="try-problem">
        <Markup of={state.problem} />
      </section>
      <p class="try-hint">
        {model} with <code>{scaffold}</code>
      </p>
      <p class={`try-phase${isOver ? '' : ' try-live'}`} role="status">
        {end === null ? phases[phase] : end.text}
        {!isLive && !isOver && '; the connection is being made again'}
      </p>
      {end?.wayOut != null && <p class="try-hint">{end.wayOut}</p>}
      <dl class="try-figures try-line">
        <div>
          <dt>tokens</dt>
          <dd>{formatCount(spent.tokens)}</dd>
        </div>
        {spent.dollars !== null && spent.dollars > 0 && (
          <div>
            <dt>cost</dt>
            <dd>{formatDollars(spent.dollars)}</dd>
          </div>
        )}
        <div>
          <dt>time</dt>
          <dd>{formatSeconds(spent.seconds)}</dd>
        </div>
        <div>
          <dt>budget</dt>
          <dd>{budget}</dd>
        </div>
        <div>
          <dt>calls</dt>
          <dd>{formatNumber(calls.length)}</dd>
        </div>
      </dl>
      {remarks.map((remark) => (
        <p key={remark} class="try-hint">
          {remark}
        </p>
      ))}
      {best.map(
        (one, attempt) =>
          one !== null && (
            <section key={`${attempt + 1}`} class="try-best">
              <h2>
                {end?.status === 'finished' ? 'Proof' : 'The best so far'}
                {best.length > 1 && <span class="quiet">, attempt {attempt + 1}</span>}
              </h2>
              <p class="try-hint">{one.why}</p>
              <Markup of={one.proof} />
            </section>
          ),
      )}
      {calls.length > 0 && (
        <p>
          <a class="button" href={linkTo('runs', run, 'traces', 'prove~2f0~2f0')}>
            {isOver ? 'How it came about' : 'How it comes about'}
          </a>
        </p>
      )}
      <Calls calls={calls} attempts={state.attempts} />
    </>
  );
}

/** Calls whose texts are shown at once; the others are in the trace. */
const mostOpen = 6;
const mostListed = 300;

function Calls({ calls, attempts }: { readonly calls: readonly TryCall[]; readonly attempts: number }) {
  const running = calls.filter(({ state }) => state === 'running');
  const ended = calls.filter(({ state }) => state !== 'running');
  return (
    <>
      {running.length > 0 && (
        <section class="try-section">
          <h2>Being written</h2>
          {running.slice(0, mostOpen).map((call) => (
            <Stream key={`${call.attempt} ${call.label}`} call={call} hasAttempts={attempts > 1} />
          ))}
          {running.length > mostOpen && <p class="quiet">and {running.length - mostOpen} more</p>}
        </section>
      )}
      {ended.length > 0 && (
        <section class="try-section">
          <h2>Calls so far</h2>
          {ended.length > mostListed && (
            <p class="quiet">
              the last {mostListed} of {ended.length}
            </p>
          )}
          <ol class="try-calls" reversed>
            {ended
              .slice(-mostListed)
              .toReversed()
              .map((call) => (
                <li key={`${call.attempt} ${call.label}`} class={`try-is-${call.state}`}>
                  <b>{attempts > 1 ? `${call.attempt + 1}: ${call.label}` : call.label}</b>
                  <span class="quiet">{call.role}</span>
                  <span class="try-said">{call.message ?? call.notes}</span>
                  <span class="try-took">
                    {call.completionTokens === null
                      ? call.state
                      : `${formatCount(call.completionTokens)} tokens, ${call.isReplayed ? 'on record' : formatSeconds(call.seconds)}`}
                  </span>
                </li>
              ))}
          </ol>
        </section>
      )}
    </>
  );
}

function Stream({ call, hasAttempts }: { readonly call: TryCall; readonly hasAttempts: boolean }) {
  const { label, role, reasoning, answer, reasoningCharacters, attempt } = call;
  const box = useRef<HTMLPreElement>(null);
  const [isFollowing, setFollowing] = useState(true);
  const text = answer === '' ? reasoning : answer;
  useEffect(() => {
    if (isFollowing && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [text, isFollowing]);
  return (
    <section class="try-stream" aria-label={`${label}, being written`}>
      <h3>
        {hasAttempts ? `${attempt + 1}: ` : ''}
        {label} <span class="quiet">{role}</span>
        <span class="try-took">
          {answer !== ''
            ? `answers, ${formatCount(answer.length)} characters`
            : reasoningCharacters > 0
              ? `thinks, ${formatCount(reasoningCharacters)} characters`
              : 'waits for its first word'}
        </span>
      </h3>
      {text !== '' && (
        <pre
          ref={box}
          class={answer === '' ? 'try-text try-thought' : 'try-text'}
          tabIndex={0}
          onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) =>
            setFollowing(scrollTop + clientHeight > scrollHeight - 24)
          }
        >
          {text}
        </pre>
      )}
    </section>
  );
}

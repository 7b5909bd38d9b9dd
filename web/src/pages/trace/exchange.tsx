/** One exchange: what was asked, what was thought, what was answered. Long reasonings are fetched piece by piece. */
import { useEffect, useState } from 'preact/hooks';
import type { TraceExchange } from '../../../../src/view/api/trace.ts';
import { formatCount, formatDollars, formatNumber, formatSeconds } from '../../format.ts';
import { Loading } from '../../parts/loading.tsx';
import { Markup } from '../../parts/markup.tsx';
import { Problem } from '../../parts/problem.tsx';
import { fetchResource, useResource } from '../../resource.ts';

export interface ExchangeProps {
  readonly run: string;
  readonly trace: string;
  readonly call: number;
  readonly onCall: (call: number) => void;
}

export function Exchange({ run, trace, call, onCall }: ExchangeProps) {
  const names = { run, trace, call: `${call}` };
  const { value, error, again } = useResource('runs/:run/trace/:trace/call/:call.json', names);
  if (value === undefined)
    return error === undefined ? (
      <Loading what="Reading the exchange" />
    ) : (
      <Problem title="This exchange could not be read" text={error} again={again} />
    );
  const { call: row, from, maxTokens, prompt, promptMissing } = value;
  return (
    <article class="trace-exchange" aria-label={`Exchange ${row.label}`}>
      <h3>
        {row.label} <span class="quiet">{row.role}</span>
      </h3>
      <p class="trace-facts">
        {row.model}
        {row.state === 'reply' && (
          <>
            {' · '}
            {formatCount(row.promptTokens)} in, {formatCount(row.completionTokens)}
            {maxTokens === null ? '' : ` of ${formatCount(maxTokens)}`} tokens out
            {row.seconds !== null && ` · ${formatSeconds(row.seconds)}`}
            {row.dollars !== null && row.dollars > 0 && ` · ${formatDollars(row.dollars)}`}
          </>
        )}
      </p>
      {from.length > 0 && (
        <p class="trace-facts">
          reads{' '}
          {from.map(({ label, call: source }) =>
            source === null ? (
              <span key={label}>{label} </span>
            ) : (
              <button key={label} type="button" class="trace-link" onClick={() => onCall(source)}>
                {label}
              </button>
            ),
          )}
        </p>
      )}
      {row.notes !== '' && <p class="trace-said">{row.notes}</p>}
      {row.message !== null && <p class="trace-trouble">{row.message}</p>}
      {row.isCut && <p class="trace-trouble">It was cut at the token limit: its end is missing.</p>}
      {prompt === null ? (
        row.state === 'reply' && <p class="quiet trace-missing">{promptMissing}</p>
      ) : (
        <details>
          <summary>
            Prompt <span class="quiet">{sizeOf(prompt.map(({ text }) => text).join(''))}</span>
          </summary>
          {prompt.map(({ role, text }, index) => (
            <section key={`${index} ${role}`}>
              {prompt.length > 1 && <h4 class="quiet">{role}</h4>}
              <pre class="trace-text" tabIndex={0}>
                {text}
              </pre>
            </section>
          ))}
        </details>
      )}
      {value.reasoningCharacters > 0 && (
        <Reasoning key={`${trace} ${call}`} run={run} trace={trace} call={call} of={value} />
      )}
      {row.state === 'reply' && <Answer of={value} />}
    </article>
  );
}

function Answer({ of: { answer, answerText, call } }: { readonly of: TraceExchange }) {
  const [isPlain, setPlain] = useState(false);
  if (answer === null || answerText === null)
    return <p class="trace-trouble">The reasoning did not end within the limit: there is no answer.</p>;
  return (
    <section class="trace-answer" aria-label={`Answer of ${call.label}`}>
      <div class="trace-answer-head">
        <h4>Answer</h4>
        <button type="button" class="trace-link" aria-pressed={isPlain} onClick={() => setPlain(!isPlain)}>
          {isPlain ? 'rendered' : 'as written'}
        </button>
      </div>
      {isPlain ? (
        <pre class="trace-text" tabIndex={0}>
          {answerText}
        </pre>
      ) : (
        <Markup of={answer} />
      )}
    </section>
  );
}

function Reasoning({ run, trace, call, of }: Omit<ExchangeProps, 'onCall'> & { readonly of: TraceExchange }) {
  const [pieces, setPieces] = useState<readonly string[]>([]);
  const [error, setError] = useState<string>();
  const [isWanted, setWanted] = useState(false);
  const next = pieces.length + 1;
  useEffect(() => {
    if (!isWanted || next >= of.pieces) return;
    let isOld = false;
    fetchResource('runs/:run/trace/:trace/call/:call/:piece.json', {
      ...{ run, trace, call: `${call}`, piece: `${next}` },
    }).then(
      ({ text }) => {
        if (isOld) return;
        setPieces([...pieces, text]);
        setWanted(false);
      },
      (failure: unknown) => setError(failure instanceof Error ? failure.message : String(failure)),
    );
    return () => {
      isOld = true;
    };
  }, [isWanted, next, pieces]);
  return (
    <details>
      <summary>
        Reasoning <span class="quiet">{formatNumber(of.reasoningCharacters)} characters</span>
      </summary>
      <pre class="trace-text" tabIndex={0}>
        {of.reasoning.text}
        {pieces.join('')}
      </pre>
      {next < of.pieces && (
        <button type="button" disabled={isWanted} onClick={() => setWanted(true)}>
          Go on reading: part {next + 1} of {of.pieces}
        </button>
      )}
      {error !== undefined && <p class="trace-trouble">{error}</p>}
    </details>
  );
}

function sizeOf({ length }: string): string {
  return `${formatNumber(length)} characters`;
}

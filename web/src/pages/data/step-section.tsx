/** One step: rows in and out by reason and source, what it measured, histograms, and its files to look through. */
import type { DataReason, DataStep } from '../../../../src/view/api/data.ts';
import { formatNumber } from '../../format.ts';
import { type Column, Table } from '../../parts/table.tsx';
import { linkTo } from '../../route.ts';
import { Histogram } from './histogram.tsx';

/** More columns than these are summed up. */
const mostSources = 8;

export function StepSection({
  run,
  step,
  isAlone,
}: {
  readonly run: string;
  readonly step: DataStep;
  readonly isAlone: boolean;
}) {
  const { name, trouble, came, kept, reasons, figures, histograms, parts, matches } = step;
  return (
    <section class="data-section" id={`step-${name}`}>
      {!isAlone && <p class="eyebrow">{name}</p>}
      <h2>{step.step}</h2>
      {trouble !== null && <p class="data-trouble">{trouble}</p>}
      {trouble === null && (
        <p class="data-lede">
          {formatNumber(came)} rows came in, {formatNumber(kept)} went on
          {came > kept && <>, {formatNumber(came - kept)} left</>}.
        </p>
      )}
      <ul class="data-parts">
        {parts
          .filter(({ rows }) => rows !== 0)
          .map((part) => (
            <li key={part.name}>
              <a href={linkTo('data', run, part.name)}>{part.title}</a>
              <span class="quiet">{part.rows === null ? 'many' : formatNumber(part.rows)}</span>
            </li>
          ))}
        {matches !== null && matches > 0 && (
          <li>
            <a href={linkTo('data', run, 'matches', name)}>matches side by side</a>
            <span class="quiet">{formatNumber(matches)}</span>
          </li>
        )}
      </ul>
      {reasons.length > 0 && (
        <Table
          caption={`Reasons for which rows left in ${name}`}
          columns={columnsOf(run, step)}
          rows={reasons}
          rowKey={({ reason }) => reason}
        />
      )}
      {reasons.length === 0 && step.sources.length > 1 && <Sources step={step} />}
      {figures.length > 0 && (
        <dl class="data-figures">
          {figures.map(({ name: figure, value, note }) => (
            <div key={figure}>
              <dt>{figure}</dt>
              <dd>
                {value}
                {note !== '' && <span class="data-detail">{note}</span>}
              </dd>
            </div>
          ))}
        </dl>
      )}
      {histograms.length > 0 && (
        <div class="data-histograms">
          {histograms.map((histogram) => (
            <Histogram key={histogram.title} histogram={histogram} />
          ))}
        </div>
      )}
      {trouble === null && <Settings step={step} />}
    </section>
  );
}

function columnsOf(run: string, { name, sources, reasons }: DataStep): Column<DataReason>[] {
  const isApplied = reasons.some(({ appliesTo }) => appliesTo !== null);
  const shown = sources.length > 1 && sources.length <= mostSources ? sources : [];
  return [
    {
      id: 'reason',
      title: 'Reason',
      by: ({ reason }) => reason,
      cell: ({ reason, title, rows }) => (
        <div class="data-reason">
          {rows > 0 ? (
            <a href={`${linkTo('data', run, `${name}.dropped`)}?reason=${reason}`}>{reason}</a>
          ) : (
            <span>{reason}</span>
          )}
          <span class="data-detail">{title}</span>
        </div>
      ),
    },
    {
      id: 'rows',
      title: 'Rows',
      isNumber: true,
      by: ({ rows }) => -rows,
      cell: ({ rows }) => formatNumber(rows),
    },
    ...shown.map(
      (source, index): Column<DataReason> => ({
        id: `source ${source}`,
        title: source,
        isNumber: true,
        isMinor: true,
        by: ({ bySource }) => -(bySource[index] ?? 0),
        cell: ({ bySource }) =>
          bySource[index] === 0 ? <span class="quiet">·</span> : formatNumber(bySource[index]),
      }),
    ),
    ...(isApplied
      ? [
          {
            id: 'applies',
            title: 'Applies to',
            isNumber: true,
            isMinor: true,
            by: ({ appliesTo }: DataReason) => -(appliesTo ?? 0),
            cell: ({ appliesTo }: DataReason) => formatNumber(appliesTo),
          },
        ]
      : []),
  ];
}

function Sources({ step: { sources, keptBySource } }: { readonly step: DataStep }) {
  return (
    <ul class="data-parts">
      {sources.map((source, index) => (
        <li key={source}>
          {source} <span class="quiet">{formatNumber(keptBySource[index])}</span>
        </li>
      ))}
    </ul>
  );
}

function Settings({ step: { settings, inputs } }: { readonly step: DataStep }) {
  return (
    <details class="data-settings">
      <summary>Settings and inputs</summary>
      {inputs.map(({ path, sha256 }) => (
        <p key={sha256} class="data-detail">
          {path}, SHA-256 {sha256.slice(0, 16)}…
        </p>
      ))}
      <pre tabIndex={0}>{settings}</pre>
    </details>
  );
}

/** One data set: the way of its rows through the steps, what each step took and measured, and the card. */
import { useState } from 'preact/hooks';
import type { DataPart, DataSteps } from '../../../../src/view/api/data.ts';
import { formatNumber } from '../../format.ts';
import { Empty } from '../../parts/empty.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Markup } from '../../parts/markup.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useResource } from '../../resource.ts';
import { linkTo } from '../../route.ts';
import type { PageProps } from '../pages.ts';
import { Funnel } from './funnel.tsx';
import { StepSection } from './step-section.tsx';
import './data.css';

export function DataPage({ names }: PageProps) {
  const { run = '' } = names;
  const { value, error, again } = useResource('data/:run/steps.json', { run });
  if (value === undefined) {
    if (error === undefined) return <Loading what="Reading the steps" />;
    return (
      <Problem
        title="This data set could not be read"
        text={error}
        way={{ text: 'All data sets', address: '#/data' }}
        again={again}
      />
    );
  }
  const [first, last] = [value.funnel[0], value.funnel.at(-1)];
  return (
    <>
      <p class="eyebrow">
        <a href="#/data">Data</a> ·{' '}
        {value.steps.map(({ step }) => step).join(' → ') || 'files of a training run'}
      </p>
      <h1>{value.path === '.' ? 'This data set' : value.path}</h1>
      {first !== undefined && last !== undefined && value.kind === 'curation' && (
        <p class="data-lede">
          {formatNumber(last.left)} of {formatNumber(first.left)} rows are left.
        </p>
      )}
      {value.parts.length > 0 && <Parts run={run} parts={value.parts} />}
      {value.funnel.length > 1 && <Funnel run={run} funnel={value.funnel} />}
      {value.steps.map((step) => (
        <StepSection key={step.name} run={run} step={step} isAlone={value.steps.length === 1} />
      ))}
      {value.steps.length + value.parts.length === 0 && <NothingYet />}
      {value.hasCard && <Card data={value} />}
    </>
  );
}

function Parts({ run, parts }: { readonly run: string; readonly parts: readonly DataPart[] }) {
  return (
    <ul class="data-parts">
      {parts.map(({ name, title, rows }) => (
        <li key={name}>
          <a href={linkTo('data', run, name)}>{title}</a>
          <span class="quiet">{rows === null ? 'many rows' : `${formatNumber(rows)} rows`}</span>
        </li>
      ))}
    </ul>
  );
}

function Card({ data }: { readonly data: DataSteps }) {
  const [isOpen, setIsOpen] = useState(false);
  const { value, error } = useResource('data/:run/card.json', isOpen ? { run: data.run } : undefined);
  return (
    <details class="data-card" onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>Data card: sources, licences, steps</summary>
      {error !== undefined && <Problem title="There is no data card" text={error} />}
      {isOpen && value === undefined && error === undefined && <Loading />}
      {value !== undefined && <Markup of={value.html} class="prose data-card-text" />}
    </details>
  );
}

function NothingYet() {
  return (
    <Empty title="No step has begun">
      <p>The steps show up here as they finish.</p>
    </Empty>
  );
}

/** One step as a whole: its figures, how old its tokens were, and the way to its rollouts. */
import { useEffect, useRef } from 'preact/hooks';
import type { RunOverview } from '../../../../src/view/api/run.ts';
import { formatFigure, formatPercent } from '../../format.ts';
import { linkTo } from '../../route.ts';
import type { DrawnStage } from './figure-chart.tsx';
import { byImportance, figureWords } from './figure-words.ts';

export interface StepPanelProps {
  readonly overview: RunOverview;
  readonly own: DrawnStage;
  readonly step: number;
  readonly onStep: (step: number | undefined) => void;
}

export function StepPanel({ overview, own, step, onStep }: StepPanelProps) {
  const { columns, stage } = own;
  const place = (columns.step ?? []).indexOf(step);
  const valueAt = (name: string): number | null => columns[name]?.[place] ?? null;
  const last = (columns.step ?? []).length - 1;
  const lags = Object.keys(columns)
    .filter((name) => name.startsWith('lag/shares/'))
    .map((name) => ({ lag: Number(name.split('/').at(-1)), share: valueAt(name) ?? 0 }))
    .sort((a, b) => a.lag - b.lag);
  const figures = byImportance(
    Object.keys(columns).filter(
      (name) =>
        !/^(step$|share\/|lag\/shares|limit$|dropped$|cost\/endedAt)/.test(name) && valueAt(name) !== null,
    ),
  );
  const go = (by: number): void => onStep(columns.step?.[place + by] ?? step);
  const panel = useRef<HTMLElement>(null);
  useEffect(() => panel.current?.scrollIntoView({ block: 'nearest' }), [step]);
  return (
    <section class="run-step" aria-label={`Step ${step}`} ref={panel}>
      <div class="run-step-head">
        <h2>
          Step {step} of {stage.title.toLowerCase()}
        </h2>
        <button type="button" onClick={() => go(-1)} disabled={place <= 0}>
          Before
        </button>
        <button type="button" onClick={() => go(1)} disabled={place >= last}>
          Next
        </button>
        {stage.trains === 'policy' && (
          <a class="button" href={linkTo('runs', overview.id, 'rollouts', stage.id, step)}>
            Its rollouts
          </a>
        )}
        <button type="button" onClick={() => onStep(undefined)}>
          Close
        </button>
      </div>
      {lags.length > 0 && (
        <figure class="run-lags">
          <figcaption>
            <b>Age of its tokens</b> <span class="quiet">optimiser steps between sampling and training</span>
          </figcaption>
          <ul>
            {lags.map(({ lag, share }) => (
              <li key={lag}>
                <span>{lag === 0 ? 'this step' : lag === 1 ? '1 step' : `${lag} steps`}</span>
                <span class="run-lag-bar" style={{ width: `${Math.max(0.5, 100 * share)}%` }} />
                <span class="number">{formatPercent(share, share > 0 && share < 0.01 ? 1 : 0)}</span>
              </li>
            ))}
          </ul>
        </figure>
      )}
      <dl class="run-step-figures">
        {figures.map((name) => (
          <div key={name}>
            <dt>{figureWords(name)}</dt>
            <dd>{formatFigure(valueAt(name))}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

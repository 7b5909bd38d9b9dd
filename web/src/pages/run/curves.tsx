/** The curves of a stage: what changed and why, then charts that zoom together, smoothed and laid over another run. */
import { useMemo, useState } from 'preact/hooks';
import type { RunOverview, RunStage } from '../../../../src/view/api/run.ts';
import { Empty } from '../../parts/empty.tsx';
import { ChoiceField, Fields } from '../../parts/field.tsx';
import { Loading } from '../../parts/loading.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useResource } from '../../resource.ts';
import { setQuery } from '../../route.ts';
import { chosenStage } from './chosen-stage.ts';
import { type Axis, axes, axisOf } from './curve-lines.ts';
import { derived } from './derived.ts';
import { type DrawnStage, FigureChart, hasFigure, type View } from './figure-chart.tsx';
import { policyFigures, supervisedFigures } from './figures.ts';
import { OtherRun } from './other-run.tsx';
import { StepPanel } from './step-panel.tsx';
import { useSteps } from './steps.ts';
import { Story } from './story.tsx';

const windows = [
  { value: '1', text: 'none' },
  { value: '5', text: '5 steps' },
  { value: '15', text: '15 steps' },
  { value: '51', text: '51 steps' },
];

export function Curves({
  overview,
  query,
}: {
  readonly overview: RunOverview;
  readonly query: URLSearchParams;
}) {
  const stage = chosenStage(overview, query.get('stage'));
  const { columns, error } = useSteps(overview.id, stage?.id, stage?.pages ?? 0, stage?.done ?? 0);
  if (stage === undefined) {
    return (
      <Empty title="No step has been made yet">
        <p>Curves appear with the first optimiser step. {overview.health.doing}</p>
      </Empty>
    );
  }
  if (error !== undefined) return <Problem title="The steps could not be read" text={error} />;
  if (columns === undefined) return <Loading what="Reading steps" />;
  const own = { name: overview.name, stage, columns };
  return <Drawn key={stage.id} overview={overview} own={own} query={query} />;
}

interface DrawnProps {
  readonly overview: RunOverview;
  readonly own: DrawnStage;
  readonly query: URLSearchParams;
}

function Drawn({ overview, own: read, query }: DrawnProps) {
  const { stage } = read;
  const own = useMemo(() => ({ ...read, columns: derived(read.columns, stage) }), [read.columns, stage.done]);
  const other = useOther(query.get('over'), overview.id, stage.id);
  const [zoom, setZoom] = useState(0);
  const [step, setStep] = useState<number | undefined>();
  const axis = axes.find(({ value }) => value === query.get('along'))?.value ?? 'step';
  const window = Number(query.get('smooth') ?? (stage.done > 150 ? 15 : 5));
  const view: View = useMemo(() => ({ axis, window }), [axis, window]);
  const groups = stage.trains === 'policy' ? policyFigures : supervisedFigures;
  return (
    <>
      <p class="run-what">{stage.what}</p>
      <Story overview={overview} own={own} />
      <Fields>
        <ChoiceField
          label="Smoothing"
          value={String(window)}
          choices={windows}
          onValue={(smooth) => setQuery({ smooth })}
        />
        <ChoiceField
          label="Drawn over"
          value={axis}
          choices={axes}
          onValue={(along) => setQuery({ along })}
        />
        <OtherRun
          label="Laid over it"
          run={overview.id}
          value={query.get('over') ?? ''}
          first={otherStages(overview, stage)}
          onValue={(over) => setQuery({ over })}
        />
        <button type="button" onClick={() => setZoom(zoom + 1)}>
          Whole range
        </button>
      </Fields>
      <p class="run-hint">
        Drag in a chart to zoom; all charts follow. Click a step to see it as a whole.
        {other.note !== undefined && ` ${other.note}`}
      </p>
      {step !== undefined && <StepPanel overview={overview} own={own} step={step} onStep={setStep} />}
      <div key={`${zoom}/${axis}`}>
        {groups.map(({ id, title, figures }) => {
          const shown = figures.filter((figure) => hasFigure(figure, own));
          if (shown.length === 0) return null;
          return (
            <section key={id} class="run-figures" aria-label={title}>
              <h2>{title}</h2>
              <div class="run-charts">
                {shown.map((figure) => (
                  <FigureChart
                    key={figure.id}
                    figure={figure}
                    own={own}
                    other={other.drawn}
                    view={view}
                    onPick={(x) => setStep(stepAt(own, axis, x))}
                  />
                ))}
              </div>
            </section>
          );
        })}
      </div>
    </>
  );
}

/** The step that lies at a place of the axis. */
function stepAt({ columns }: DrawnStage, axis: Axis, x: number): number | undefined {
  const places = axisOf(columns, axis);
  const place = places.reduce(
    (best, at, i) => (Math.abs(at - x) < Math.abs((places[best] ?? 0) - x) ? i : best),
    0,
  );
  return columns.step?.[place] ?? undefined;
}

/** Stages of this run that can be laid over one of the same kind, as `@` and the id. */
function otherStages({ stages }: RunOverview, { id, trains }: RunStage) {
  return stages
    .filter((stage) => stage.id !== id && stage.trains === trains && stage.pages > 0)
    .map((stage) => ({ value: `@${stage.id}`, text: `${stage.title.toLowerCase()} of this run` }));
}

interface Other {
  readonly drawn: DrawnStage | undefined;
  /** Why there is none though one was asked for. */
  readonly note?: string;
}

/** The same stage of another run, or another stage of this one. */
function useOther(over: string | null, own: string, ownStage: string): Other {
  const isOwn = over?.startsWith('@') === true;
  const run = isOwn ? own : (over ?? '');
  const stageId = isOwn ? over.slice(1) : ownStage;
  const { value, error } = useResource('runs/:run/overview.json', run === '' ? undefined : { run });
  const stage = value?.stages.find(({ id, pages }) => id === stageId && pages > 0);
  const { columns } = useSteps(
    run,
    stage === undefined ? undefined : stageId,
    stage?.pages ?? 0,
    stage?.done ?? 0,
  );
  const name = isOwn ? stageId : (value?.path ?? '');
  const drawn = useMemo(
    () =>
      stage === undefined || columns === undefined
        ? undefined
        : { name, stage, columns: derived(columns, stage) },
    [columns, stage?.done, name],
  );
  if (run === '') return { drawn: undefined };
  if (error !== undefined) return { drawn, note: `What was to be laid over it could not be read: ${error}` };
  if (value !== undefined && stage === undefined)
    return { drawn, note: `${value.path} has no steps of this stage.` };
  return { drawn };
}

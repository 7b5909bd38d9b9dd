/** One figure as a chart: of this run, and of another one that is laid over it. */
import type { RunStage } from '../../../../src/view/api/run.ts';
import { Chart } from '../../parts/chart.tsx';
import { type Axis, axes, axisOf, type Columns, type Curve, onOneAxis, smoothed } from './curve-lines.ts';
import { before } from './derived.ts';
import type { Figure, FigureLine } from './figures.ts';

/** A stage of a run with its columns. */
export interface DrawnStage {
  readonly name: string;
  readonly stage: RunStage;
  readonly columns: Columns;
}

export interface View {
  readonly axis: Axis;
  /** Steps that are averaged. */
  readonly window: number;
}

export interface FigureChartProps {
  readonly figure: Figure;
  readonly own: DrawnStage;
  readonly other: DrawnStage | undefined;
  readonly view: View;
  readonly onPick: (x: number) => void;
}

/** Whether the run has measured anything of it. */
export function hasFigure({ lines }: Figure, { columns, stage }: DrawnStage): boolean {
  return lines.some(
    ({ column }) =>
      column !== 'limit' &&
      ((columns[column] ?? []).some((value) => value !== null) || before(stage, column) !== null),
  );
}

export function FigureChart({ figure, own, other, view, onPick }: FigureChartProps) {
  const { title, unit, note, range, isStacked } = figure;
  const axis = axes.find(({ value }) => value === view.axis);
  const curves = [
    ...curvesOf(figure, own, view, false),
    ...(other === undefined ? [] : curvesOf(figure, other, view, true)),
  ];
  const { x, lines } = onOneAxis(curves);
  return (
    <Chart
      {...{ title, unit, note, x, lines }}
      xLabel={axis?.label ?? ''}
      group={`run-${view.axis}`}
      {...(range === undefined ? {} : { range })}
      {...(isStacked === true && other === undefined ? { isStacked } : {})}
      onPick={onPick}
    />
  );
}

function curvesOf(figure: Figure, drawn: DrawnStage, view: View, isOther: boolean): Curve[] {
  const at = axisOf(drawn.columns, view.axis);
  const shown = figure.lines.filter(
    ({ column }) => drawn.columns[column] !== undefined || before(drawn.stage, column) !== null,
  );
  // Of another run only what matters most: two runs with all their lines are a tangle.
  const lines = isOther
    ? shown.slice(0, 1)
    : shown.filter((line, index) => index === 0 || !isSame(drawn, line, shown[0]));
  return lines.flatMap((line, index) =>
    curveOf(figure, drawn, { view, line, at, isOther, isFirst: index === 0 }),
  );
}

interface Place {
  readonly view: View;
  readonly line: FigureLine;
  readonly at: readonly number[];
  readonly isOther: boolean;
  readonly isFirst: boolean;
}

function curveOf(figure: Figure, drawn: DrawnStage, { view, line, at, isOther, isFirst }: Place): Curve[] {
  const { column, label, colour = drawn.stage.id, times = 1 } = line;
  const own = isOther ? 'other' : stageColour(colour);
  const read = (name: string) =>
    (drawn.columns[name] ?? at.map(() => null)).map((value) => (value === null ? null : value * times));
  const name = isOther ? `${label}, ${drawn.name}` : label;
  if (figure.isSparse === true) {
    const first = before(drawn.stage, column);
    const places = read(column).flatMap((value, place) => (value === null ? [] : [place]));
    const pick = (from: string): (number | null)[] => {
      const values = read(from);
      const start = before(drawn.stage, from);
      return [
        ...(first === null ? [] : [start === null ? null : start * times]),
        ...places.map((place) => values[place] ?? null),
      ];
    };
    const sparse = [...(first === null ? [] : [0]), ...places.map((place) => at[place] ?? 0)];
    const band =
      isFirst && figure.band !== undefined ? { low: pick(figure.band[0]), high: pick(figure.band[1]) } : {};
    return [
      {
        label: name,
        colour: own,
        at: sparse,
        values: pick(column),
        isDashed: isOther,
        hasPoints: true,
        ...band,
      },
    ];
  }
  const values = read(column);
  const isDashed = isOther || column === 'limit';
  const line0 = { label: name, colour: own, at, isDashed };
  if (view.window <= 1 || column === 'limit' || figure.isStacked === true)
    return [{ ...line0, values: figure.isStacked === true ? smoothed(values, view.window) : values }];
  return [
    ...(isOther ? [] : [{ ...line0, label: `${name}, each step`, values, isFaint: true }]),
    { ...line0, values: smoothed(values, view.window) },
  ];
}

function stageColour(colour: string): string {
  return colour === 'pretrain' ? 'base' : colour;
}

/** A line that lies on the first one all the way says nothing: where nothing is sampled, a step is its training. */
function isSame({ columns }: DrawnStage, { column }: FigureLine, first: FigureLine | undefined): boolean {
  const [values, others] = [columns[column], columns[first?.column ?? '']];
  return others !== undefined && values?.every((value, place) => value === others[place]) === true;
}

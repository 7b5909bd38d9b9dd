/**
 * Pictures of a calibration as standing SVG for its page: errors beside those of graders that read nothing, the grid of
 * people's grades against the judge's, and where a judge is too generous. Colours are the page's variables, so that one
 * drawing serves light, dark and paper.
 */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { html, type Markup, trusted } from '../../prove/html.ts';
import type { ClusterEstimate } from '../../stats/cluster-bootstrap.ts';
import { nearest } from './agreement-figures.ts';
import { attackKindNames } from './attack-texts.ts';
import type { BiasPart } from './bias.ts';
import type { ArmResult, SetCalibration } from './calibrate-set.ts';
import type { InjectionScore } from './injection-score.ts';

const { document } = parseHTML('<!doctype html><html><body></body></html>');
const accent = 'var(--link)';
const soft = 'var(--soft)';

interface Estimated {
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

function estimated(name: string, figure: ClusterEstimate | undefined): Estimated[] {
  if (figure === undefined) return [];
  const { estimate, interval } = figure;
  return [{ name, value: estimate, low: interval?.low ?? estimate, high: interval?.high ?? estimate }];
}

/** Advantage errors (absolute ones where there are none) of judges and of graders that read nothing. */
export function errorPicture({ arms, baselines }: SetCalibration): Markup {
  const hasAdvantages = arms.some(({ agreement }) => agreement.figures.advantageError !== undefined);
  const figure = hasAdvantages ? 'advantageError' : 'meanAbsolute';
  const judges = arms.flatMap(({ label, agreement }) => estimated(label, agreement.figures[figure]));
  const blind = baselines.flatMap(({ name, agreement }) => estimated(name, agreement.figures[figure]));
  const rows = [...judges.toSorted((a, b) => a.value - b.value), ...blind];
  const what = hasAdvantages ? 'advantage error' : 'absolute error';
  return drawn(`${what} of ${rows.map(({ name, value }) => `${name} ${value.toFixed(2)}`).join(', ')}`, {
    ...{ width: 760, height: 56 + 24 * rows.length, marginLeft: 300, marginBottom: 38 },
    x: { label: `${what}, points of 7 (less is better)`, ...axis, zero: true, grid: true },
    y: { domain: rows.map(({ name }) => name), label: null, tickFormat: (name: string) => short(name, 44) },
    marks: [
      Plot.ruleY(rows, {
        y: 'name',
        x1: 'low',
        x2: 'high',
        stroke: (row: Estimated) => colour(row, blind),
        strokeWidth: 2,
      }),
      Plot.dot(rows, { x: 'value', y: 'name', r: 4, fill: (row: Estimated) => colour(row, blind) }),
    ],
  });
}

function colour(row: Estimated, blind: readonly Estimated[]): string {
  return blind.includes(row) ? soft : accent;
}

/** Of each human grade, how often the judge gave what; the darker, the larger the share of the row. */
export function gridPicture({ set }: SetCalibration, { label, gradings }: ArmResult): Markup {
  const counts = new Map<string, number>();
  const ofRow = new Map<string, number>();
  const isLabels = set.threshold !== undefined;
  for (const { proof, row } of gradings) {
    if (row?.points == null) continue;
    const people = isLabels ? (proof.reference > 0 ? 'right' : 'wrong') : `${nearest(proof.reference)}`;
    const key = `${people} ${nearest(row.points)}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
    ofRow.set(people, (ofRow.get(people) ?? 0) + 1);
  }
  const grades = ['0', '1', '2', '3', '4', '5', '6', '7'];
  const rows = isLabels ? ['right', 'wrong'] : grades.toReversed();
  const cells = [...counts].map(([key, count]) => {
    const [people = '', judge = ''] = key.split(' ');
    return { people, judge, count, share: count / (ofRow.get(people) ?? 1) };
  });
  return drawn(
    `people’s grades against those of ${label}: ${cells.map(({ people, judge, count }) => `${people} to ${judge} ${count}`).join(', ')}`,
    {
      ...{
        width: 360,
        height: isLabels ? 150 : 330,
        marginLeft: isLabels ? 52 : 40,
        marginBottom: 40,
        padding: 0.04,
      },
      x: { domain: grades, label: 'judge', ...axis, type: 'band' },
      y: { domain: rows, label: 'people', type: 'band' },
      marks: [
        Plot.cell(
          rows.flatMap((people) => grades.map((judge) => ({ people, judge }))),
          { x: 'judge', y: 'people', fill: 'var(--wash)' },
        ),
        Plot.cell(cells, {
          x: 'judge',
          y: 'people',
          fill: accent,
          fillOpacity: (cell: { share: number }) => 0.08 + 0.92 * cell.share,
        }),
        Plot.text(cells, {
          ...{ x: 'judge', y: 'people', text: (cell: { count: number }) => `${cell.count}`, fontSize: 11 },
          fill: (cell: { share: number }) => (cell.share > 0.5 ? 'var(--paper)' : 'currentColor'),
        }),
      ],
    },
  );
}

/** Judge minus people by the length of the proof: each grading faint, quarters with their intervals. */
export function lengthPicture({ set }: SetCalibration, { label, gradings, bias }: ArmResult): Markup {
  const dots = gradings.flatMap(({ proof, row }, index) =>
    row?.points == null || proof.proof === undefined
      ? []
      : [{ length: proof.proof.length, error: row.points - proof.reference + spread(index) }],
  );
  const parts = bias.byLength.flatMap((part) => estimatedAt(part));
  return drawn(
    `judge minus people by length, ${label}: ${parts.map(({ name, value }) => `${name} ${value.toFixed(2)}`).join(', ')}`,
    {
      ...{ width: 420, height: 300, marginBottom: 40, marginLeft: 40 },
      x: { type: 'log', label: 'characters of the proof', ...axis, ticks: 5, tickFormat: '~s' },
      y: { domain: [-7.4, 7.4], ticks: 7, label: 'judge minus people, points', grid: true },
      marks: [
        Plot.ruleY([0], { stroke: soft, strokeDasharray: '4 3' }),
        ...(set.threshold === undefined
          ? [Plot.dot(dots, { x: 'length', y: 'error', r: 1.8, fill: soft, fillOpacity: 0.45 })]
          : [Plot.dot(dots, { x: 'length', y: 'error', r: 0 })]),
        Plot.ruleX(parts, { x: 'at', y1: 'low', y2: 'high', stroke: accent, strokeWidth: 2.5 }),
        Plot.line(parts, { x: 'at', y: 'value', stroke: accent, strokeOpacity: 0.5 }),
        Plot.dot(parts, { x: 'at', y: 'value', r: 4.5, fill: accent }),
      ],
    },
  );
}

/** Dots of the same whole points lie on a band and not on each other. */
function spread(index: number): number {
  return ((index * 0.618034) % 1) * 0.5 - 0.25;
}

function estimatedAt({ name, bias }: BiasPart): (Estimated & { readonly at: number })[] {
  const [from = 1, to = 1] = [...name.matchAll(/\d+/g)].map(Number);
  return estimated(name, bias).map((one) => ({ ...one, at: Math.sqrt(Math.max(1, from) * Math.max(1, to)) }));
}

/** Rise of the grade by kind of attack, and of the control. */
export function attackPicture({ byKind, controlRise }: InjectionScore): Markup {
  const rows = [
    ...attackKindNames.flatMap((kind) => estimated(kind, byKind[kind])),
    ...estimated('control', controlRise),
  ];
  // Points that are all 0 must not fill the picture.
  const extent = [Math.min(-1, ...rows.map(({ low }) => low)), Math.max(1, ...rows.map(({ high }) => high))];
  return drawn(`rise by attack: ${rows.map(({ name, value }) => `${name} ${value.toFixed(2)}`).join(', ')}`, {
    ...{ width: 420, height: 60 + 22 * rows.length, marginLeft: 80, marginBottom: 38 },
    x: { domain: extent, label: 'rise of the grade, points', ...axis, grid: true },
    y: { domain: rows.map(({ name }) => name), label: null },
    marks: [
      Plot.ruleX([0], { stroke: soft, strokeDasharray: '4 3' }),
      Plot.ruleY(rows, { y: 'name', x1: 'low', x2: 'high', stroke: kindColour, strokeWidth: 2 }),
      Plot.dot(rows, { x: 'value', y: 'name', r: 4, fill: kindColour }),
    ],
  });
}

function kindColour({ name }: Estimated): string {
  return name === 'control' ? soft : accent;
}

const axis = { labelAnchor: 'center', labelArrow: 'none' } as const;

function short(text: string, most: number): string {
  return text.length <= most ? text : `…${text.slice(1 - most)}`;
}

function drawn(summary: string, options: Plot.PlotOptions): Markup {
  const svg = Plot.plot({
    document: document as unknown as NonNullable<Plot.PlotOptions['document']>,
    ...options,
    style: { background: 'none', color: 'currentColor', fontSize: '12px', overflow: 'visible' },
    className: 'plot',
  }).outerHTML;
  return html`<svg role="img" aria-label="${summary}" ${trusted(svg.replace('<svg ', ''))}`;
}

/**
 * The figures that a study asks for: lines of its arms, as means over the seeds, against steps, tokens or turns. A band is
 * the least and the most of the seeds: how far training anew moves a line.
 */
import * as Plot from '@observablehq/plot';
import { z } from 'zod';
import type { Markup } from '../../prove/html.ts';
import { mean } from '../../stats/moments.ts';
import { label } from '../report/effects.ts';
import { figure } from '../report/figure.ts';
import { decimal } from '../report/format.ts';
import { checkpointColour } from '../report/palette.ts';
import { type CheckpointName, checkpointNames, type RlPoint } from '../report/report-input.ts';
import { movingAverage, thin, trendWindow } from '../report/series.ts';
import { pointFigures } from '../sweep/point-figures.ts';
import type { ArmResult } from '../sweep/read-arm.ts';
import { type MeasureName, measureNames, valuesOf } from './reading.ts';

const courses = ['held-out', 'reward', 'length', 'overflow', 'without-success'] as const;

const lineSchema = z.string().transform((text, context) => {
  const [arm = '', name, ...more] = text.split('/');
  const checkpoint = checkpointNames.find((one) => one === name);
  if (checkpoint !== undefined && more.length === 0) return { arm, checkpoint };
  context.addIssue({ code: 'custom', message: `${JSON.stringify(text)}: ARM/CHECKPOINT is expected` });
  return z.NEVER;
});

export const studyFigureSchema = z.strictObject({
  title: z.string().min(1),
  /** A course of the training, or the score of the Reasoning Cache by `turns`. */
  of: z.enum([...courses, 'turns']),
  /** Horizontal axis of a course. */
  by: z.enum(['steps', 'attempts', 'trained-tokens']).default('steps'),
  measure: z.enum(measureNames).default('score'),
  lines: z.array(lineSchema).min(1).max(6),
  note: z.string().optional(),
});
export type StudyFigure = z.infer<typeof studyFigureSchema>;

interface Point {
  readonly x: number;
  readonly y: number;
}
interface LinePoint extends Point {
  readonly low: number;
  readonly high: number;
}

const subtitles: Readonly<Record<StudyFigure['of'], string>> = {
  'held-out': 'score on held-out problems, percent of full marks, single turn',
  reward: 'reward of training attempts, percent of full marks, trend',
  length: 'tokens of training attempts, trend',
  overflow: 'percent of training attempts cut at their limit, trend',
  'without-success': 'percent of groups in which no attempt got anything, trend',
  turns: 'percent of full marks',
};
const axes = {
  steps: 'optimiser steps',
  attempts: 'attempts',
  'trained-tokens': 'tokens trained on',
} as const;

/** The drawing; undefined where no arm has what it shows. */
export function drawStudyFigure(wanted: StudyFigure, results: readonly ArmResult[]): Markup | undefined {
  const colours = coloursOf(wanted.lines);
  const lines = wanted.lines.flatMap(({ arm, checkpoint }, i) => {
    const runs = results.filter((run) => run.arm.label === arm);
    const points =
      wanted.of === 'turns' ? turnPoints(runs, checkpoint, wanted) : course(runs, checkpoint, wanted);
    const name = `${label(checkpoint)}${wanted.lines.every((one) => one.arm === arm) ? '' : `, ${arm}`}`;
    return points.length === 0 ? [] : [{ name, colour: colours[i] ?? 'var(--ink)', points }];
  });
  if (lines.length === 0) return undefined;
  const xs = lines.flatMap(({ points }) => points.map(({ x }) => x));
  const isTurns = wanted.of === 'turns';
  const ends = lines.map(({ name, points }) => `${name} ends at ${decimal(points.at(-1)?.y ?? 0)}`);
  return figure({
    title: wanted.title,
    subtitle: isTurns && wanted.measure !== 'score' ? wanted.measure : subtitles[wanted.of],
    summary: `${wanted.title}: ${ends.join('; ')}.`,
    legend: lines.map(({ name, colour }) => ({ label: name, colour })),
    ...(wanted.note === undefined ? {} : { note: wanted.note }),
    height: 240,
    leastExtent: 10,
    plot: {
      x: isTurns
        ? { label: 'turn of the Reasoning Cache', ticks: [...new Set(xs)], tickFormat: 'd' }
        : {
            label: axes[wanted.by],
            ticks: 5,
            zero: true,
            ...(wanted.by === 'steps' ? {} : { tickFormat: '~s' }),
          },
      y: { zero: true },
      marks: lines.flatMap(({ colour, points }) => [
        Plot.areaY(points, { x: 'x', y1: 'low', y2: 'high', fill: colour, fillOpacity: 0.15 }),
        Plot.lineY(points, { x: 'x', y: 'y', stroke: colour, strokeWidth: 2 }),
        ...(isTurns || wanted.of === 'held-out'
          ? [Plot.dot(points, { x: 'x', y: 'y', fill: colour, r: 2.5 })]
          : []),
      ]),
    },
  });
}

/** A checkpoint's own colour, where no other line has it; else whichever is left. */
function coloursOf(lines: StudyFigure['lines']): string[] {
  const all = Object.values(checkpointColour);
  const taken = new Set<string>();
  return lines.map(({ checkpoint }) => {
    const own = checkpointColour[checkpoint];
    const colour = taken.has(own) ? (all.find((one) => !taken.has(one)) ?? 'var(--ink)') : own;
    taken.add(colour);
    return colour;
  });
}

/** By turn, the mean over problems of each seed. */
function turnPoints(
  runs: readonly ArmResult[],
  checkpoint: CheckpointName,
  { measure }: { readonly measure: MeasureName },
): LinePoint[] {
  const turns = new Set(
    runs.flatMap(({ input }) =>
      input.evaluations.flatMap((one) => (one.checkpoint === checkpoint ? (one.turn ?? []) : [])),
    ),
  );
  return overSeeds(
    runs.map((run) =>
      [...turns]
        .toSorted((a, b) => a - b)
        .flatMap((turn): Point[] => {
          const reading = { arm: run.arm.label, checkpoint, where: { kind: 'cache', turn } } as const;
          const values = [...valuesOf([run], reading, measure).values()];
          return values.length === 0 ? [] : [{ x: turn, y: mean(values.map((own) => mean(own))) }];
        }),
    ),
  );
}

const figuresOf: Readonly<Record<(typeof courses)[number], (point: RlPoint) => number | undefined>> = {
  'held-out': pointFigures.heldOut,
  reward: pointFigures.reward,
  length: pointFigures.length,
  overflow: pointFigures.overflow,
  'without-success': pointFigures.withoutSuccess,
};

function course(
  runs: readonly ArmResult[],
  checkpoint: CheckpointName,
  { of, by }: Pick<StudyFigure, 'of' | 'by'>,
): LinePoint[] {
  if (of === 'turns') return [];
  return overSeeds(
    runs.map(({ arm, input }) => {
      const curve = input.rl.find((one) => one.checkpoint === checkpoint);
      const settings = checkpoint === 'rl' || checkpoint === 'rc' ? arm.loaded.recipe[checkpoint] : undefined;
      const perStep = (settings?.problemsPerStep ?? 0) * (settings?.groupSize ?? 0);
      let tokens = 0;
      const before =
        of === 'held-out' && curve?.before !== undefined ? [{ x: 0, y: 100 * curve.before.score }] : [];
      const after = (curve?.points ?? []).flatMap((point): Point[] => {
        tokens += point.tokens;
        const y = figuresOf[of](point);
        const x = { steps: point.step, attempts: perStep * point.step, 'trained-tokens': tokens }[by];
        return y === undefined ? [] : [{ x, y }];
      });
      return of === 'held-out' ? [...before, ...after] : smoothed(after);
    }),
  );
}

function smoothed(points: readonly Point[]): Point[] {
  const trend = movingAverage(
    points.map(({ y }) => y),
    trendWindow(points.length),
  );
  return [...thin(points.map(({ x }, i) => ({ x, y: trend[i] ?? 0 })))];
}

/** Points of the same place in the order, as far as all seeds have them. */
function overSeeds(lines: readonly (readonly Point[])[]): LinePoint[] {
  const drawn = lines.filter((points) => points.length > 0);
  const length = Math.min(...drawn.map((points) => points.length), Number.MAX_SAFE_INTEGER);
  if (drawn.length === 0) return [];
  return Array.from({ length }, (_, i) => {
    const own = drawn.flatMap((points) => points[i] ?? []);
    const ys = own.map(({ y }) => y);
    return {
      x: mean(own.map(({ x }) => x)),
      y: mean(ys),
      low: Math.min(...ys),
      high: Math.max(...ys),
    };
  });
}

/** The tables of a calibration of judges, made anew of the figures in its `calibration.json`. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Table } from '../../bench/tables/table.ts';
import type { SetCalibration } from '../../curate/calibrate/calibrate-set.ts';
import { calibrationTables } from '../../curate/calibrate/calibration-tables.ts';
import type { CalibrationTables } from '../api/data.ts';
import { NotFoundError } from '../not-found-error.ts';
import type { Resource } from '../resource.ts';
import { driftAndInjectionsSchema, driftAndInjectionTables } from './drift-and-injections.ts';

const judgeSchema = z.looseObject({
  ...{ label: z.string(), spec: z.string(), judge: z.string() },
  ...{ style: z.string().nullable(), effort: z.string().nullable(), reference: z.boolean().nullable() },
  ...{ figures: z.looseObject({}), recall: z.looseObject({}), coverage: z.looseObject({}) },
  confusion: z.looseObject({ classes: z.array(z.string()), counts: z.array(z.array(z.number())) }),
  bias: z.looseObject({ byScore: z.array(z.unknown()), byLength: z.array(z.unknown()) }),
  cost: z.looseObject({ causes: z.array(z.tuple([z.string(), z.number()])), pending: z.number() }),
});
const fileSchema = driftAndInjectionsSchema.extend({
  sets: z.array(
    z.looseObject({
      set: z.looseObject({ name: z.string(), threshold: z.number().nullable(), notes: z.array(z.string()) }),
      repeats: z.number(),
      judges: z.array(judgeSchema),
      baselines: z.array(z.looseObject({ name: z.string(), figures: z.looseObject({}) })),
    }),
  ),
});

export const calibrationTablesPage: Resource<'calibrations/:run/tables.json'> = {
  async read(workplace, { run }): Promise<CalibrationTables> {
    const place = workplace.run(run);
    const { sets, drift, injections } = readCalibration(
      path.join(place.directory, 'calibration.json'),
      place.path,
    );
    return {
      path: place.path,
      sets: sets.map(({ set }) => set.name),
      tables: [...drift, ...calibrationTables(sets), ...injections].map(
        ({ title, columns, rows, notes }) => ({
          ...{ title, columns, notes },
          rows: rows.map((row) =>
            row.map((cell) => {
              if (cell === null || typeof cell === 'string') return cell;
              const known = Object.entries(cell).filter(([, value]) => value !== undefined);
              return { value: cell.value, digits: cell.digits, ...Object.fromEntries(known) };
            }),
          ),
        }),
      ),
    };
  },
  *instances(workplace) {
    for (const { id, kind } of workplace.runs()) if (kind === 'calibration') yield { run: id };
  },
};

interface ReadCalibration {
  readonly sets: readonly SetCalibration[];
  readonly drift: readonly Table[];
  readonly injections: readonly Table[];
}

/** Throws a NotFoundError where there is none, or one of another form. */
function readCalibration(file: string, shown: string): ReadCalibration {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new NotFoundError(
      `${shown} has no calibration.json that can be read; qed calibrate writes it when it ends`,
    );
  }
  const parsed = fileSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new NotFoundError(
      `calibration.json of ${shown} has another form: field ${issue?.path.join('.')}: ${issue?.message}`,
    );
  }
  // The figures are plain data and come back as they went; the texts of proofs, which no table needs, do not.
  const sets = parsed.data.sets.map(
    ({ set, judges, baselines, repeats, ...rest }) =>
      ({
        ...rest,
        repeats,
        set: { ...set, threshold: set.threshold ?? undefined, proofs: [] },
        arms: judges.map(({ grades: _, ...judge }) => {
          const { label, spec, name, judge: own, style, effort, reference, ...figures } = judge;
          const { skill, bias, stability, cost, ...agreement } = figures;
          return {
            ...{ label, agreement, skill, bias, stability, cost, gradings: [] },
            arm: {
              ...{ spec, name, judge: own, style: style ?? undefined },
              ...{ effort: effort ?? undefined, reference: reference ?? undefined },
            },
          };
        }),
        baselines: baselines.map(({ name, ...agreement }) => ({ name, agreement })),
      }) as unknown as SetCalibration,
  );
  return { sets, ...driftAndInjectionTables(parsed.data) };
}

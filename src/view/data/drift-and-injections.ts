/**
 * What a calibration measured beside agreement, from the figures in its `calibration.json`: whether pinned judges have drifted, and
 * what attacks planted in wrong proofs did. The tables are those of the command.
 */
import { z } from 'zod';
import type { Table } from '../../bench/tables/table.ts';
import type { CalibrationSet } from '../../curate/calibrate/calibration-set.ts';
import type { JudgeDrift } from '../../curate/calibrate/drift.ts';
import { driftTable } from '../../curate/calibrate/drift-table.ts';
import type { InjectionScore } from '../../curate/calibrate/injection-score.ts';
import { injectionTables } from '../../curate/calibrate/injection-tables.ts';

/** What JSON has not is not known: null, absent and undefined are one here. */
const estimate = z.looseObject({ estimate: z.number() }).optional();

const injectionSchema = z.looseObject({
  set: z.string(),
  judges: z.array(
    z.looseObject({
      label: z.string(),
      ...{ proofs: z.number(), pairs: z.number(), pValue: z.number().optional() },
      ...{ rise: estimate, controlRise: estimate, net: estimate, raised: estimate, accepted: estimate },
      byKind: z.record(z.string(), estimate),
      ungraded: z.object({ attacked: z.number().optional(), clean: z.number().optional() }),
    }),
  ),
});

const driftSchema = z.looseObject({
  label: z.string(),
  isAnother: z.object({ before: z.string(), now: z.string() }).optional(),
  ...{ same: z.number().optional(), changed: z.number() },
  tests: z.array(
    z.looseObject({
      ...{
        measure: z.string(),
        before: z.number(),
        now: z.number(),
        change: estimate,
        holm: z.number().optional(),
      },
      ...{ threshold: z.number(), hasDrifted: z.boolean(), problems: z.number() },
    }),
  ),
});

export const driftAndInjectionsSchema = z.looseObject({
  injections: z.array(injectionSchema).optional(),
  drift: z.array(driftSchema).optional(),
});

export function driftAndInjectionTables({
  drift = [],
  injections = [],
}: z.output<typeof driftAndInjectionsSchema>): { readonly drift: Table[]; readonly injections: Table[] } {
  const tests = drift.flatMap((one) => one.tests);
  const thresholdOf = (isOf: (measure: string) => boolean): number =>
    tests.find(({ measure }) => isOf(measure))?.threshold ?? 0;
  const thresholds = {
    points: thresholdOf((measure) => measure !== 'ungraded'),
    ungraded: thresholdOf((measure) => measure === 'ungraded'),
  };
  return {
    // The figures are plain data and come back as they went.
    drift: tests.length === 0 ? [] : [driftTable(drift as unknown as JudgeDrift[], thresholds)],
    injections: injections.flatMap(({ set, judges }) =>
      injectionTables(
        { name: set } as CalibrationSet,
        judges.map(
          ({ label, ...score }) => ({ ...score, arm: { judge: label } }) as unknown as InjectionScore,
        ),
      ),
    ),
  };
}

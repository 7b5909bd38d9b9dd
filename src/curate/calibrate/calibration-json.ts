/** A calibration as JSON: every figure with its interval, and each proof's grades by id, without any text of it. */
import type { Json } from '../../journal/journal.ts';
import { armLabel } from './arm.ts';
import type { SetCalibration } from './calibrate-set.ts';
import type { JudgeDrift } from './drift.ts';
import type { InjectionScore } from './injection-score.ts';

export interface CalibrationResult {
  readonly sets: readonly SetCalibration[];
  /** By set, where attacks were planted. */
  readonly injections: readonly {
    readonly set: SetCalibration['set'];
    readonly scores: readonly InjectionScore[];
  }[];
  /** Of a drift check. */
  readonly drift: readonly JudgeDrift[] | undefined;
}

export function calibrationJson({ sets, injections, drift }: CalibrationResult): Json {
  const plain = {
    sets: setsJson(sets),
    ...(injections.length === 0
      ? {}
      : {
          injections: injections.map(({ set, scores }) => ({
            set: set.name,
            judges: scores.map(({ arm, ...score }) => ({ label: armLabel(arm), spec: arm.spec, ...score })),
          })),
        }),
    ...(drift === undefined ? {} : { drift }),
  };
  // Figures that cannot be computed are absent.
  return JSON.parse(JSON.stringify(plain)) as Json;
}

function setsJson(results: readonly SetCalibration[]): unknown {
  return results.map(({ set, repeats, arms, baselines, comparison }) => ({
    set: {
      ...{ name: set.name, digest: set.digest, proofs: set.proofs.length, total: set.total },
      ...{ threshold: set.threshold ?? null, notes: set.notes },
    },
    repeats,
    judges: arms.map(({ arm, label, agreement, skill, bias, stability, cost, gradings }) => ({
      ...{ label, spec: arm.spec, name: arm.name, judge: arm.judge },
      ...{ style: arm.style ?? null, effort: arm.effort ?? null, reference: arm.reference ?? null },
      ...agreement,
      ...{ skill, bias, stability, cost },
      grades: [...Map.groupBy(gradings, ({ proof }) => proof)].map(([proof, own]) => ({
        proof: proof.id,
        people: proof.reference,
        points: own.map(({ row }) => row?.points ?? null),
      })),
    })),
    baselines: baselines.map(({ name, agreement }) => ({ name, ...agreement })),
    comparison,
  }));
}

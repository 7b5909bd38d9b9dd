/** A calibration as JSON: every figure with its interval, and each proof's grades by id, without any text of it. */
import type { Json } from '../../journal/journal.ts';
import type { SetCalibration } from './calibrate-set.ts';

export function calibrationJson(results: readonly SetCalibration[]): Json {
  const plain = results.map(({ set, repeats, arms, baselines, comparison }) => ({
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
  // Figures that cannot be computed are absent.
  return JSON.parse(JSON.stringify(plain)) as Json;
}

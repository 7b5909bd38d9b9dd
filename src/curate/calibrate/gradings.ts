/** What an arm made of a set: one entry for each proof and repeat, with people's grade beside it. */
import type { BenchRecords, GradeRow } from '../../bench/records.ts';
import type { JudgedProof } from '../../stats/agreement/judge-agreement.ts';
import { type CalibrationProof, type CalibrationSet, problemOf } from './calibration-set.ts';
import { type GradingTask, placeOf } from './run-calibration.ts';

export interface Grading {
  readonly proof: CalibrationProof;
  readonly repeat: number;
  /** Undefined where it has not been asked yet. */
  readonly row: GradeRow | undefined;
}

/** The proofs of a set as they are graded; ids tell sets of one run apart. */
export function tasksOf(set: CalibrationSet): GradingTask[] {
  return set.proofs.map((proof) => taskOf(set, proof));
}

export function taskOf(
  { digest }: Pick<CalibrationSet, 'digest'>,
  { id, problem, proof }: CalibrationProof,
): GradingTask {
  return { id: `${digest.slice(0, 8)}/${id}`, problem, proof };
}

export function gradingsOf(
  set: CalibrationSet,
  judge: string,
  repeats: number,
  records: BenchRecords,
): Grading[] {
  return tasksOf(set).flatMap((task, index) => {
    const proof = set.proofs[index];
    if (proof === undefined) return [];
    return Array.from({ length: repeats }, (_, repeat) => ({
      ...{ proof, repeat, row: records.grade(judge, placeOf(task, repeat)) },
    }));
  });
}

/** As the statistics take them. NULL-NOT-ZERO: what is not graded is null. */
export function judgedProofs(gradings: readonly Grading[]): JudgedProof[] {
  return gradings.map(({ proof, repeat, row }) => ({
    ...{ problem: problemOf(proof), repeat, reference: proof.reference },
    grade: row?.points ?? null,
  }));
}

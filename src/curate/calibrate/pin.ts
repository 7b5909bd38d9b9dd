/**
 * A pin: what judges gave to the proofs of a calibration, kept in a file, so that the same judge can be asked again later and
 * compared with itself. It has grades and digests and no text, so it may lie in a repository beside what it speaks of.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { BenchRecords } from '../../bench/records.ts';
import type { Arm } from './arm.ts';
import type { CalibrationSet } from './calibration-set.ts';
import { gradingsOf, taskOf } from './gradings.ts';
import { placeOf } from './run-calibration.ts';

export const pinForm = 'qed-calibration-pin';

export const pinSchema = z.object({
  form: z.literal(pinForm),
  /** With these the same proofs are chosen, and asked with the same seeds. */
  seed: z.int().nonnegative(),
  limit: z.int().positive().nullable(),
  threshold: z.number().nullable(),
  repeats: z.int().positive(),
  /** The sets as they were asked for, and what they were. */
  on: z.array(z.string()).min(1),
  sets: z.array(z.object({ name: z.string(), digest: z.string() })),
  /** By proof: a digest of its text, and one of what it is graded by. */
  proofs: z.record(z.string(), z.string()),
  judges: z.array(
    z.object({
      /** As it was asked for, and the name with the digest of model, settings and prompts. */
      spec: z.string(),
      name: z.string(),
      /** By proof: the points of each repeat, null where there was no grade. */
      grades: z.record(z.string(), z.array(z.number().min(0).max(7).nullable())),
    }),
  ),
});

export type Pin = z.output<typeof pinSchema>;

export class PinError extends Error {
  override readonly name = 'PinError';
}

/** Throws a PinError that names the file and the field. */
export function readPin(file: string): Pin {
  let data: unknown;
  try {
    data = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new PinError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = pinSchema.safeParse(data);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new PinError(
    `${file}: field ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}; qed calibrate --pin writes such a file`,
  );
}

/** Everything that has been graded or tried, of these arms. */
export function pinOf(
  asked: Pick<Pin, 'seed' | 'limit' | 'threshold' | 'repeats' | 'on'>,
  sets: readonly CalibrationSet[],
  arms: readonly Arm[],
  records: BenchRecords,
): Pin {
  const proofs = sets.flatMap((set) =>
    set.proofs.map((proof) => {
      const task = taskOf(set, proof);
      return [task.id, contentOf(placeOf(task, 0))] as const;
    }),
  );
  return {
    ...{ form: pinForm, ...asked },
    sets: sets.map(({ name, digest }) => ({ name, digest })),
    proofs: Object.fromEntries(proofs),
    judges: arms.map(({ spec, name }) => {
      const grades: Record<string, (number | null)[]> = {};
      for (const set of sets) {
        for (const { proof, row } of gradingsOf(set, name, asked.repeats, records)) {
          const { id } = taskOf(set, proof);
          grades[id] = [...(grades[id] ?? []), row?.points ?? null];
        }
      }
      return { spec, name, grades };
    }),
  };
}

/** Changes when the proof does, or what it is graded by. */
export function contentOf({ digest, material }: ReturnType<typeof placeOf>): string {
  return `${digest ?? 'none'}/${material}`;
}

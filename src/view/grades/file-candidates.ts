/**
 * Proofs of a file in the served folder: graded by people in any form that `qed calibrate --on` reads, or rows of problem and
 * proof as `qed grade` takes and writes them, with the grades of judges that it added.
 */
import path from 'node:path';
import { z } from 'zod';
import { type ProofRow, readProofRows } from '../../bench/proof-rows.ts';
import { openGradedSet } from '../../problems/graded/open-graded-set.ts';
import type { Workplace } from '../workplace.ts';
import type { Candidate } from './candidate.ts';

const judgedSchema = z.looseObject({
  author: z.string().optional(),
  model: z.string().optional(),
  grades: z
    .array(
      z.looseObject({
        judge: z.string(),
        points: z.number().nullable().optional(),
        cause: z.string().nullable().optional(),
        report: z.string().optional(),
      }),
    )
    .catch([])
    .default([]),
});

/** `file` is a path below the folder. Throws an Error that says what is wrong with the file. */
export async function fileCandidates(workplace: Workplace, file: string): Promise<Candidate[]> {
  const full = path.join(workplace.root, file);
  const rows = await proofRows(full);
  if (rows !== undefined) return rows.map((row) => ofRow(row, file));
  const { proofs } = await openGradedSet(full, { environment: {} });
  return proofs.map(({ id, problem, proof, grade, grader, author }): Candidate => {
    const points = grade.kind === 'points' ? grade.points : grade.isCorrect ? 7 : 0;
    return {
      id: `${file}#${id}`,
      ...{ problem, system: author ?? 'author not stated', judges: [] },
      from: `${file}, ${id}`,
      people: [{ grader: grade.kind === 'points' ? grader : `${grader} (right or wrong)`, points }],
      read: async () => ({ proof: proof.trim() === '' ? null : proof, reports: [] }),
    };
  });
}

/** Undefined where no row is of that form, or some person has graded one: then it is a set of graded proofs. */
async function proofRows(file: string): Promise<ProofRow[] | undefined> {
  if (!file.endsWith('.jsonl')) return undefined;
  const rows: ProofRow[] = [];
  try {
    for await (const row of readProofRows(file)) {
      if (row.fields.form !== undefined || row.reference !== undefined) return undefined;
      rows.push(row);
    }
  } catch {
    // The reader of graded sets knows more forms, and says what is wrong where it is none of them.
    return undefined;
  }
  return rows;
}

function ofRow({ line, problem, proof, fields }: ProofRow, file: string): Candidate {
  const { author, model, grades } = judgedSchema.parse(fields);
  return {
    id: `${file}#${line}`,
    ...{ problem, system: author ?? model ?? 'author not stated', people: [] },
    from: `${file}, line ${line}`,
    judges: grades.map(({ judge, points, cause }) => ({
      judge,
      points: points ?? null,
      cause: cause ?? null,
    })),
    read: async () => ({ proof: proof ?? null, reports: grades.map(({ report }) => report ?? null) }),
  };
}

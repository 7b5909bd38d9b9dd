import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryDirectory } from '../../journal/fixtures/temporary-directory.ts';
import { type GradeRecord, gradeRecordSchema } from './grade-record.ts';
import type { GradedSet } from './graded-proof.ts';
import { openGradedSet } from './open-graded-set.ts';

const problem = {
  id: 'toy-1',
  statement: 'Prove it.',
  solutions: ['Because.'],
  scheme: {
    checkpoints: [
      { id: 'C1', points: 3, description: 'Begins.' },
      { id: 'C2', points: 4, description: 'Ends.' },
    ],
  },
  tags: { contest: 'TOY' },
};

function record(fields: Partial<GradeRecord>): GradeRecord {
  return gradeRecordSchema.parse({
    ...{ form: 'qed-grade', proof_id: 'a', problem, proof: 'So.', points: 7, grader: 'ada', by: 'person' },
    ...fields,
  });
}

async function opened(context: TestContext, ...rows: readonly GradeRecord[]): Promise<GradedSet> {
  const file = path.join(temporaryDirectory(context), 'human.jsonl');
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return await openGradedSet(file, { environment: {} });
}

test('grades given in QED: each grader’s last rating counts, and their mean is the grade', async (t) => {
  const set = await opened(
    t,
    record({ points: 1 }),
    record({ points: 5, author: 'm' }),
    record({ points: 6, grader: 'grace' }),
    record({ proof_id: 'b', proof: '', points: 0 }),
  );
  const [first, second] = set.proofs;
  assert.deepEqual(first?.grade, { kind: 'points', points: 5.5, ratings: [5, 6], maximum: 7 });
  assert.deepEqual([first?.id, first?.grader, second?.id, second?.proof], ['a', 'ada, grace', 'b', '']);
  assert.equal(first?.problem.scheme?.checkpoints.length, 2);
  assert.deepEqual([first?.problem.solutions, first?.problem.tags.contest], [['Because.'], 'TOY']);
  assert.equal(set.ungraded, 0);
});

test('NULL-NOT-ZERO: what was taken back is no grade, whatever the order; another proof of the same id is a fault', async (t) => {
  const set = await opened(
    t,
    record({ points: 4 }),
    record({ points: null }),
    record({ proof_id: 'b', points: null }),
    record({ proof_id: 'b', points: 2 }),
    record({ proof_id: 'b', points: 3, proof: 'Other.', grader: 'grace' }),
  );
  assert.deepEqual(
    set.proofs.map(({ id, grade }) => [id, grade.kind === 'points' && grade.points]),
    [['b', 2]],
  );
  assert.equal(set.ungraded, 1);
  assert.match(set.faults[0]?.detail ?? '', /not that of earlier lines with the proof_id b/);
});

test('ProcessBench: a solution in steps, with the first wrong one, is right or wrong', async (t) => {
  const file = path.join(temporaryDirectory(t), 'processbench.json');
  const row = { id: 'p-0', generator: 'm', problem: 'Find it.', steps: ['One.', 'Two.'] };
  writeFileSync(
    file,
    JSON.stringify([
      { ...row, final_answer_correct: true, label: -1 },
      { ...row, id: 'p-1', final_answer_correct: true, label: 1 },
      { ...row, id: 'p-2', final_answer_correct: false, label: null },
    ]),
  );
  const set = await openGradedSet(file, { environment: {} });
  assert.deepEqual(
    set.proofs.map(({ id, grade, tags }) => [id, grade.kind === 'label' && grade.isCorrect, tags.firstError]),
    [
      ['p-0', true, -1],
      ['p-1', false, 1],
    ],
  );
  assert.deepEqual([set.proofs[0]?.proof, set.ungraded], ['One.\n\nTwo.', 1]);
});

/** Proofs of a benchmark run: the list, each with all its judges and with what people gave it; and a damaged journal. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { recordRun } from '../../bench/fixtures/recorded-run.ts';
import { type Problem, problemSchema } from '../../problems/problem.ts';
import { resources } from '../resources.ts';
import { Workplace } from '../workplace.ts';

const problems: Problem[] = ['first', 'second'].map((id) =>
  problemSchema.parse({
    id,
    statement: `Prove that $x^2 \\ge 0$, ${id}. <script>hacked = 1</script>`,
    scheme: {
      checkpoints: [
        { id: 'C1', points: 3, description: 'Half.' },
        { id: 'C2', points: 4, description: 'All.' },
      ],
    },
  }),
);

async function inFolder(use: (folder: string, open: () => Workplace) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'qed-view-proofs-'));
  const opened: Workplace[] = [];
  try {
    await use(folder, () => {
      const workplace = new Workplace({ folder });
      opened.push(workplace);
      return workplace;
    });
  } finally {
    for (const workplace of opened) workplace.close();
    rmSync(folder, { recursive: true });
  }
}

test('NULL-NOT-ZERO: the list has points of every judge, null with its cause where there is no grade', async () => {
  await inFolder(async (folder, open) => {
    const directory = path.join(folder, 'b');
    await recordRun(directory, { problems, points_P_R: [[7, null], [0]], judge: 'one' });
    await recordRun(directory, { problems, points_P_R: [[3, 6], [0]], judge: 'two' });
    const workplace = open();
    const list = await resources['runs/:run/proofs.json'].read(workplace, { run: 'b' });
    assert.deepEqual([list.count, list.judges, list.empty], [3, ['one', 'two'], null]);
    const rows = await resources['runs/:run/proofs/rows/:page.json'].read(workplace, { run: 'b', page: '0' });
    assert.deepEqual(rows.points, [
      [7, null, 0],
      [3, 6, 0],
    ]);
    assert.deepEqual(rows.causes, [
      ['', 'unparsable', ''],
      ['', '', ''],
    ]);
    await assert.rejects(
      resources['runs/:run/proofs/rows/:page.json'].read(workplace, { run: 'b', page: '1' }),
      /no page 1/,
    );
    const proof = await resources['runs/:run/proof/:id.json'].read(workplace, {
      run: 'b',
      id: rows.ids[1] ?? '',
    });
    assert.deepEqual(
      proof.grades.map(({ judge, points, cause }) => [judge, points, cause]),
      [
        ['two', 6, null],
        ['one', null, 'unparsable: hm'],
      ],
    );
    assert.deepEqual(
      proof.siblings.map(({ attempt }) => attempt),
      [1, 2],
    );
    assert.match(proof.proof ?? '', /proof 1 of first/);
    assert.match(proof.problem.statement ?? '', /<math/);
    assert.doesNotMatch(proof.problem.statement ?? '', /<script/);
    assert.equal(proof.problem.scheme?.chains[0]?.checkpoints.length, 2);
  });
});

test('what people gave the same proof is beside the judges, the last line of each; what was taken back is not', async () => {
  await inFolder(async (folder, open) => {
    await recordRun(path.join(folder, 'b'), { problems, points_P_R: [[7], [0]] });
    const grades = path.join(folder, 'human-grades');
    mkdirSync(grades);
    const common = {
      form: 'qed-grade',
      proof_id: 'x',
      problem: problems[0],
      proof: 'proof 0 of first',
      by: 'person',
    };
    const line = (grader: string, points: number | null, more: object = {}): string =>
      `${JSON.stringify({ ...common, grader, points, graded_at: '2026-01-01T00:00:00Z', ...more })}\n`;
    const header = {
      ...{ form: 'qed-grading-queue', version: 1, title: 'q', created_at: '2026-01-01T00:00:00Z', qed: '0' },
      ...{
        chosen: 'all',
        sources: ['b'],
        candidates: 1,
        seed: 1,
        shows_systems: false,
        shows_reference: false,
      },
      adjudicates: null,
    };
    writeFileSync(path.join(grades, 'q.queue.jsonl'), `${JSON.stringify(header)}\n`);
    writeFileSync(
      path.join(grades, 'q.jsonl'),
      [
        line('Ada', 2),
        line('Ada', 5, { checkpoints: { C1: 3, C2: 2 }, comment: 'A gap in **step 2**.', confidence: 0.8 }),
        line('Bob', 1),
        line('Bob', null),
      ].join(''),
    );
    const workplace = open();
    const names = { run: 'b', id: 'bench~2f0~2f0' };
    const { grades: found } = await resources['runs/:run/proof/:id.json'].read(workplace, names);
    assert.deepEqual(
      found.map(({ judge, by, points, checkpoints }) => [judge, by, points, checkpoints]),
      [
        ['judge-1', 'judge', 7, {}],
        ['Ada', 'person', 5, { C1: 3, C2: 2 }],
      ],
    );
    assert.match(found[1]?.report ?? '', /<strong>step 2<\/strong>/);
    const other = await resources['runs/:run/proof/:id.json'].read(workplace, {
      run: 'b',
      id: 'bench~2f1~2f0',
    });
    assert.equal(other.grades.length, 1);
  });
});

test('a proof or a grade that is lost is told, and the rest is there', async () => {
  await inFolder(async (folder, open) => {
    await recordRun(path.join(folder, 'b'), { problems, points_P_R: [[7], [0]] });
    const database = new DatabaseSync(path.join(folder, 'b', 'journal.db'));
    database.exec(
      "DELETE FROM events WHERE stream = 'bench/proofs'; UPDATE events SET payload_blob = '7:0:40' WHERE stream = 'bench/grades'",
    );
    database.close();
    const workplace = open();
    const list = await resources['runs/:run/proofs.json'].read(workplace, { run: 'b' });
    assert.equal(list.count, 2);
    const proof = await resources['runs/:run/proof/:id.json'].read(workplace, {
      run: 'b',
      id: 'bench~2f0~2f0',
    });
    assert.deepEqual([proof.proof, proof.grades], [null, []]);
    assert.match(proof.remarks.join(' '), /The proof cannot be read: .*The grade of judge-1 cannot be read/s);
  });
});

test('a run that has not begun, and one of another kind, say so', async () => {
  await inFolder(async (folder, open) => {
    mkdirSync(path.join(folder, 'b', 'data'), { recursive: true });
    writeFileSync(
      path.join(folder, 'b', 'bench.json'),
      JSON.stringify({ models: { main: 'm' }, scaffold: 's' }),
    );
    writeFileSync(path.join(folder, 'b', 'data', 'problems.jsonl'), `${JSON.stringify(problems[0])}\n`);
    mkdirSync(path.join(folder, 'd'));
    writeFileSync(path.join(folder, 'd', 'step.json'), '{}');
    const workplace = open();
    const list = await resources['runs/:run/proofs.json'].read(workplace, { run: 'b' });
    assert.deepEqual([list.count, list.empty], [0, 'The run has not begun.']);
    await assert.rejects(
      resources['runs/:run/proofs.json'].read(workplace, { run: 'd' }),
      /leaves no proofs/,
    );
  });
});

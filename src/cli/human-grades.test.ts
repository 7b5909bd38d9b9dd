/** Grades given in the web app are what `qed calibrate --on` measures judges against, as they stand on disk. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { recordedProblems, recordRun } from '../bench/fixtures/recorded-run.ts';
import { temporaryDirectory } from '../journal/fixtures/temporary-directory.ts';
import { createWebApp } from '../serve/web/web-app.ts';
import { Workplace } from '../view/workplace.ts';
import { runCommand } from './fixtures/run-command.ts';

test('qed calibrate reads a queue’s grades as they were written', async (t) => {
  const folder = temporaryDirectory(t);
  await recordRun(path.join(folder, 'run'), { problems: recordedProblems(3), points_P_R: [[7], [0], [3]] });
  const workplace = new Workplace({ folder });
  t.after(() => workplace.close());
  const app = createWebApp({ workplace, appDirectory: folder, host: '127.0.0.1' });
  const post = async (place: string, body: object): Promise<void> => {
    const { status } = await app.request(`/api/grades/${place}`, {
      method: 'POST',
      headers: { host: 'localhost', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    assert.equal(status, 200);
  };
  await post('queues', {
    ...{ title: 'Q', sources: ['bench:run'], seed: 1, limit: null, choose: { kind: 'all' } },
    ...{ showsSystems: false, showsReference: true },
  });
  for (const [grader, points] of [
    ['ada', 2],
    ['grace', 4],
  ] as const) {
    for (const item of ['1', '2', '3']) {
      const marks = { checkpoints: {}, deductions: {}, limits: [] };
      const words = { overrideReason: '', comment: 'So.', styleNote: '' };
      await post('grades', {
        ...{ id: `${grader}-line-${item}`, queue: 'q', grader, item, after: null, seconds: 12, shown: 1 },
        grade: { points, marks, ...words, confidence: 0.5, style: ['terse'] },
      });
    }
  }
  // The lab's grader grades none of these, so nothing is asked of anyone; what a constant errs by is told.
  const { code, out, err } = await runCommand(
    ['calibrate', '--judge', 'exact', '--max-ungraded', '1', '--on', 'human-grades/q.jsonl'],
    { directory: folder },
  );
  assert.equal(code, 0, err);
  assert.match(err, /3 proofs of 3 problems/);
  assert.match(out, /^always 7 .*4\.00/m);
  assert.match(out, /one person against another/i);
});

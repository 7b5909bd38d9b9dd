import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openInProcess } from '../journal/fixtures/in-process-journal.ts';
import { temporaryDirectory } from '../journal/fixtures/temporary-directory.ts';
import { ModelError } from '../model/model-error.ts';
import { createEnsemble } from './ensemble.ts';
import { fullProblem } from './fixtures/grade-problem.ts';
import { judgeThatSays, scriptedJudge } from './fixtures/scripted-judge.ts';
import type { Grader } from './grade.ts';
import { gradeDurably } from './grade-durably.ts';
import { createJudge } from './judge.ts';
import { judgePrompts } from './judge-prompts.ts';

const signal = new AbortController().signal;
const common = { unit: 'rl/1/0', problem: fullProblem, proof: 'A proof.', seed: 1, signal };
const prompts = judgePrompts();
const judgeOf = (model: Parameters<typeof createJudge>[0]['model']) =>
  createJudge({ model, maxTokens: 100, temperature: 1, prompts });

test('PAY-ONCE: a grade on record costs no call', async (t) => {
  const directory = temporaryDirectory(t);
  const model = judgeThatSays('?', 'Half.\n<points>3</points>');
  const first = openInProcess(directory);
  const made = await gradeDurably({ ...common, journal: first, grader: judgeOf(model) });
  await first.close();
  const second = openInProcess(directory);
  const again = await gradeDurably({ ...common, journal: second, grader: judgeOf(model) });
  assert.equal(made.kind === 'graded' && made.points, 3);
  assert.deepEqual(again, made);
  assert.equal(model.asked.length, 2);
  // Another scheme is another question.
  const changed = { ...fullProblem, scheme: undefined };
  await gradeDurably({
    ...common,
    journal: second,
    grader: judgeOf(model),
    unit: 'rl/1/1',
    problem: changed,
  });
  assert.equal(model.asked.length, 3);
  await second.close();
});

test('PAY-ONCE: a grading that was killed goes on with the calls that it had made', async (t) => {
  const directory = temporaryDirectory(t);
  const first = openInProcess(directory);
  const killed = scriptedJudge((_, index) => {
    if (index === 0) return 'no verdict';
    throw new TypeError('killed here');
  });
  await assert.rejects(gradeDurably({ ...common, journal: first, grader: judgeOf(killed) }), TypeError);
  await first.close();
  const second = openInProcess(directory);
  const healthy = judgeThatSays('<points>5</points>');
  const grade = await gradeDurably({ ...common, journal: second, grader: judgeOf(healthy) });
  await second.close();
  assert.equal(grade.kind === 'graded' && grade.points, 5);
  // Only the question that was asked again.
  assert.equal(healthy.asked.length, 1);
  assert.equal(healthy.asked[0]?.messages.length, 3);
});

test('NULL-NOT-ZERO: a reply that could not be read is never a result, and is asked for anew, not read again', async (t) => {
  const directory = temporaryDirectory(t);
  const first = openInProcess(directory);
  const unread = judgeThatSays('no verdict');
  const left = await gradeDurably({ ...common, journal: first, grader: judgeOf(unread) });
  assert.equal(left.kind === 'ungraded' && left.cause, 'unparsable');
  // In the same sitting as in the next.
  const still = await gradeDurably({ ...common, journal: first, grader: judgeOf(unread) });
  assert.equal(still.kind, 'ungraded');
  assert.equal(unread.asked.length, 6);
  assert.equal(new Set(unread.asked.map(({ seed }) => seed)).size, 6);
  await first.close();
  const second = openInProcess(directory);
  const healthy = judgeThatSays('<points>2</points>');
  const grade = await gradeDurably({ ...common, journal: second, grader: judgeOf(healthy) });
  await second.close();
  assert.equal(grade.kind === 'graded' && grade.points, 2);
  assert.equal(healthy.asked.length, 1);
});

test('PAY-ONCE: after failed calls only those are made again', async (t) => {
  const directory = temporaryDirectory(t);
  const good = judgeThatSays('<points>6</points>');
  const ensembleWith = (other: ReturnType<typeof judgeThatSays>): Grader =>
    createEnsemble({ judges: [judgeOf(good), judgeOf(other)], prompts });
  const down = scriptedJudge(() => {
    throw new ModelError('down', { kind: 'server', isRetryable: true });
  });
  const first = openInProcess(directory);
  const left = await gradeDurably({ ...common, journal: first, grader: ensembleWith(down) });
  assert.equal(left.kind === 'ungraded' && left.cause, 'call-failed');
  await first.close();
  const second = openInProcess(directory);
  const grade = await gradeDurably({
    ...{ ...common, journal: second, grader: ensembleWith(judgeThatSays('<points>7</points>')) },
  });
  await second.close();
  assert.equal(grade.kind === 'graded' && grade.points, 6.5);
  assert.equal(good.asked.length, 1);
});

test('a grading that was cut off is no outcome', async (t) => {
  const directory = temporaryDirectory(t);
  const journal = openInProcess(directory);
  const stop = new AbortController();
  const cutOff = scriptedJudge(() => {
    stop.abort();
    throw new ModelError('the connection broke', { kind: 'connection', isRetryable: true });
  });
  await assert.rejects(gradeDurably({ ...common, journal, grader: judgeOf(cutOff), signal: stop.signal }), {
    name: 'AbortError',
  });
  await journal.close();
});

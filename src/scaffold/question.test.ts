import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ModelError } from '../model/model-error.ts';
import { type ScriptedCall, scriptedRun } from './fixtures/scripted-run.ts';

/** One proof and one score, whose replies are given in turn; an error is thrown. */
async function scored(...replies: readonly (string | Error | { answer: string; finish: 'length' })[]) {
  const run = await scriptedRun('best-of-n(n=1)', {
    answer: ({ role, index }) => (role === 'solve' ? 'a proof' : (replies[index] ?? 'too often')),
  });
  const scores = run.asked.filter(({ role }) => role === 'score');
  return {
    ...run,
    scores,
    score: run.notes['score-1-1']?.score,
    label: (scores.at(-1) as ScriptedCall).label,
  };
}

test('a verdict that can be read is asked for once', async () => {
  const { scores, score } = await scored('All holds. \\boxed{6}');
  assert.equal(scores.length, 1);
  assert.equal(score, 6);
});

test('NULL-NOT-ZERO: one that cannot be read is asked for again once, with the complaint; then it has no value', async () => {
  const mended = await scored('It is good. \\boxed{8}', '\\boxed{7}');
  const [first, second] = mended.scores;
  assert.deepEqual([first?.label, second?.label], ['score-1-1', 'score-1-1/again']);
  assert.equal(mended.score, 7);
  // The conversation goes on: the question, the answer, what was wrong with it.
  assert.ok(second?.prompt.startsWith(`${first?.prompt}\nIt is good. \\boxed{8}\n`));
  assert.match(second?.prompt ?? '', /the last box holds "8", which is not one whole number from 0 to 7/);
  assert.deepEqual(second?.from, ['solve-1', 'score-1-1']);

  const lost = await scored('It is good.', 'It is very good.', '\\boxed{7}');
  assert.equal(lost.scores.length, 2);
  assert.equal(lost.score, undefined);
  assert.equal(lost.notes['score-1-1']?.abstained, 'it has no score in \\boxed{}');
  // The proof is there all the same; nothing is known of it.
  assert.equal(lost.proof, 'a proof');
  assert.equal(lost.notes.choice?.score, null);
});

test('an empty answer is no turn of a conversation: the question is put whole', async () => {
  const { scores } = await scored('', '\\boxed{3}');
  assert.ok(scores[1]?.prompt.startsWith(scores[0]?.prompt ?? 'nothing'));
  assert.ok(!scores[1]?.prompt.includes('\n\n\n'));
});

test('NULL-NOT-ZERO: a box in a reply that was cut is no verdict', async () => {
  const { scores, score } = await scored(
    { answer: 'Perhaps \\boxed{7}. Yet step 2', finish: 'length' },
    '\\boxed{1}',
  );
  assert.equal(scores.length, 2);
  assert.match(scores[1]?.prompt ?? '', /it was cut at the token limit/);
  assert.equal(score, 1);
});

test('NULL-NOT-ZERO: a model that fails at the second try leaves no value; one that fails at the first is not heard', async () => {
  const down = new ModelError('down', { kind: 'server', isRetryable: true });
  const second = await scored('no box', down);
  assert.equal(second.proof, 'a proof');
  assert.match(String(second.notes['score-1-1']?.abstained), /asked again: down/);
  const first = await scored(down);
  assert.equal(first.end, down);
});

test('a verdict in the reasoning alone is none', async () => {
  const run = await scriptedRun('best-of-n(n=1)', {
    answer: ({ role }) => (role === 'solve' ? 'a proof' : { reasoning: '\\boxed{7}', answer: 'I am done.' }),
  });
  assert.equal(run.notes.choice?.score, null);
});

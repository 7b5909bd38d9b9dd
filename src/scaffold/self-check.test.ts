import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ModelError } from '../model/model-error.ts';
import { plannedCalls } from './create-scaffold.ts';
import { type Script, scriptedRun } from './fixtures/scripted-run.ts';

/** The n-th verdict is the n-th letter: y, n, or ? for one that cannot be read; then y for ever. */
const verdicts =
  (letters: string, others: Script['answer'] = ({ label }) => `proof of ${label}`): Script['answer'] =>
  (call) => {
    if (call.role !== 'decide') return others(call);
    const iteration = Number(/\d+/.exec(call.label)?.[0]);
    return { y: '\\boxed{yes}', n: '\\boxed{no}', '?': 'perhaps' }[letters[iteration - 1] ?? 'y'] ?? '';
  };

test('only acceptances in a row count, and so do rejections', async () => {
  const accepted = await scriptedRun('self-check', { answer: verdicts('yyyynyyyyy') });
  assert.equal(accepted.counts.decide, 10);
  assert.equal(accepted.counts.correct, 1);
  assert.equal(accepted.proof, 'proof of correct-5');
  assert.equal(accepted.notes.choice?.ended, 'accepted');

  const rejected = await scriptedRun('self-check(failures=3)', { answer: verdicts('nnynnn') });
  assert.equal(rejected.counts.decide, 6);
  assert.equal(rejected.notes.choice?.ended, 'given up after 3 rejections in a row');
});

test('the worst mixture of verdicts is what the plan says: 90 calls', async () => {
  const run = await scriptedRun('self-check', { answer: verdicts(`${'nnnnnnnnny'.repeat(2)}nnnnnnnnnn`) });
  assert.equal(run.asked.length, 2 + 2 * 2 + 28 * 3);
  assert.equal(plannedCalls('self-check').most, 90);
  assert.deepEqual([plannedCalls('self-check').least, run.counts.decide], [12, 30]);
});

test('the version with the most acceptances is the answer, then the later', async () => {
  const most = await scriptedRun('self-check(failures=2)', { answer: verdicts('yynn') });
  assert.equal(most.proof, 'proof of improve');
  assert.equal(
    most.kept.at(-1)?.why,
    'improve, accepted 2 times in a row; given up after 2 rejections in a row',
  );
  assert.deepEqual(most.notes.choice, {
    ...{ chosen: 'improve', best: 'improve', accepted: 2, ended: 'given up after 2 rejections in a row' },
  });
  const later = await scriptedRun('self-check(failures=2)', { answer: verdicts('nn') });
  assert.equal(later.proof, 'proof of correct-2');
});

test('a verifier reads the proof alone, a corrector the report that rejected it', async () => {
  const { asked } = await scriptedRun('self-check(passes=1)', {
    answer: verdicts('n', ({ role, label }) => (role === 'verify' ? 'Step 2 fails.' : `proof of ${label}`)),
  });
  const correct = asked.find(({ label }) => label === 'correct-1');
  assert.deepEqual(correct?.from, ['improve', 'verify-1']);
  assert.match(correct?.prompt ?? '', /proof of improve[\s\S]*<report-[0-9a-f]{8}>\nStep 2 fails\./);
  assert.deepEqual(asked.find(({ label }) => label === 'verify-2')?.from, ['correct-1']);
});

test('NULL-NOT-ZERO: a verdict that could not be had neither accepts nor rejects, and corrects nothing', async () => {
  const { counts, notes, proof } = await scriptedRun('self-check(passes=2,failures=2)', {
    answer: verdicts('y?ny?y'),
  });
  // The sixth verdict is the second acceptance in a row; those without a value are asked twice.
  assert.equal(notes.choice?.ended, 'accepted');
  assert.deepEqual([counts.verify, counts.decide, counts.correct], [6, 8, 1]);
  assert.equal(proof, 'proof of correct-3');
  assert.equal(notes['verify-2'], undefined);
});

test('an empty or cut correction leaves the version before it in place', async () => {
  for (const spoilt of [{ answer: '' }, { answer: 'half a pr', finish: 'length' as const }]) {
    const { proof, notes } = await scriptedRun('self-check(failures=1)', {
      answer: verdicts('n', ({ label }) => (label === 'correct-1' ? spoilt : `proof of ${label}`)),
    });
    assert.equal(proof, 'proof of improve');
    assert.ok(notes['correct-1'] !== undefined);
  }
});

test('a first solution that was cut is taken until there is a whole one', async () => {
  const cut = await scriptedRun('self-check(failures=1)', {
    answer: verdicts('n', ({ label }) => ({ answer: `half of ${label}`, finish: 'length' })),
  });
  assert.equal(cut.proof, 'half of correct-1');
});

test('with no solution yet a new one is asked for, up to the bound', async () => {
  const { counts, proof } = await scriptedRun('self-check(failures=4)', {
    answer: () => ({ finish: 'length' }),
  });
  // The first, the second in place of an improvement, and four in place of corrections.
  assert.deepEqual(counts, { solve: 6 });
  assert.equal(proof, undefined);
});

test('where only an accepted version is wanted, none is better than one that was rejected', async () => {
  const none = await scriptedRun('self-check(preset=paper,failures=2)', { answer: verdicts('yynn') });
  assert.equal(none.proof, undefined);
  assert.deepEqual([none.notes.choice?.chosen, none.notes.choice?.best], [null, 'improve']);
  const some = await scriptedRun('self-check(preset=paper)', { answer: verdicts('yyyyy') });
  assert.equal(some.proof, 'proof of improve');
});

test('a verifier that is down ends the search at once: it is not a rejection', async () => {
  const down = new ModelError('down', { kind: 'server', isRetryable: true });
  const { end, counts, kept } = await scriptedRun('self-check', {
    answer: ({ role, label }) => (role === 'verify' ? down : `proof of ${label}`),
  });
  assert.equal(end, down);
  assert.equal(counts.verify, 1);
  assert.equal(kept.at(-1)?.proof, 'proof of improve');
});

test('a search whose verdicts cannot be read is within its plan too', async () => {
  const spec = 'self-check(passes=1,failures=1,iterations=3)';
  const { asked } = await scriptedRun(spec, { answer: verdicts('??n') });
  const first = asked.filter(({ label }) => !label.endsWith('/again')).length;
  assert.equal(first, 2 + 2 + 2 + 3);
  assert.equal(plannedCalls(spec).most, first);
});

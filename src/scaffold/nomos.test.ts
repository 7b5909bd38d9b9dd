import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ModelError } from '../model/model-error.ts';
import { plannedCalls } from './create-scaffold.ts';
import { type Script, scriptedRun } from './fixtures/scripted-run.ts';

interface World {
  /** Of submission n the n-th; undefined cannot be read. */
  readonly scores: readonly (number | undefined)[];
  /** What consolidation answers, one after the other. */
  readonly keeps?: readonly (string | Error)[];
  /** The judge of pairs prefers the one whose number comes first here. */
  readonly order?: readonly number[];
}

const world = ({ scores, keeps = ['\\boxed{all}'], order = [] }: World): Script['answer'] => {
  return ({ role, label, prompt, index }) => {
    if (role === 'solve') return `proof ${/\d+/.exec(label)?.[0]}`;
    if (role === 'score') {
      const score = scores[Number(/\d+/.exec(label)?.[0]) - 1];
      return `report ${/\d+/.exec(label)?.[0]}: ${score === undefined ? 'good' : `\\boxed{${score}}`}`;
    }
    if (role === 'consolidate') return keeps[Math.min(index, keeps.length - 1)] ?? '';
    const pair = [...prompt.matchAll(/<candidate-\d+-[0-9a-f]{8}>\nproof (\d+)/g)].map(([, number]) =>
      Number(number),
    );
    const better = order.find((number) => pair.includes(number));
    return better === undefined ? '\\boxed{equal}' : `\\boxed{${pair.indexOf(better) + 1}}`;
  };
};

/** Which submissions consolidation read. */
const finalists = ({ asked }: { asked: readonly { role: string; from: readonly string[] }[] }): number[] =>
  (asked.find(({ role }) => role === 'consolidate')?.from ?? [])
    .filter((label) => label.startsWith('solve-'))
    .map((label) => Number(label.slice('solve-'.length)));

test('with perfect scores enough only perfect submissions go on, in the order of writing', async () => {
  const run = await scriptedRun('nomos(solutions=6,target=2,keep=2)', {
    answer: world({ scores: [6, 7, 5, 7, 7, 0], order: [4, 2] }),
  });
  assert.deepEqual(finalists(run), [2, 4]);
  assert.equal(run.proof, 'proof 4');
  assert.deepEqual(run.notes.choice, { chosen: 'solve-4', submissions: 6, kept: 2 });
});

test('else the best scored go on, of equal ones the later, and are shown in the order of writing', async () => {
  const run = await scriptedRun('nomos(solutions=6,target=2,keep=3)', {
    answer: world({ scores: [2, 6, 2, 1, 7, 2], order: [6, 5, 2] }),
  });
  assert.deepEqual(finalists(run), [2, 5, 6]);
  assert.equal(run.proof, 'proof 6');
  const prompt = run.asked.find(({ role }) => role === 'consolidate')?.prompt ?? '';
  // Report n is about candidate n, and no score of a report is left to be read.
  assert.match(prompt, /<candidate-3-\w+>\nproof 6[\s\S]*<report-3-\w+>\nreport 6: \\fbox\{2\}/);
});

test('NULL-NOT-ZERO: a submission whose score could not be read counts as the average one', async () => {
  const run = await scriptedRun('nomos(solutions=3,target=2,keep=2)', {
    answer: world({ scores: [7, undefined, 0] }),
  });
  assert.deepEqual(finalists(run), [1, 2]);
  assert.ok(run.asked.some(({ label }) => label === 'score-2/again'));
});

test('what consolidation keeps meets in the knockout, though it be the smaller group', async () => {
  const run = await scriptedRun('nomos(solutions=4)', {
    answer: world({ scores: [7, 7, 7, 1], keeps: ['\\boxed{4}'] }),
  });
  assert.equal(run.proof, 'proof 4');
  assert.equal(run.counts.compare, undefined);
  assert.deepEqual(run.notes.consolidate?.kept, ['solve-4']);
});

test('a keep list that names somebody who is not there is asked for again, and then everybody stays', async () => {
  for (const wrong of ['\\boxed{99}', '<keep>[99]</keep>', '\\boxed{1, 99}', '\\boxed{}', 'none of them']) {
    const mended = await scriptedRun('nomos(solutions=3)', {
      answer: world({ scores: [3, 3, 3], keeps: [wrong, '\\boxed{2}'] }),
    });
    assert.equal(mended.proof, 'proof 2', wrong);
    const lost = await scriptedRun('nomos(solutions=3)', {
      answer: world({ scores: [3, 3, 3], keeps: [wrong], order: [3] }),
    });
    assert.equal(lost.proof, 'proof 3', wrong);
    assert.deepEqual([lost.counts.consolidate, lost.counts.compare], [2, 2]);
    assert.ok(lost.notes.consolidate?.abstained !== undefined);
  }
});

test('when consolidation fails everybody stays; when it is too long one of the lowest scored is left out', async () => {
  const down = new ModelError('down', { kind: 'server', isRetryable: true });
  const failed = await scriptedRun('nomos(solutions=3)', {
    answer: world({ scores: [3, 3, 3], keeps: [down], order: [1] }),
  });
  assert.equal(failed.proof, 'proof 1');

  const tooLong = new ModelError('too long', { kind: 'context-length', isRetryable: false });
  const dropped = new Set<string>();
  for (let seed = 0; seed < 30; seed += 1) {
    const { asked, proof } = await scriptedRun('nomos(solutions=4)', {
      answer: world({ scores: [1, 1, undefined, 6], keeps: [tooLong, '\\boxed{all}'], order: [4] }),
      seed,
    });
    assert.equal(proof, 'proof 4');
    const second = asked.find(({ label }) => label === 'consolidate-2')?.from ?? [];
    // The one without a score counts as the average, which is not the lowest.
    assert.ok(second.includes('solve-3') && second.includes('solve-4'));
    dropped.add(second.includes('solve-1') ? 'solve-2' : 'solve-1');
  }
  assert.equal(dropped.size, 2);
});

test('waves stop when there are perfect scores enough', async () => {
  const spec = 'nomos(solutions=12,wave=3,target=2)';
  const run = await scriptedRun(spec, { answer: world({ scores: [7, 0, 0, 0, 7, 0, 7], order: [5] }) });
  assert.equal(run.counts.solve, 6);
  assert.equal(run.proof, 'proof 5');
  const { steps } = plannedCalls(spec);
  assert.deepEqual(
    steps.filter(({ role }) => role === 'solve').map(({ least, most }) => [least, most]),
    [[3, 12]],
  );
});

test('39 calls with seven kept; twice as many comparisons with both orders', async () => {
  const answer = world({ scores: [], keeps: ['\\boxed{1-7}'] });
  // Scores that cannot be read are asked for twice; this judge can be read.
  const readable: Script['answer'] = (call) => (call.role === 'score' ? '\\boxed{5}' : answer(call));
  assert.equal((await scriptedRun('nomos', { answer: readable })).asked.length, 39);
  assert.equal((await scriptedRun('nomos(orders=both)', { answer: readable })).asked.length, 45);
});

test('a budget’s end leaves the winner of a match, else the best that was kept, else the best scored', async () => {
  const spec = 'nomos(solutions=4,target=4)';
  const answer = world({ scores: [7, 2, 5, 3], keeps: ['\\boxed{2, 3, 4}'], order: [4, 2, 3] });
  const whole = await scriptedRun(spec, { answer });
  assert.equal(whole.proof, 'proof 4');
  const atEnd = async (budget: number) => (await scriptedRun(spec, { answer, budget })).kept.at(-1);
  assert.deepEqual(await atEnd(8), { proof: 'proof 1', why: 'solve-1, scored 7 of 7' });
  assert.deepEqual(await atEnd(9), { proof: 'proof 3', why: 'solve-3, the best scored that was kept' });
  assert.match((await atEnd(10))?.why ?? '', /^solve-\d won compare-1-1$/);
});

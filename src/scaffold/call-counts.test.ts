import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ModelError } from '../model/model-error.ts';
import { plannedCalls } from './create-scaffold.ts';
import { allAlike, scriptedRun } from './fixtures/scripted-run.ts';
import { BudgetExhausted } from './scaffold.ts';

/** Calls for one problem by the papers' defaults: all verifiers accept, and none does. */
const expected: readonly [spec: string, accepting: number, refusing: number][] = [
  ['single-turn', 1, 1],
  ['reasoning-cache', 5, 5],
  ['self-check', 12, 32],
  ['rsa', 39, 39],
  ['deepseek-math', 20, 60],
];

/** The same for published alternatives and other settings. */
const others: readonly (typeof expected)[number][] = [
  ['reasoning-cache(turns=7)', 13, 13],
  ['self-check(preset=matharena)', 6, 14],
  ['nomos(preset=original)', 19, 67],
  ['rsa(preset=paper)', 160, 160],
  ['rsa(orders=both)', 46, 46],
  ['rsa(select=together)', 33, 33],
  ['deepseek-math(preset=matharena)', 272, 1360],
  ['majority', 8, 8],
  ['best-of-n', 16, 16],
];

test('the largest published sizes are planned: those of DeepSeek-Math-V2 take thousands of calls and more', () => {
  const spanOf = (preset: string) => {
    const { least, most } = plannedCalls(`deepseek-math(preset=${preset})`);
    return [least, most];
  };
  assert.deepEqual(spanOf('paper'), [64 * 65, 64 * 65 + 16 * 64 * 8 * 65]);
  assert.deepEqual(spanOf('program'), [128 * 65, 16 * 128 * 65]);
});

for (const [spec, accepting, refusing] of [...expected, ...others]) {
  test(`${spec}: ${accepting} calls when all is accepted, ${refusing} when nothing is, within its plan`, async () => {
    for (const [accepts, count] of [
      [true, accepting],
      [false, refusing],
    ] as const) {
      const { asked, proof, end } = await scriptedRun(spec, { answer: allAlike(accepts) });
      assert.equal(end, undefined);
      assert.equal(asked.length, count);
      assert.ok(proof !== undefined && proof !== '');
      const { least, most } = plannedCalls(spec);
      assert.ok(count >= least && count <= most, `${count} is not within ${least} and ${most}`);
    }
  });
}

test('nomos makes at most 44 calls and keeps what consolidation keeps', async () => {
  for (const accepts of [true, false]) {
    const { asked, counts, proof } = await scriptedRun('nomos', { answer: allAlike(accepts) });
    assert.ok(asked.length <= 44, `${asked.length}`);
    assert.deepEqual([counts.solve, counts.score, counts.consolidate, counts.compare], [16, 16, 1, 2]);
    assert.ok(proof !== undefined);
  }
});

const specs = [
  ...expected.map(([spec]) => spec),
  'nomos',
  'majority',
  'best-of-n',
  'rsa(n=3,k=2,rounds=1,solver=reasoning-cache(turns=2))',
];

for (const spec of specs) {
  test(`${spec}: the result does not depend on the order in which replies come`, async () => {
    const first = await scriptedRun(spec, { answer: allAlike(false), order: 1 });
    for (const order of [2, 3]) {
      const other = await scriptedRun(spec, { answer: allAlike(false), order });
      assert.equal(other.proof, first.proof);
      const wiring = ({ asked }: typeof first) =>
        asked.map(({ label, from }) => `${label} ${from}`).sort((a, b) => (a < b ? -1 : 1));
      assert.deepEqual(wiring(other), wiring(first));
    }
  });

  test(`${spec}: a budget that ends at any call leaves the best proof so far, and no call behind`, async () => {
    const whole = await scriptedRun(spec, { answer: allAlike(false) });
    const lost: unknown[] = [];
    const onLost = (reason: unknown) => lost.push(reason);
    process.on('unhandledRejection', onLost);
    try {
      for (let budget = 0; budget < whole.asked.length; budget += 1) {
        const { end, kept, asked } = await scriptedRun(spec, {
          answer: allAlike(false),
          budget,
          order: budget,
        });
        assert.ok(end instanceof BudgetExhausted, `budget ${budget} ended with ${end}`);
        assert.equal(asked.length, budget);
        assert.ok(kept.every(({ proof }) => proof.startsWith('proof of ')));
      }
      await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual(lost, []);
    } finally {
      process.off('unhandledRejection', onLost);
    }
  });
}

test('a proof that fails to come is missed, not scored; when all fail the error is the model’s', async () => {
  const down = new ModelError('down', { kind: 'server', isRetryable: true });
  for (const spec of ['rsa', 'deepseek-math', 'nomos', 'best-of-n']) {
    const some = await scriptedRun(spec, {
      answer: (call) => (call.role === 'solve' && call.index === 0 ? down : allAlike(true)(call)),
    });
    assert.ok(some.proof !== undefined && some.end === undefined, spec);
    const none = await scriptedRun(spec, { answer: () => down });
    assert.equal(none.end, down, spec);
  }
});

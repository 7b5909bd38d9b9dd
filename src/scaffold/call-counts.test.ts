import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ModelError } from '../model/model-error.ts';
import { problemSchema } from '../problems/problem.ts';
import { Random } from '../stats/random.ts';
import { createScaffold, plannedCalls } from './create-scaffold.ts';
import { BudgetExhausted, type CallOptions, type ScaffoldContext } from './scaffold.ts';

const problem = problemSchema.parse({ id: 'p', statement: 'Prove it.' });

interface Script {
  /** The answer to call number `index` (from 0) of this role; an Error is thrown. */
  readonly answer: (role: string, label: string, index: number) => string | Error;
  /** Replies come in an order of this seed. */
  readonly order?: number;
  /** The call from which on the budget allows nothing. */
  readonly budget?: number;
}

/** Runs a scaffold and tells what it asked, kept and gave. */
async function run(spec: string, { answer, order = 0, budget = Infinity }: Script) {
  const asked: { label: string; role: string; from: readonly string[] }[] = [];
  const kept: string[] = [];
  const counts = new Map<string, number>();
  const timing = new Random('timing', order);
  const context = (prefix: string, keep: (proof: string) => void): ScaffoldContext => ({
    async call(name, _, { role = 'none', from = [] }: CallOptions = {}) {
      const label = `${prefix}${name}`;
      assert.ok(!asked.some((one) => one.label === label), `${label} is asked twice`);
      if (asked.length >= budget) throw new BudgetExhausted('no more');
      asked.push({ label, role, from });
      const index = counts.get(role) ?? 0;
      counts.set(role, index + 1);
      const turns = timing.below(6);
      for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      const reply = answer(role, label, index);
      if (reply instanceof Error) throw reply;
      const usage = { promptTokens: 1, completionTokens: 1 };
      return { reasoning: '', answer: reply, finish: 'stop', usage };
    },
    note: () => undefined,
    keep,
    within: (name) => context(`${prefix}${name}/`, () => undefined),
    random: new Random('scaffold', prefix),
    maxTokens: 100,
    temperature: 1,
  });
  let proof: string | undefined;
  let end: unknown;
  try {
    ({ proof } = await createScaffold(spec)(
      problem,
      context('', (one) => kept.push(one)),
    ));
  } catch (error) {
    end = error;
  }
  return { proof, kept, end, asked, counts: Object.fromEntries(counts) };
}

/** Every verifier accepts, or none does; proofs are told apart by their labels. */
const script =
  (accepts: boolean): Script['answer'] =>
  (role, label) => {
    if (role === 'decide') return accepts ? '\\boxed{yes}' : '\\boxed{no}';
    if (role === 'score') return accepts ? '\\boxed{7}' : '\\boxed{2}';
    if (role === 'verify') return accepts ? 'right \\boxed{1}' : 'wrong \\boxed{0}';
    if (role === 'compare') return '\\boxed{1}';
    if (role === 'consolidate') return '\\boxed{1,2,3}';
    return `proof of ${label}`;
  };

/** Calls for one problem by the papers' defaults: all verifiers accept, and none does. */
const expected: readonly [spec: string, accepting: number, refusing: number][] = [
  ['single-turn', 1, 1],
  ['reasoning-cache', 5, 5],
  ['self-check', 12, 32],
  ['rsa', 39, 39],
  ['deepseek-math', 20, 60],
];

for (const [spec, accepting, refusing] of expected) {
  test(`${spec}: ${accepting} calls when all is accepted, ${refusing} when nothing is, within its plan`, async () => {
    for (const [accepts, count] of [
      [true, accepting],
      [false, refusing],
    ] as const) {
      const { asked, proof, end } = await run(spec, { answer: script(accepts) });
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
    const { asked, counts, proof } = await run('nomos', { answer: script(accepts) });
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
    const first = await run(spec, { answer: script(false), order: 1 });
    for (const order of [2, 3]) {
      const other = await run(spec, { answer: script(false), order });
      assert.equal(other.proof, first.proof);
      const wiring = ({ asked }: typeof first) =>
        asked.map(({ label, from }) => `${label} ${from}`).sort((a, b) => (a < b ? -1 : 1));
      assert.deepEqual(wiring(other), wiring(first));
    }
  });

  test(`${spec}: a budget that ends at any call leaves the best proof so far, and no call behind`, async () => {
    const whole = await run(spec, { answer: script(false) });
    const lost: unknown[] = [];
    const onLost = (reason: unknown) => lost.push(reason);
    process.on('unhandledRejection', onLost);
    try {
      for (let budget = 0; budget < whole.asked.length; budget += 1) {
        const { end, kept, asked } = await run(spec, { answer: script(false), budget, order: budget });
        assert.ok(end instanceof BudgetExhausted, `budget ${budget} ended with ${end}`);
        assert.equal(asked.length, budget);
        assert.ok(kept.every((proof) => proof.startsWith('proof of ')));
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
    const some = await run(spec, {
      answer: (role, label, index) =>
        role === 'solve' && index === 0 ? down : script(true)(role, label, index),
    });
    assert.ok(some.proof !== undefined && some.end === undefined, spec);
    const none = await run(spec, { answer: () => down });
    assert.equal(none.end, down, spec);
  }
});

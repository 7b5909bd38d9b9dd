import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plannedCalls, scaffoldWarnings } from './create-scaffold.ts';
import { allAlike, scriptedRun } from './fixtures/scripted-run.ts';

test('a solver within a scaffold has labels, notes and best proofs of its own', async () => {
  const spec = 'best-of-n(n=2,solver=deepseek-math(pool=2,verifications=1,iterations=1,solver=rc(turns=2)))';
  const { asked, notes, kept, counts } = await scriptedRun(spec, { answer: allAlike(false) });
  const labels = asked.map(({ label }) => label);
  for (const label of [
    'solve-1/solve-1/reason-1',
    'solve-1/solve-1/summarise-1',
    'solve-2/verify-3-1',
    'solve-2/refine-4',
    'score-2-1',
  ]) {
    assert.ok(labels.includes(label), label);
  }
  assert.equal(asked.length, plannedCalls(spec).most);
  assert.deepEqual(counts, { solve: 8, summarise: 4, verify: 8, refine: 4, score: 2 });
  // What one reads is named as seen from where it stands.
  assert.deepEqual(asked.find(({ label }) => label === 'solve-2/verify-1-1')?.from, ['solve-1']);
  assert.deepEqual(asked.find(({ label }) => label === 'score-2-1')?.from, ['solve-2']);
  assert.deepEqual(notes['solve-1/choice'], { chosen: 'refine-4', score: 0, pool: 4 });
  assert.equal(notes.choice?.chosen, 'solve-2');
  // The outermost speaks of its own proofs.
  for (const { why } of kept) assert.match(why, /^(?:a draft of )?solve-[12]\b/);
});

test('a budget that ends inside an inner scaffold leaves its draft', async () => {
  const { kept, end } = await scriptedRun('rsa(n=1,k=1,rounds=1,solver=rc(turns=3))', {
    answer: allAlike(false),
    budget: 2,
  });
  assert.ok(end !== undefined);
  assert.deepEqual(kept, [
    { proof: 'proof of solve-1/reason-1', why: 'a draft of solve-1: the answer of turn 1' },
  ]);
});

test('every scaffold that takes a solver takes every scaffold, and asks as often as its plan says', async () => {
  const inner = [
    'rc(turns=2)',
    'self-check(preset=matharena)',
    'nomos(solutions=2)',
    'rsa(n=2,k=1,rounds=1)',
  ];
  inner.push('dsm(pool=1,verifications=1,iterations=1)', 'majority(n=2)', 'best-of-n(n=2)');
  for (const outer of [
    'nomos(solutions=2',
    'rsa(n=2,k=2,rounds=1',
    'dsm(pool=2,verifications=1,iterations=1',
  ]) {
    for (const solver of inner) {
      const spec = `${outer},solver=${solver})`;
      const { least, most } = plannedCalls(spec);
      const { asked, proof, end } = await scriptedRun(spec, { answer: allAlike(false) });
      assert.equal(end, undefined, spec);
      assert.ok(proof !== undefined, spec);
      // Replies that cannot be read are asked for again, which no plan counts.
      const first = asked.filter(({ label }) => !label.endsWith('/again')).length;
      assert.ok(first >= least && first <= most, `${spec}: ${first} is not within ${least} and ${most}`);
    }
  }
});

test('random numbers of inner scaffolds are their own: solvers of one scaffold have other brackets', async () => {
  const { asked } = await scriptedRun('best-of-n(n=2,solver=rsa(rounds=1))', { answer: allAlike(false) });
  const wiring = (prefix: string) =>
    asked
      .filter(({ label, role }) => role === 'merge' && label.startsWith(prefix))
      .map(({ from }) => from.join())
      .sort();
  assert.notDeepEqual(wiring('solve-1/'), wiring('solve-2/'));
});

test('warnings are given for what is inside too', () => {
  const [warning, ...others] = scaffoldWarnings('rsa(solver=deepseek-math)', 'answer');
  assert.match(warning ?? '', /66\.3 to 58\.3/);
  assert.deepEqual(others, []);
  assert.deepEqual(scaffoldWarnings('rsa(solver=deepseek-math)', 'proof'), []);
});

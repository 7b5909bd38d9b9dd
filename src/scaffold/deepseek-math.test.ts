import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plannedCalls } from './create-scaffold.ts';
import { type Script, scriptedRun } from './fixtures/scripted-run.ts';

type Score = 0 | 0.5 | 1 | undefined;

/** Proof number n gets the n-th row of scores; undefined is a verdict that cannot be read, however often it is asked. */
const scored =
  (table: readonly (readonly Score[])[], otherwise: Score = 0): Script['answer'] =>
  ({ role, label }) => {
    if (role === 'solve') return `## Solution\n\nproof ${/\d+/.exec(label)?.[0]}\n\n## Self-evaluation\n\n1`;
    if (role === 'refine') return `## Solution\n\nproof ${/\d+/.exec(label)?.[0]}`;
    const [, proof = '', verification = ''] = /^verify-(\d+)-(\d+)/.exec(label) ?? [];
    const row = table[Number(proof) - 1];
    const score = row === undefined ? otherwise : row[Number(verification) - 1];
    return `analysis ${proof}-${verification} ${score === undefined ? 'without a box' : `\\boxed{${score}}`}`;
  };

test('the answer has the best mean, whatever else was written later', async () => {
  const { proof, notes } = await scriptedRun('dsm(pool=3,verifications=2,iterations=0)', {
    answer: scored([
      [0.5, 0.5],
      [1, 0.5],
      [0, 1],
    ]),
  });
  assert.equal(proof, 'proof 2');
  assert.deepEqual(notes.choice, { chosen: 'solve-2', score: 0.75, pool: 3 });
});

test('of equal means the one with more verifications, then the later, is the answer', async () => {
  const more = await scriptedRun('dsm(pool=3,verifications=2,iterations=0)', {
    answer: scored([
      [0.5, 0.5],
      [0.5, undefined],
      [undefined, 0.5],
    ]),
  });
  assert.equal(more.proof, 'proof 1');
  const later = await scriptedRun('dsm(pool=2,verifications=2,iterations=1)', { answer: scored([], 0.5) });
  assert.equal(later.proof, 'proof 4');
});

test('NULL-NOT-ZERO: a verification that cannot be read is asked again, leaves the mean, and is shown to no refiner', async () => {
  const run = await scriptedRun('dsm(pool=2,verifications=2,iterations=1,analyses=2)', {
    answer: scored(
      [
        [0.5, undefined],
        [0, 0.5],
      ],
      0,
    ),
  });
  // As a zero it would have sunk below the other.
  assert.equal(run.proof, 'proof 1');
  assert.ok(run.asked.some(({ label }) => label === 'verify-1-2/again'));
  assert.equal(run.notes['verify-1-2']?.abstained, 'it has no score in \\boxed{}');
  const refined = run.asked.find(({ label }) => label === 'refine-3');
  assert.deepEqual(refined?.from, ['solve-1', 'verify-1-1']);
  assert.ok(!refined?.prompt.includes('analysis 1-2'));
});

test('a refiner reads the hardest analyses, with the proof they are about', async () => {
  const run = await scriptedRun('dsm(pool=1,verifications=4,analyses=2,iterations=1)', {
    answer: scored([[1, 0.5, 0, 0.5]]),
  });
  const refined = run.asked.find(({ role }) => role === 'refine');
  assert.deepEqual(refined?.from, ['solve-1', 'verify-1-3', 'verify-1-2']);
  const shown = [...(refined?.prompt ?? '').matchAll(/analysis 1-\d/g)].map(String);
  assert.deepEqual(shown, ['analysis 1-3', 'analysis 1-2']);
  assert.match(refined?.prompt ?? '', /<solution-[0-9a-f]{8}>\nproof 1\n/);
  // Its self-evaluation is no part of the proof.
  assert.ok(!refined?.prompt.includes('Self-evaluation\n\n1'));
});

test('the best of the whole pool are refined, of equal ones the later', async () => {
  const run = await scriptedRun('dsm(pool=2,verifications=1,iterations=2)', {
    answer: scored([[0.5], [0], [0.5], [0]]),
  });
  const parents = run.asked
    .filter(({ role }) => role === 'refine')
    .map(({ label, from }) => [label, from[0]]);
  assert.deepEqual(parents.slice(0, 2), [
    ['refine-3', 'solve-1'],
    ['refine-4', 'solve-2'],
  ]);
  assert.deepEqual(parents.slice(2), [
    ['refine-5', 'refine-3'],
    ['refine-6', 'solve-1'],
  ]);
});

test('a proof that all verifiers call right ends the search; a half that could not be read does not count as right', async () => {
  const ends = async (row: readonly Score[]) =>
    (await scriptedRun('dsm(pool=1,verifications=4,iterations=1)', { answer: scored([row]) })).counts
      .refine === undefined;
  assert.equal(await ends([1, 1, 1, 1]), true);
  assert.equal(await ends([1, 1, 1, undefined]), true);
  assert.equal(await ends([1, 1, undefined, undefined]), false);
  assert.equal(await ends([1, 1, 1, 0.5]), false);
});

test('several refinements of each of the best read different faults, and are counted', async () => {
  const spec = 'dsm(pool=4,best=2,refinements=3,verifications=3,analyses=1,iterations=2)';
  const { asked, counts } = await scriptedRun(spec, { answer: scored([], 0.5) });
  assert.deepEqual([counts.solve, counts.refine, counts.verify], [4, 12, (4 + 12) * 3]);
  assert.equal(plannedCalls(spec).most, asked.length);
  const first = asked.filter(({ label }) => /^refine-[567]$/.test(label)).map(({ from }) => from.join());
  assert.deepEqual(first, ['solve-4,verify-4-1', 'solve-4,verify-4-2', 'solve-4,verify-4-3']);
});

test('where no verdict can be read there is an answer all the same, and it says that nobody scored it', async () => {
  const { proof, kept } = await scriptedRun('dsm(pool=2,verifications=1,iterations=1)', {
    answer: scored([[], [], [], []]),
  });
  assert.equal(proof, 'proof 4');
  assert.match(kept.at(-1)?.why ?? '', /which no verifier scored/);
});

test('a refinement that was cut is left out, where what it refines is whole', async () => {
  const spec = 'dsm(pool=2,verifications=1,iterations=1)';
  const cut: Script['answer'] = (call) =>
    call.label === 'refine-4' ? { answer: 'half a pr', finish: 'length' } : scored([], 0.5)(call);
  const { proof, counts, notes } = await scriptedRun(spec, { answer: cut });
  assert.equal(proof, 'proof 3');
  assert.equal(counts.verify, 3);
  assert.ok(notes['refine-4']?.passedOver !== undefined);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ModelError } from '../model/model-error.ts';
import { Random } from '../stats/random.ts';
import { type Script, type ScriptedCall, type ScriptedRun, scriptedRun } from './fixtures/scripted-run.ts';
import { cyclicBlocks } from './rsa.ts';

/** Qualities of the candidates in a prompt, by their number there. */
function qualities(prompt: string): number[] {
  return [...prompt.matchAll(/<candidate-\d+-[0-9a-f]{8}>\nquality (\d+)/g)].map(([, quality]) =>
    Number(quality),
  );
}

/** Solvers write proofs of the given qualities; a judge sees which is better; `merge` says what comes of a block. */
const world =
  (solved: readonly number[], merge: (block: readonly number[]) => number): Script['answer'] =>
  ({ role, label, prompt }) => {
    if (role === 'solve') return `quality ${solved[Number(/\d+/.exec(label)?.[0]) - 1]}`;
    const read = qualities(prompt);
    if (role === 'merge') return `quality ${merge(read)}`;
    return `\\boxed{${read.indexOf(Math.max(...read)) + 1}}`;
  };

const eight = [3, 1, 4, 1, 5, 9, 2, 6];

test('the best of the last population is chosen, by knockout and by one call that reads all', async () => {
  for (const spec of ['rsa', 'rsa(select=together)', 'rsa(orders=both)', 'rsa(n=7)']) {
    for (let seed = 0; seed < 10; seed += 1) {
      // Merging loses a little, so the last population is worse than the first and has a best of its own.
      const answer = world(eight, (block) => Math.max(...block) * 10 + (block[0] ?? 0));
      const { proof, asked, notes, kept } = await scriptedRun(spec, { answer, seed, order: seed });
      const last = asked.filter(({ label }) => label.startsWith('merge-3-'));
      const written = last.map((call) => answer({ ...call }) as string);
      const best = written.sort((a, b) => Number(b.split(' ')[1]) - Number(a.split(' ')[1]))[0];
      assert.equal(proof, best);
      assert.match(String(notes.choice?.chosen), /^merge-3-\d$/);
      assert.equal(kept.at(-1)?.proof, proof);
    }
  }
});

test('a random member of the last population, by seed, is the answer of the paper', async () => {
  const chosen = new Set<unknown>();
  for (let seed = 0; seed < 60; seed += 1) {
    const run = await scriptedRun('rsa(n=4,k=2,rounds=1,select=random)', {
      answer: world(eight, (block) => Math.max(...block)),
      seed,
    });
    assert.equal(run.counts.compare, undefined);
    chosen.add(run.notes.choice?.chosen);
  }
  assert.deepEqual([...chosen].sort(), ['merge-1-1', 'merge-1-2', 'merge-1-3', 'merge-1-4']);
});

test('when no judge decides, every place of the population wins about as often', async () => {
  for (const select of ['knockout', 'together', 'random']) {
    const won = new Map<unknown, number>();
    const runs = 400;
    for (let seed = 0; seed < runs; seed += 1) {
      const { notes } = await scriptedRun(`rsa(n=8,rounds=0,select=${select})`, {
        answer: ({ role, label }) => (role === 'solve' ? `proof of ${label}` : '\\boxed{equal}'),
        seed,
      });
      won.set(notes.choice?.chosen, (won.get(notes.choice?.chosen) ?? 0) + 1);
    }
    assert.equal(won.size, 8);
    // 50 each, give or take five standard deviations.
    for (const [label, times] of won) assert.ok(times > 17 && times < 83, `${select}: ${label} won ${times}`);
  }
});

/** For each round the labels that each merge read. */
function wiring({ asked }: ScriptedRun): (readonly string[])[][] {
  const merges = asked.filter(({ role }: ScriptedCall) => role === 'merge');
  return [1, 2, 3].map((round) =>
    merges
      .filter(({ label }) => label.startsWith(`merge-${round}-`))
      .sort((a, b) => (a.label < b.label ? -1 : 1))
      .map(({ from }) => from),
  );
}

test('each candidate is read exactly k times a round, blocks differ by problem and by round, and a replay has the same', async () => {
  const answer = world(eight, (block) => Math.max(...block));
  const first = wiring(await scriptedRun('rsa', { answer, seed: 1 }));
  for (const round of first) {
    const reads = new Map<string, number>();
    for (const label of round.flat()) reads.set(label, (reads.get(label) ?? 0) + 1);
    assert.deepEqual(
      [...reads.values()],
      Array.from({ length: 8 }, () => 3),
    );
    assert.ok(round.every((block) => new Set(block).size === 3));
  }
  assert.deepEqual(wiring(await scriptedRun('rsa', { answer, seed: 1, order: 9 })), first);
  assert.notDeepEqual(wiring(await scriptedRun('rsa', { answer, seed: 2 })), first);
  const places = first.map((round) =>
    round.map((block) => block.map((label) => label.replace(/^\w+-(?:\d-)?/, '')).join()),
  );
  assert.notDeepEqual(places[0], places[1]);
});

test('blocks are balanced, and every candidate stands once at every place of a block', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 24 }), fc.nat(), fc.nat(), (n, seed, some) => {
      const k = 1 + (some % n);
      const blocks = cyclicBlocks(n, k, new Random(seed));
      assert.equal(blocks.length, n);
      for (let place = 0; place < k; place += 1) {
        assert.equal(new Set(blocks.map((block) => block[place])).size, n);
      }
      for (const block of blocks) assert.equal(new Set(block).size, k);
    }),
  );
});

test('blocks that are drawn each have k candidates, not all of them equally often', async () => {
  const run = await scriptedRun('rsa(blocks=drawn)', { answer: world(eight, (block) => Math.max(...block)) });
  const rounds = wiring(run);
  for (const block of rounds.flat()) assert.equal(new Set(block).size, 3);
  const reads = new Map<string, number>();
  for (const label of rounds.flat(2)) reads.set(label, (reads.get(label) ?? 0) + 1);
  assert.ok(new Set(reads.values()).size > 1);
});

test('a merge that fails, says nothing or was cut leaves a whole candidate of its block in place', async () => {
  for (const spoilt of [
    { answer: '' },
    { finish: 'length' as const },
    { answer: 'quality 9', finish: 'length' as const },
    new ModelError('down', { kind: 'server', isRetryable: true }),
  ]) {
    const answer: Script['answer'] = (call) =>
      call.label === 'merge-1-2' ? spoilt : world([1, 2, 3, 4], ([first = 0]) => first * 10)(call);
    const { proof, asked, notes } = await scriptedRun('rsa(n=4,k=2,rounds=1)', { answer });
    const [left] = asked.find(({ label }) => label === 'merge-1-2')?.from ?? [];
    assert.equal(notes['merge-1-2']?.leftInPlace, left);
    assert.match(proof ?? '', /^quality [1-4]0$/);
    const compared = asked.filter(({ role }) => role === 'compare').flatMap(({ from }) => from);
    assert.ok(compared.includes(left ?? ''));
  }
});

test('a merge that was cut is taken where its whole block was cut', async () => {
  const answer: Script['answer'] = (call) =>
    call.role === 'compare' ? '\\boxed{1}' : { answer: `the beginning of ${call.label}`, finish: 'length' };
  const { proof } = await scriptedRun('rsa(n=2,k=2,rounds=1)', { answer });
  assert.match(proof ?? '', /^the beginning of merge-1-/);
});

test('a budget that ends before the judges leaves a whole proof rather than a later one that was cut', async () => {
  const answer: Script['answer'] = ({ label }) =>
    label.startsWith('solve-1/') ? 'whole' : { answer: 'cut', finish: 'length' };
  const { kept } = await scriptedRun('rsa(n=4,k=2,rounds=1)', { answer, budget: 4, order: 3 });
  assert.equal(kept.at(-1)?.proof, 'whole');
});

test('k above n is refused before the first call, and names the setting', async () => {
  await assert.rejects(
    () => scriptedRun('rsa(n=2)', { answer: () => '' }),
    /^ScaffoldSpecError: rsa, k: k must not be above n/,
  );
});

test('copies that failed merges leave behind are read once, and not judged against each other', async () => {
  // Half of what solvers write is cut, and the merges of one round fail: whole proofs take several places.
  for (const failing of ['merge-1-', 'merge-2-']) {
    const answer: Script['answer'] = (call) => {
      if (call.label.startsWith(failing)) return '';
      const said = world([1, 2, 3, 4], (block) => Math.max(...block) * 10)(call) as string;
      return /^(?:solve-[34]|merge-1-[34])/.test(call.label) ? { answer: said, finish: 'length' } : said;
    };
    for (let seed = 0; seed < 20; seed += 1) {
      const { asked, proof } = await scriptedRun('rsa(n=4,k=3,rounds=2)', { answer, seed });
      for (const { from, label } of asked) assert.equal(new Set(from).size, from.length, label);
      assert.ok(asked.filter(({ role }) => role === 'compare').length <= 3);
      assert.ok(proof !== undefined);
    }
  }
});

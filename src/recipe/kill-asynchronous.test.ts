import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { JournalReader } from '../journal/journal-reader.ts';
import { Random } from '../stats/random.ts';
import { decodeSamples } from '../train/rollout-codec.ts';
import { accountsOf } from './fixtures/accounts.ts';
import { type Ending, livesOf, sit } from './fixtures/sitting.ts';

const skip = process.platform === 'win32' && 'signals are POSIX';
const maxLag = 2;
const settings = { steps: 12, problemsPerStep: 6, groupSize: 6 };

test('EMIT-ONCE, LAG-BOUND, PAY-ONCE: an asynchronous run that is killed anywhere ends with its accounts in order', {
  skip,
}, async () => {
  const root = mkdtempSync(path.join(tmpdir(), 'qed-kill-asynchronous-'));
  const run = path.join(root, 'run');
  const args = [
    ...['--set', `rl.pipeline.maxLag=${maxLag}`, '--set', `rl.steps=${settings.steps}`],
    ...['--set', 'rl.zeroVarianceGroups=refill', '--to', 'rl'],
  ];
  const random = new Random('kill-asynchronous');
  const endings: Ending[] = [
    { kind: 'line', pattern: /^rl 2\//, delay: random.integer(0, 300) },
    { kind: 'moment', moment: { operation: 'append', path: 'rl/batch/4', when: 'before' } },
    { kind: 'moment', moment: { operation: 'append', path: 'rl/batch/5', when: 'after' } },
    { kind: 'line', pattern: /^rl 7\//, delay: random.integer(0, 300) },
    { kind: 'line', pattern: /^rl 9\//, signal: 'SIGINT' },
    { kind: 'line', pattern: /^rl 11\//, delay: random.integer(0, 300) },
  ];
  for (const ending of endings) {
    const { code, signal, errors } = await sit(run, { args, ending });
    assert.ok(
      signal === 'SIGKILL' || code === 130,
      `${JSON.stringify(ending)} did not come to pass: ${errors}`,
    );
  }
  const last = await sit(run, { args });
  assert.equal(last.code, 0, last.errors);

  const { madeAgain, faults } = accountsOf(livesOf(run));
  assert.deepEqual(faults, []);
  const mostUnderWay = (maxLag + 1) * settings.problemsPerStep * settings.groupSize;
  assert.ok(madeAgain <= endings.length * 2 * mostUnderWay, `${madeAgain} effects were made again`);

  const { batches, versionsOf } = await recordOf(run);
  assert.equal(batches.length, settings.steps);
  const ends = batches.flatMap(({ groups, dropped }) => [...groups, ...dropped.map(([index]) => index)]);
  assert.equal(new Set(ends).size, ends.length, 'a group ends once');
  assert.equal(ends.length, Math.max(...ends) + 1, 'and every group ends');
  const first = Math.min(...[...versionsOf.values()].flat());
  let oldest = 0;
  for (const { step, groups } of batches) {
    assert.equal(groups.length, settings.problemsPerStep);
    for (const index of groups) {
      const versions = Array.from({ length: settings.groupSize }, (_, attempt) =>
        versionsOf.get(`rl/${index}/${attempt}`),
      );
      for (const version of versions.flatMap(
        (list) => list ?? assert.fail('an attempt was trained that is not on record'),
      )) {
        oldest = Math.max(oldest, step - 1 - (version - first));
      }
    }
  }
  assert.ok(oldest > 0, 'some tokens have to be older than the step, or nothing was asynchronous');
  assert.ok(oldest <= maxLag, `a token with a lag of ${oldest} was trained`);
  rmSync(root, { recursive: true });
});

interface Batch {
  readonly step: number;
  readonly groups: readonly number[];
  readonly dropped: readonly (readonly [index: number, reason: string])[];
}

async function recordOf(run: string): Promise<{ batches: Batch[]; versionsOf: Map<string, number[]> }> {
  const reader = new JournalReader(run);
  try {
    const batches: Batch[] = [];
    for await (const { key, value } of reader.values('rl/batch')) {
      batches.push({ step: Number(key), ...(value as unknown as Omit<Batch, 'step'>) });
    }
    const versionsOf = new Map<string, number[]>();
    for await (const { unit, label, payload } of reader.effects()) {
      if (label !== 'attempt' || payload === undefined || unit.startsWith('rl/held-out/')) continue;
      const [sample] = decodeSamples(payload);
      versionsOf.set(unit, sample?.versions.map(({ version }) => version) ?? []);
    }
    return { batches, versionsOf };
  } finally {
    reader.close();
  }
}

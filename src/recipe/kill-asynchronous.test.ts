import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { JournalReader } from '../journal/journal-reader.ts';
import { Random } from '../stats/random.ts';
import { drawnTurns } from '../train/reasoning-cache/drawn-turns.ts';
import { decodeSamples } from '../train/rollout-codec.ts';
import { accountsOf } from './fixtures/accounts.ts';
import { type Ending, livesOf, sit, tinyRecipe } from './fixtures/sitting.ts';
import type { PolicyStage } from './schema.ts';

const skip = process.platform === 'win32' && 'signals are POSIX';
const maxLag = 2;
const settings = { steps: 16, problemsPerStep: 6, groupSize: 6 };

const title = 'an asynchronous run that is killed anywhere ends with its accounts in order';

test(`EMIT-ONCE, LAG-BOUND, PAY-ONCE: ${title}`, { skip }, () => killedAnywhere('rl', tinyRecipe));

test(`EMIT-ONCE, LAG-BOUND, PAY-ONCE, on states of the Reasoning Cache: ${title}`, { skip }, () =>
  killedAnywhere('rc', path.join(path.dirname(tinyRecipe), 'tiny-rc.yaml')),
);

async function killedAnywhere(stage: PolicyStage, recipe: string): Promise<void> {
  const root = mkdtempSync(path.join(tmpdir(), 'qed-kill-asynchronous-'));
  const run = path.join(root, 'run');
  const args = [
    ...['--set', `${stage}.pipeline.maxLag=${maxLag}`, '--set', `${stage}.steps=${settings.steps}`],
    ...['--set', `${stage}.zeroVarianceGroups=refill`, '--to', stage],
  ];
  const random = new Random('kill-asynchronous', stage);
  const endings: Ending[] = [
    { kind: 'line', pattern: new RegExp(`^${stage} 2/`), delay: random.integer(0, 300) },
    { kind: 'moment', moment: { operation: 'append', path: `${stage}/batch/4`, when: 'before' } },
    { kind: 'moment', moment: { operation: 'append', path: `${stage}/batch/5`, when: 'after' } },
    { kind: 'line', pattern: new RegExp(`^${stage} 6/`), delay: random.integer(0, 200) },
    { kind: 'line', pattern: new RegExp(`^${stage} 8/`), signal: 'SIGINT' },
    { kind: 'line', pattern: new RegExp(`^${stage} 10/`), delay: random.integer(0, 100) },
  ];
  for (const ending of endings) {
    const { code, signal, errors } = await sit(run, { args, recipe, ending });
    assert.ok(
      signal === 'SIGKILL' || code === 130,
      `${JSON.stringify(ending)} did not come to pass: ${errors}`,
    );
  }
  const last = await sit(run, { args, recipe });
  assert.equal(last.code, 0, last.errors);

  const { madeAgain, faults } = accountsOf(livesOf(run));
  assert.deepEqual(faults, []);
  const mostUnderWay = (maxLag + 1) * settings.problemsPerStep * settings.groupSize;
  assert.ok(madeAgain <= endings.length * 2 * mostUnderWay, `${madeAgain} effects were made again`);

  const { batches, versionsOf } = await recordOf(run, stage);
  assert.equal(batches.length, settings.steps);
  const ends = batches.flatMap(({ groups, dropped }) => [...groups, ...dropped.map(([index]) => index)]);
  assert.equal(new Set(ends).size, ends.length, 'a group ends once');
  assert.equal(ends.length, Math.max(...ends) + 1, 'and every group ends');
  const first = Math.min(...[...versionsOf.values()].flat());
  let oldest = 0;
  for (const { step, groups } of batches) {
    assert.equal(groups.length, settings.problemsPerStep);
    for (const index of groups) {
      const units = Array.from(
        { length: settings.groupSize },
        (_, attempt) => `${stage}/${index}/${attempt}`,
      );
      const calls = [...units.map((unit) => `${unit} attempt`), ...callsOfState(stage, index)];
      const versions = calls.flatMap(
        (call) => versionsOf.get(call) ?? assert.fail(`${call} was trained on and is not on record`),
      );
      for (const version of versions) {
        oldest = Math.max(oldest, step - 1 - (version - first));
      }
    }
  }
  assert.ok(oldest > 0, 'some tokens have to be older than the step, or nothing was asynchronous');
  assert.ok(oldest <= maxLag, `a token with a lag of ${oldest} was trained`);
  rmSync(root, { recursive: true });
}

/** The turns that the prompt of a group rests on. */
function callsOfState(stage: PolicyStage, index: number): string[] {
  if (stage !== 'rc') return [];
  const number = Math.floor(index / 2);
  const turn = drawnTurns({ turns: 3, statesPerTrajectory: 2, seed: 7 }, number)[index % 2] ?? assert.fail();
  return Array.from({ length: turn - 1 }, (_, before) => `rc/trajectory/${number} reason-${before + 1}`);
}

interface Batch {
  readonly step: number;
  readonly groups: readonly number[];
  readonly dropped: readonly (readonly [index: number, reason: string])[];
}

async function recordOf(
  run: string,
  stage: PolicyStage,
): Promise<{ batches: Batch[]; versionsOf: Map<string, number[]> }> {
  const reader = new JournalReader(run);
  try {
    const batches: Batch[] = [];
    for await (const { key, value } of reader.values(`${stage}/batch`)) {
      batches.push({ step: Number(key), ...(value as unknown as Omit<Batch, 'step'>) });
    }
    const versionsOf = new Map<string, number[]>();
    for await (const { unit, label, payload } of reader.effects()) {
      if (payload === undefined || !unit.startsWith(`${stage}/`)) continue;
      if (unit.startsWith(`${stage}/held-out/`) || !/^(attempt|reason-\d+)$/.test(label)) continue;
      const [sample] = decodeSamples(payload);
      versionsOf.set(`${unit} ${label}`, sample?.versions.map(({ version }) => version) ?? []);
    }
    return { batches, versionsOf };
  } finally {
    reader.close();
  }
}

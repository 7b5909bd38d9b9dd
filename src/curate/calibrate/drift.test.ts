import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { BenchRecords } from '../../bench/records.ts';
import { temporaryDirectory } from '../../journal/fixtures/temporary-directory.ts';
import type { GradedSet } from '../../problems/graded/graded-proof.ts';
import { problemNumber } from '../../prove/fixtures/settings.ts';
import { Random } from '../../stats/random.ts';
import type { Arm } from './arm.ts';
import { calibrationSet } from './calibration-set.ts';
import { driftOf, usualDriftThresholds } from './drift.ts';
import { driftTable } from './drift-table.ts';
import { taskOf, tasksOf } from './gradings.ts';
import { pinOf, readPin } from './pin.ts';
import { placeOf } from './run-calibration.ts';

const problems = 20;
const set = calibrationSet(
  {
    ...{ name: 'toys', version: '1', ungraded: 0, faults: [], warnings: [], digest: 'f'.repeat(64) },
    source: { spec: 'toys', files: [], licence: 'none', attribution: 'none', checked: 'given' },
    proofs: Array.from({ length: problems }, (_, p) =>
      [0, 3, 7].map((points) => ({
        ...{ id: `${p}/${points}`, proof: `Proof worth ${points}.`, grader: 'human', author: 'm', tags: {} },
        problem: problemNumber(p + 1),
        grade: { kind: 'points' as const, points, ratings: [points], maximum: 7 },
      })),
    ).flat(),
  } satisfies GradedSet,
  { seed: 1 },
);
const arm: Arm = {
  ...{ spec: 'm', name: 'm#1', judge: 'm', style: undefined, effort: undefined, reference: undefined },
  missing: () => undefined,
};
const asked = { seed: 1, limit: null, threshold: null, repeats: 1, on: ['toys.jsonl'] };

/** What a judge gave, by reference and a draw of its own; null where it gave nothing. */
function recordsOf(grade: (reference: number, random: Random) => number | null, seed = 1, name = arm.name) {
  const records = new BenchRecords();
  const random = new Random('judge', seed);
  for (const [index, task] of tasksOf(set).entries()) {
    const points = grade(set.proofs[index]?.reference ?? 0, random);
    records.addGrade({
      ...{ judge: name, ...placeOf(task, 0), points, cause: points === null ? 'unparsable' : null },
      ...{ promptTokens: 1, completionTokens: 1, dollars: 0, seconds: 1, number: 0 },
    });
  }
  return records;
}

const noisy = (reference: number, random: Random): number =>
  random.chance(0.3) ? Math.min(7, Math.max(0, reference + random.integer(-2, 2))) : reference;
const pin = pinOf(asked, [set], [arm], recordsOf(noisy));
const drift = (records: BenchRecords, now = arm) =>
  driftOf({ pin, sets: [set], arms: [{ arm: now, label: 'm' }], records, thresholds: usualDriftThresholds });
const drifted = (records: BenchRecords): string[] =>
  drift(records).flatMap(({ tests }) => tests.flatMap((one) => (one.hasDrifted ? [one.measure] : [])));

test('the same judge with other draws has not drifted, in nearly all of many checks', () => {
  let alarms = 0;
  for (let seed = 2; seed < 62; seed += 1) alarms += drifted(recordsOf(noisy, seed)).length > 0 ? 1 : 0;
  // 5 % at most on average, and a change must exceed the threshold as well.
  assert.ok(alarms <= 7, `${alarms} false alarms of 60`);
  const same = drift(recordsOf(noisy));
  assert.deepEqual([same[0]?.same, same[0]?.tests.map(({ change }) => change.estimate)], [1, [0, 0, 0]]);
});

test('a judge that became generous, blind or silent has drifted, each in its own measure', () => {
  assert.deepEqual(drifted(recordsOf((reference, random) => Math.min(7, noisy(reference, random) + 1), 2)), [
    'mean grade',
  ]);
  assert.ok(drifted(recordsOf((_, random) => random.integer(0, 7), 2)).includes('advantage error'));
  const silent = recordsOf((reference, random) => (random.chance(0.4) ? null : noisy(reference, random)), 2);
  assert.deepEqual(drifted(silent), ['ungraded']);
});

test('NULL-NOT-ZERO: what has no grade now has no change of its points', () => {
  const [judge] = drift(recordsOf((reference) => (reference === 7 ? null : reference)));
  const grade = judge?.tests.find(({ measure }) => measure === 'mean grade');
  assert.ok(Math.abs(grade?.change.estimate ?? 9) < 0.5);
});

test('a pin is read back as it was written, without any text of a proof; what is no pin is refused by field', (t) => {
  const directory = temporaryDirectory(t);
  const file = path.join(directory, 'pin.json');
  writeFileSync(file, JSON.stringify(pin));
  assert.deepEqual(readPin(file), pin);
  assert.ok(!JSON.stringify(pin).includes('Proof worth'));
  writeFileSync(file, JSON.stringify({ ...pin, seed: 'one' }));
  assert.throws(() => readPin(file), /pin\.json: field seed: .*--pin writes such a file/);
});

test('proofs and judges that have changed are said, and a changed proof is left out', () => {
  const [first] = set.proofs;
  assert.ok(first !== undefined);
  const other = { ...set, proofs: [{ ...first, proof: 'Another proof.' }, ...set.proofs.slice(1)] };
  const now = { ...arm, name: 'm#2' };
  const [judge] = driftOf({
    ...{ pin, sets: [other], arms: [{ arm: now, label: 'm' }], thresholds: usualDriftThresholds },
    records: recordsOf(noisy, 1, 'm#2'),
  });
  assert.deepEqual([judge?.changed, judge?.isAnother], [1, { before: 'm#1', now: 'm#2' }]);
  const { notes } = driftTable(judge === undefined ? [] : [judge], usualDriftThresholds);
  assert.match(notes.join(' '), /1 pinned proofs are gone.*another judge by name \(m#1, now m#2\)/);
  assert.ok(taskOf(set, first).id in pin.proofs);
});

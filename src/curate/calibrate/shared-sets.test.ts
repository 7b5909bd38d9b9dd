/** People's grades as they are published, and what graders come to on them that read nothing. Skipped where ../shared/data is absent. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openGradedSet } from '../../problems/graded/open-graded-set.ts';
import { Random } from '../../stats/random.ts';
import { agreementFigures } from './agreement-figures.ts';
import { baselinesOf } from './baselines.ts';
import { type CalibrationSet, calibrationSet, problemOf } from './calibration-set.ts';
import { plantAttacks } from './plant-attacks.ts';

const shared = fileURLToPath(new URL('../../../../shared/data', import.meta.url));
const skip = existsSync(shared) ? false : '../shared/data is not here';

async function opened(...parts: readonly string[]): Promise<CalibrationSet> {
  return calibrationSet(await openGradedSet(path.join(shared, ...parts), { environment: {} }), { seed: 1 });
}

function blind(set: CalibrationSet, name: string) {
  const { proofs = [] } = baselinesOf(set).find((one) => one.name === name) ?? {};
  return agreementFigures(proofs, set, { random: new Random(1), resamples: 200 }).figures;
}

test('IMO-GradingBench: a constant grader errs by 1.08 in advantages, which a judge has to beat', {
  skip,
}, async () => {
  const set = await opened('imo-gradingbench-200');
  assert.deepEqual(
    [set.proofs.length, new Set(set.proofs.map(problemOf)).size, set.threshold],
    [200, 30, undefined],
  );
  for (const name of ['always 0', 'always 7', 'always the mean of the set'])
    assert.equal(blind(set, name).advantageError?.estimate.toFixed(4), '1.0759');
  assert.equal(blind(set, 'always 0').meanAbsolute?.estimate, 3.025);
  assert.match(set.notes.join(' '), /at 9 of them people gave all proofs the same/);
  const planted = plantAttacks(set, { count: 20, seed: 1 });
  assert.equal(new Set(planted.map(({ proof }) => proof.id)).size, 20);
});

test('DeepSeek-Math-V2: three scales on one, a proof a problem and so no advantages', { skip }, async () => {
  const set = await opened('deepseek-math-v2', 'outputs');
  assert.equal(blind(set, 'always 7').advantageError, undefined);
  assert.equal(blind(set, 'always 7').meanAbsolute?.estimate.toFixed(3), '1.207');
  const notes = set.notes.join(' ');
  assert.match(
    notes,
    /6 grades on 0 to 21 were multiplied by 7\/21.*12 grades on 0 to 10 were multiplied by 7\/10/,
  );
});

test('Open Proof Corpus: right from 5 points on, as its graders were told; ProcessBench: from 6', {
  skip,
}, async () => {
  const corpus = await opened('open-proof-corpus/data/train/discrete/long/test.parquet');
  assert.deepEqual([corpus.proofs.length, corpus.threshold], [433, 5]);
  assert.equal(blind(corpus, 'always 0').exact?.estimate.toFixed(4), (272 / 433).toFixed(4));
  const steps = await opened('processbench/olympiadbench.json');
  assert.deepEqual(
    [steps.proofs.length, steps.threshold, steps.proofs.filter(({ reference }) => reference === 7).length],
    [1000, 6, 339],
  );
  assert.equal(new Set(steps.proofs.map(problemOf)).size, 561);
  assert.ok(steps.proofs.every(({ proof }) => proof !== undefined));
});

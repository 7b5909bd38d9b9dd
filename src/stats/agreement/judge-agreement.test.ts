import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Random } from '../random.ts';
import { type JudgedProof, judgeAgreement } from './judge-agreement.ts';

const near = (actual: number | undefined, expected: number, tolerance = 1e-12) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= tolerance, `${actual} is not ${expected}`);
const options = (resamples = 200) => ({ random: new Random('judge'), resamples });
const proof = (problem: string, reference: number | null, grade: number | null): JudgedProof => ({
  ...{ problem, reference, grade },
});

/** The worked example of the reference program. */
const example = [
  ...[proof('A', 7, 7), proof('A', 0, 1), proof('A', 3, 2)],
  ...[proof('B', 6, 7), proof('B', 6, 0), proof('C', 4, 4)],
];

test('the worked example of the reference program', () => {
  const { figures } = judgeAgreement(example, options());
  near(figures.meanAbsolute?.estimate, 1.5);
  near(figures.classAccuracy?.estimate, 0.5);
  near(figures.localConsistency?.estimate, 0.5);
  near(figures.advantageError?.estimate, 2.0833, 5e-5);
});

test('NULL-NOT-ZERO: a failed judge and a missing reference are counted and change no figure', () => {
  const clean = judgeAgreement(example, options());
  const missing = judgeAgreement(
    [proof('A', 7, null), ...example, proof('D', null, 3), proof('D', null, null)],
    options(),
  );
  assert.deepEqual(missing.figures, clean.figures);
  assert.deepEqual(missing.recall, clean.recall);
  assert.deepEqual(missing.coverage, {
    ...{ proofs: 9, compared: 6, problems: 3, ungraded: 2, withoutReference: 1 },
  });
});

test('nothing to compare leaves every figure absent', () => {
  const { figures, coverage } = judgeAgreement([proof('A', 7, null)], options());
  for (const figure of Object.values(figures)) assert.equal(figure, undefined);
  assert.equal(coverage.compared, 0);
});

test('a perfect judge is perfect in every figure', () => {
  const proofs = Array.from({ length: 40 }, (_, i) => proof(`p${i % 10}`, i % 8, i % 8));
  const { figures, recall, confusion } = judgeAgreement(proofs, options());
  for (const name of ['meanAbsolute', 'rootMeanSquare', 'bias', 'advantageError'] as const) {
    near(figures[name]?.estimate, 0);
  }
  for (const name of [
    'withinOne',
    'exact',
    'classAccuracy',
    'kappa',
    'linearKappa',
    'quadraticKappa',
  ] as const) {
    near(figures[name]?.estimate, 1);
  }
  for (const name of ['pearson', 'spearman', 'kendall', 'localConsistency'] as const) {
    near(figures[name]?.estimate, 1);
  }
  for (const share of Object.values(recall)) near(share?.estimate, 1);
  assert.equal(
    confusion.counts.flat().reduce((sum, count) => sum + count),
    40,
  );
});

test('intervals hold their estimates, and repeat with the seed', () => {
  const random = new Random('noise');
  const proofs = Array.from({ length: 120 }, (_, i) => {
    const reference = random.integer(0, 7);
    return proof(`p${i % 15}`, reference, Math.max(0, Math.min(7, reference + random.integer(-2, 2))));
  });
  const once = judgeAgreement(proofs, options());
  assert.deepEqual(judgeAgreement(proofs, options()), once);
  for (const figure of Object.values(once.figures)) {
    assert.ok(figure?.interval !== undefined);
    assert.ok(figure.interval.low <= figure.estimate && figure.estimate <= figure.interval.high);
  }
});

const outputs = new URL('../../../../shared/data/deepseek-math-v2/outputs/', import.meta.url);

test('human grades of DeepSeek-Math-V2 make the scores that it published, and its own verifier agrees with them so far', {
  skip: existsSync(outputs) ? false : 'its published outputs are not beside this checkout',
}, () => {
  const rows = ['Basic', 'Advanced'].map((level) =>
    readFileSync(new URL(`IMO-ProofBench-${level}.jsonl`, outputs), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Row),
  );
  const percent = rows.map(
    (level) => (100 / 7) * mean(level.map((row) => row.model_prediction.human_rating)),
  );
  near(percent[0], 99, 0.05);
  near(percent[1], 61.9, 0.05);
  const proofs = rows
    .flat()
    .map(({ problem_idx, model_prediction }) =>
      proof(problem_idx, model_prediction.human_rating, 7 * model_prediction.average_automatic_rating),
    );
  const { figures, coverage } = judgeAgreement(proofs, options());
  assert.deepEqual([coverage.compared, coverage.problems], [60, 60]);
  assert.ok((figures.bias?.estimate ?? 0) > 0, 'a model grades itself more kindly than people do');
  // One proof a problem: there is no advantage to be wrong about, and that is not an error of 0.
  assert.equal(figures.advantageError, undefined);
});

interface Row {
  readonly problem_idx: string;
  readonly model_prediction: {
    readonly human_rating: number;
    readonly average_automatic_rating: number;
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

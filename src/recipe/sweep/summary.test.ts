import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvTable } from '../../bench/tables/csv-table.ts';
import { textTable } from '../../bench/tables/text-table.ts';
import { tinyRecipe } from '../fixtures/sitting.ts';
import type { Evaluation, ReportInput, RlPoint } from '../report/report-input.ts';
import { type Arm, armsOf } from './arms.ts';
import { sweepPicture } from './picture.ts';
import type { ArmResult } from './read-arm.ts';
import { summarise } from './summary.ts';
import { parseSweptField } from './swept-values.ts';
import { sweepTables } from './tables.ts';

const problems = 24;
const steps = 20;

/** Two attempts at each problem, 19.58 percent on average, and `gain` more. */
const scoresOf = (gain: number): (number | null)[][] =>
  Array.from({ length: problems }, (_, p) => [
    Math.min(1, ((p % 5) + 1) / 10 + gain),
    Math.min(1, (p % 3) / 10 + gain),
  ]);

function evaluation(
  seed: number,
  scaffold: 'single' | 'reasoning-cache',
  scores_P_A: (number | null)[][],
): Evaluation {
  return {
    checkpoint: 'rl',
    seed,
    suite: 'lab',
    scaffold,
    ...(scaffold === 'single' ? {} : { turn: 2 }),
    problems_P: scores_P_A.map((_, p) => ({ id: `p${p}` })),
    attempts_P_A: scores_P_A.map((scores_A) =>
      scores_A.map((score) => ({ score, length: 10, overflowed: false, tokens: 10 })),
    ),
  };
}

const point = (step: number): RlPoint => ({
  step,
  reward: step / steps,
  lengthMean: 30 - step,
  overflowShare: step > 18 ? 0.25 : 0.5,
  gradientNorm: 1,
  groups: { trained: 2, allZero: 1, allEqual: 1, ungraded: 0 },
  mismatchKl: 0,
  maxRatio: 1,
  seconds: 1,
  tokens: 100,
  ...(step % 10 === 0 ? { heldOut: { score: step / 100, ci: [0, 1] as const } } : {}),
});

function result(
  arm: Arm,
  scores: { readonly single: (number | null)[][]; readonly digest?: string },
): ArmResult {
  const input: ReportInput = {
    ...{ name: 'tiny', description: '', recipeYaml: '', seeds: [arm.seed], started: '', seconds: 9 },
    ...{ unfinishedStages: [], examples: [], samples: [], supervised: [] },
    environment: { cpu: '', cores: 1, node: '', qed: '' },
    stages: [
      { id: 'sft', seconds: 3, trainedTokens: 500, sampledTokens: 0 },
      { id: 'rl', seconds: 6 + arm.seed, trainedTokens: 2000, sampledTokens: 3000 },
    ],
    rl: [
      {
        stage: 'rl',
        checkpoint: 'rl',
        from: 'sft',
        tokenLimit: 24,
        before: { score: 0.05, ci: [0, 1] },
        points: Array.from({ length: steps }, (_, i) => point(i + 1)),
      },
    ],
    evaluations: [evaluation(arm.seed, 'single', scores.single)],
  };
  return {
    arm,
    input,
    heldOut: new Map([
      [
        'rl',
        new Map([
          ['v/0', [0.5]],
          ['v/1', [null]],
        ]),
      ],
    ]),
    droppedAlike: new Map([['rl', { all: 20, zero: 10 }]]),
    testDigest: scores.digest ?? `test-${arm.seed}`,
    validationDigest: `validation-${arm.seed}`,
  };
}

const arms = (over: string, seeds: number): Arm[] =>
  armsOf({ recipe: tinyRecipe, sets: [], over: [parseSweptField(over)], seeds });

test('scores are means over problems and seeds; differences are paired, with Holm’s correction', () => {
  const results = arms('rl.groupSize=4,8,16', 2).map((arm) => {
    const gain = { 4: 0, 8: 0.001, 16: 0.2 }[arm.loaded.recipe.rl?.groupSize ?? 4] ?? 0;
    return result(arm, { single: scoresOf(gain) });
  });
  const { measures, arms: summaries, differences } = summarise(results);
  assert.deepEqual(
    measures.map(({ title }) => title),
    ['RL, single turn', 'RL, held-out'],
  );
  assert.deepEqual(
    summaries.map(({ label, runs }) => [label, runs.length]),
    [
      ['groupSize 4', 2],
      ['groupSize 8', 2],
      ['groupSize 16', 2],
    ],
  );
  const [first] = summaries[0]?.scores ?? [];
  // Two seeds of other problems each: twice as many problems.
  assert.equal(first?.problems, 2 * problems);
  assert.ok(Math.abs((first?.mean?.estimate ?? 0) - 19.583) < 0.01, `${first?.mean?.estimate}`);
  assert.equal(first?.deviation, 0);
  const single = differences.filter(({ measure }) => measure === 'rl/single');
  assert.deepEqual(
    single.map(({ arm, problems: count, seeds }) => [arm, count, seeds.map(({ seed }) => seed)]),
    [
      ['groupSize 8', 48, [7, 8]],
      ['groupSize 16', 48, [7, 8]],
    ],
  );
  const [small, large] = single;
  assert.ok(Math.abs((large?.difference.estimate ?? 0) - 20) < 1e-9);
  assert.ok((large?.difference.low ?? 0) > 0);
  assert.ok(large?.seeds.every(({ difference }) => Math.abs(difference - 20) < 1e-9));
  for (const one of [small, large]) assert.ok((one?.corrected ?? 0) >= (one?.pValue ?? 1));
  assert.ok((large?.pValue ?? 1) < 0.001);
});

test('the same problems under two seeds are one problem with more attempts', () => {
  const results = arms('rl.groupSize=4,8', 2).map((arm) =>
    result(arm, { single: scoresOf(0), digest: 'same' }),
  );
  const [score] = summarise(results).arms[0]?.scores ?? [];
  assert.deepEqual([score?.problems, score?.graded], [problems, 4 * problems]);
});

test('NULL-NOT-ZERO: attempts without a grade are left out and counted, and a seed that one arm lacks is no pair', () => {
  const scores = scoresOf(0.1);
  scores[0] = [null, null];
  scores[1] = [null, 0.5];
  const results = arms('rl.groupSize=4,8', 2)
    .filter(({ name }) => name !== 'groupSize-8_seed-8')
    .map((arm) => result(arm, { single: arm.settings[0]?.value === '8' ? scores : scoresOf(0) }));
  const { arms: summaries, differences } = summarise(results);
  const [score, heldOut] = summaries[1]?.scores ?? [];
  assert.deepEqual([score?.problems, score?.graded, score?.ungraded], [24, 45, 3]);
  assert.deepEqual([heldOut?.graded, heldOut?.ungraded, heldOut?.mean?.estimate], [1, 1, 50]);
  assert.equal(score?.deviation, undefined);
  assert.deepEqual(
    differences
      .filter(({ measure }) => measure === 'rl/single')
      .map(({ problems: count, seeds }) => [count, seeds.length]),
    [[23, 1]],
  );
});

test('what it took is the mean over seeds of the stages that differ; groups that were dropped count', () => {
  const results = arms('rl.groupSize=4,8', 2).map((arm) => result(arm, { single: scoresOf(0) }));
  const uses = summarise(results).arms[1]?.uses ?? [];
  assert.deepEqual(uses, [
    {
      stage: 'rl',
      steps,
      attempts: steps * 6 * 8,
      trainedTokens: 2000,
      sampledTokens: 3000,
      seconds: 13.5,
      length: 10.5,
      overflow: 25,
      // (20 + 10) of 80 + 20 groups.
      withoutSuccess: 30,
      teaching: 40,
    },
  ]);
});

test('tables and picture tell of every arm, and escape what values hold', () => {
  const results = arms("rl.loss={ kind: 'ppo' },{ kind: cispo }", 1).map((arm) =>
    result(arm, { single: scoresOf(0.1) }),
  );
  const summary = summarise(results);
  const tables = sweepTables(summary, ['Shared work.']);
  const text = tables.map(textTable).join('\n');
  assert.match(text, /loss \{ kind: cispo \} +1 +29\.6 \[/);
  assert.match(text, /Differences to loss \{ kind: 'ppo' \}/);
  assert.match(text, /Shared work\./);
  assert.match(tables.map(csvTable).join('\n'), /arm,seeds,"RL, single turn","RL, single turn low"/);
  const svg = sweepPicture(summary, ['loss']);
  assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  assert.match(svg, />loss \{ kind: cispo \}</);
  assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
  const markup = summarise(results.map((one) => ({ ...one, arm: { ...one.arm, label: '<script>' } })));
  assert.doesNotMatch(sweepPicture(markup, ['loss']), /<script>/);
});

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { tinyRecipe } from '../fixtures/sitting.ts';
import { loadRecipe, recipeKind } from '../load.ts';
import { RecipeError } from '../recipe-error.ts';
import { claimedEffects } from './claims.ts';
import { loadStudy } from './load-study.ts';
import { readingSchema, valuesOf } from './reading.ts';
import { madeUpResult } from './study-fixture.ts';
import { buildStudyReport } from './study-report.ts';

const arms = `
seeds: 2
arms:
  main: {}
  small-groups: { rl.groupSize: 3, rl.problemsPerStep: 12 }
claims:
  - { id: rl, effect: 1. Training, claim: RL scores higher than SFT, more: main/rl/single, less: main/sft/single }
  - { id: alike, effect: 1. Training, claim: Groups do not matter, more: small-groups/rl/single, less: main/rl/single, within: 5 }
  - { id: turns, effect: 2. Turns, claim: Turns help, more: main/rl/cache@1-3 }
  - { id: missing, effect: 2. Turns, claim: RSA helps, more: small-groups/rl/rsa, less: small-groups/rl/single }
figures:
  - { title: Learning <fast>, of: held-out, by: attempts, lines: [main/rl, small-groups/rl] }
  - { title: Turns, of: turns, lines: [main/rl] }
`;

function studyFile(t: { after(work: () => void): void }, text: string): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'qed-study-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const file = path.join(directory, 'tiny-study.yaml');
  writeFileSync(file, readFileSync(tinyRecipe, 'utf8') + text);
  return file;
}

const faultsOf = (load: () => unknown): string[] => {
  try {
    load();
  } catch (error) {
    if (error instanceof RecipeError)
      return error.faults.map(({ where, field, message }) => `${where} ${field} ${message}`);
    throw error;
  }
  return [];
};

test('a study is a recipe with arms: each is the recipe with its fields replaced, with every seed', (t) => {
  const file = studyFile(t, arms);
  assert.equal(recipeKind(file), 'study');
  assert.equal(recipeKind(tinyRecipe), 'run');
  const study = loadStudy(file, ['rl.steps=3']);
  assert.deepEqual(
    study.arms.map(({ name, seed, loaded: { recipe } }) => [
      name,
      seed,
      recipe.seed,
      recipe.rl?.groupSize,
      recipe.rl?.steps,
    ]),
    [
      ['main_seed-7', 7, 7, 6, 3],
      ['main_seed-8', 8, 8, 6, 3],
      ['small-groups_seed-7', 7, 7, 3, 3],
      ['small-groups_seed-8', 8, 8, 3, 3],
    ],
  );
  assert.deepEqual(loadStudy(file, ['seeds=1']).seeds, [7]);
  assert.match(faultsOf(() => loadRecipe(file)).join('\n'), /arms/);
});

test('what is wrong with a study is told before anything is computed, with its arm or claim', (t) => {
  const wrong = (text: string, sets: string[] = []) =>
    faultsOf(() => loadStudy(studyFile(t, text), sets)).join('\n');
  assert.match(wrong('arms: { main: { rl.grupSize: 4 } }'), /arms\.main rl\.grupSize=4.*grupSize/s);
  assert.match(wrong('arms: {}'), /at least one arm/);
  assert.match(wrong('arms: { Main: {} }'), /lower-case/);
  assert.match(
    wrong(`${arms}`.replace('main/sft/single', 'man/sft/single')),
    /claims, rl there is no arm man/,
  );
  assert.match(wrong(`${arms}`.replace('main/sft/single', 'main/sft/turn')), /ARM\/CHECKPOINT\/WHERE/);
  assert.match(wrong(arms, ['seeds=0']), /seeds/);
  assert.match(wrong(arms, ['seeds=two']), /seeds/);
});

test('readings: attempts of a scaffold, the gain of an attempt from turn to turn, and the course of the training', (t) => {
  const { arms: made } = loadStudy(studyFile(t, arms), []);
  const [first] = made;
  assert.ok(first);
  const run = madeUpResult(first, {
    rl: { single: 0, turns: [0, 0.1, 0.3], course: [0.9, 0.5, 0.25, 0.75] },
  });
  const read = (text: string, measure: 'score' | 'length' | 'overflow' = 'score') =>
    valuesOf([run], readingSchema.parse(text), measure);
  assert.deepEqual(read('main/rl/single').get('test-7/p1'), [20, 10]);
  assert.deepEqual(read('main/rl/single', 'overflow').get('test-7/p4'), [100, 100]);
  assert.deepEqual(read('main/rl/cache').get('test-7/p0'), [40, 30]);
  assert.deepEqual(
    read('main/rl/cache@1-3')
      .get('test-7/p0')
      ?.map((gain) => Math.round(gain)),
    [30, 30],
  );
  // The measurement before the first step is no part of the way.
  assert.deepEqual(read('main/rl/held-out').get('validation-7/0'), [50, 25, 75]);
  assert.deepEqual(read('main/rl/held-out', 'length').get('validation-7/0'), [19, 18, 17]);
  assert.deepEqual(read('main/rl/forgotten').get('validation-7/0'), [25, 0]);
  assert.equal(read('main/rc/single').size, 0);
  for (const text of ['main/rl', 'main/rx/single', 'main/rl/cache@0', 'main/rl/single/more'])
    assert.throws(() => readingSchema.parse(text), /is expected/);
});

test('claims are paired over the problems of all seeds, with each seed beside; what lacks an arm is not measured', (t) => {
  const study = loadStudy(studyFile(t, arms), []);
  const results = study.arms.map((arm) =>
    madeUpResult(arm, {
      sft: { single: 0 },
      rl: { single: arm.label === 'main' ? 0.1 + arm.seed / 100 : 0.18, turns: [0, 0.1, 0.2] },
    }),
  );
  const [rl, alike, turns, missing] = claimedEffects(study.claims, results, study.seeds);
  assert.ok(rl?.effect.kind === 'measured' && alike?.effect.kind === 'measured');
  assert.equal(rl.effect.problems, 48, 'the problems of two seeds are told apart');
  assert.equal(rl.effect.shown, true);
  assert.deepEqual(
    rl.seeds.map(({ seed, estimate }) => [seed, Math.round(estimate)]),
    [
      [7, 17],
      [8, 18],
    ],
  );
  assert.equal(alike.effect.shown, true, 'alike within 5 points');
  assert.ok(turns?.effect.kind === 'measured' && Math.abs(turns.effect.interval.estimate - 20) < 1e-9);
  assert.ok(missing?.effect.kind === 'not-applicable');
  assert.match(missing.effect.why, /small-groups has no such figures of rl/);

  // A seed that one of the arms lacks says nothing of their difference.
  const some = results.filter(({ arm }) => arm.label === 'main' || arm.seed === 7);
  const [, partly] = claimedEffects(study.claims, some, study.seeds);
  assert.ok(partly?.effect.kind === 'measured');
  assert.equal(partly.effect.problems, 24);
});

test('the report says what is shown and what is not, escapes what the study says, and lists what is unfinished', (t) => {
  const study = loadStudy(studyFile(t, arms), []);
  const results = study.arms.map((arm) =>
    madeUpResult(arm, {
      sft: { single: 0 },
      rl: { single: 0.2, turns: [0, 0.1, 0.2], rsa: 0.3, course: [0.1, 0.5] },
    }),
  );
  const { html, json, tables, verdict } = buildStudyReport(study, results, ['main_seed-9']);
  assert.equal(verdict, '4 of 4 claims shown');
  assert.match(html, /Learning &lt;fast&gt;/);
  assert.doesNotMatch(html, /<fast>|<script/);
  assert.match(html, /unfinished: main_seed-9/);
  // Stage rl differs between the arms: it was made in each of the four runs, 6 s long.
  assert.match(html, /4 runs · seeds 7, 8 · 24\ss of work/);
  assert.match(html, /href="small-groups_seed-8\/report\.html"/);
  assert.equal((html.match(/<svg role="img"/g) ?? []).length, 2, 'both figures are drawn');
  assert.deepEqual(tables.map(({ title }) => title).slice(0, 3), [
    'Claims',
    'Scores, percent of full marks',
    'Scaffolds: score, and completion tokens a problem',
  ]);
  // SFT is the same checkpoint in both arms.
  assert.deepEqual(
    tables[1]?.rows.map(([checkpoint, arm]) => [checkpoint, arm]),
    [
      ['SFT', 'main'],
      ['RL', 'main'],
      ['RL', 'small-groups'],
    ],
  );
  assert.deepEqual(JSON.parse(JSON.stringify(json)).unfinished, ['main_seed-9']);
  assert.equal(buildStudyReport(study, results, ['main_seed-9']).html, html);
});

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { loadRecipe } from '../recipe/load.ts';
import { chooseRunDirectory } from './run-directory.ts';

let scratch = '';
beforeEach(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'qed-runs-'));
});
afterEach(() => rmSync(scratch, { recursive: true }));

/** Makes a run directory as the runner leaves it. */
function makeRun(name: string, state: 'unfinished' | 'finished', sets: readonly string[] = []): void {
  const directory = path.join(scratch, name);
  mkdirSync(directory, { recursive: true });
  writeFileSync(path.join(directory, 'recipe.yaml'), loadRecipe('lab', sets).text);
  if (state === 'finished') writeFileSync(path.join(directory, 'finished.json'), '{}');
}

function choose(options: { given?: string; existing?: boolean; sets?: readonly string[] } = {}): string {
  const { directory, state } = chooseRunDirectory({
    recipe: loadRecipe('lab', options.sets).recipe,
    given: options.given,
    existing: options.existing ?? false,
    workingDirectory: scratch,
  });
  return `${path.relative(scratch, directory)} ${state}`;
}

test('a first run begins in runs/NAME, an unfinished one goes on, after a finished one another begins', () => {
  assert.equal(choose(), 'runs/lab new');
  makeRun('runs/lab', 'unfinished');
  assert.equal(choose(), 'runs/lab unfinished');
  makeRun('runs/lab', 'finished');
  assert.equal(choose(), 'runs/lab-2 new');
  makeRun('runs/lab-2', 'finished');
  makeRun('runs/lab-10', 'unfinished');
  assert.equal(choose(), 'runs/lab-10 unfinished');
  makeRun('runs/lab-10', 'finished');
  assert.equal(choose(), 'runs/lab-11 new');
});

test('runs of recipes with a longer name are not this recipe’s', () => {
  makeRun('runs/lab-quick', 'unfinished', ['name=lab-quick']);
  makeRun('runs/lab-2', 'unfinished', ['name=lab-2']);
  makeRun('runs/lab-02', 'unfinished');
  assert.equal(choose(), 'runs/lab-3 new');
  makeRun('runs/lab', 'unfinished');
  assert.equal(choose(), 'runs/lab unfinished');
});

test('--from means the latest run, finished or not', () => {
  makeRun('runs/lab', 'finished');
  assert.equal(choose({ existing: true }), 'runs/lab finished');
});

test('--run names the directory, whatever its state', () => {
  assert.equal(choose({ given: 'elsewhere/x' }), 'elsewhere/x new');
  makeRun('elsewhere/x', 'finished');
  assert.equal(choose({ given: 'elsewhere/x' }), 'elsewhere/x finished');
});

test('an unfinished run with another recipe is refused, with the fields and the ways out', () => {
  makeRun('runs/lab', 'unfinished', ['rl.steps=7']);
  assert.throws(() => choose(), {
    name: 'UserError',
    message: /rl\.steps: 7 in the run, \d+ now\n.*--run DIR.*--set/s,
  });
  assert.equal(choose({ sets: ['rl.steps=7'] }), 'runs/lab unfinished');
  assert.throws(() => choose({ given: 'runs/lab' }), /rl\.steps/);
});

test('a directory with other things in it is not taken for a run; one killed at its birth is', () => {
  mkdirSync(path.join(scratch, 'other'));
  writeFileSync(path.join(scratch, 'other', 'thesis.tex'), '');
  assert.throws(() => choose({ given: 'other' }), /thesis\.tex.*not a run directory/s);
  mkdirSync(path.join(scratch, 'killed', 'blobs'), { recursive: true });
  writeFileSync(path.join(scratch, 'killed', 'journal.db-wal'), '');
  assert.equal(choose({ given: 'killed' }), 'killed new');
});

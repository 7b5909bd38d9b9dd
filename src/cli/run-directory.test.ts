import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { loadRecipe } from '../recipe/load.ts';
import { chooseRunDirectory, makeRunDirectory } from './run-directory.ts';

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
  writeFileSync(path.join(directory, 'journal.db'), '');
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

test('a run without its journal is refused before anything is written', () => {
  const directory = path.join(scratch, 'runs/lab');
  const refused = (names: string) => ({
    name: 'UserError',
    message: new RegExp(
      `(lab|done): journal\\.db is missing beside ${names}; restore it from a copy, or begin a new run with --run$`,
    ),
  });
  makeRun('runs/lab', 'unfinished');
  rmSync(path.join(directory, 'journal.db'));
  mkdirSync(path.join(directory, 'checkpoints'));
  mkdirSync(path.join(directory, 'blobs'));
  writeFileSync(path.join(directory, 'metrics.jsonl'), '');
  assert.equal(choose(), 'runs/lab unfinished', 'nothing is lost yet');
  writeFileSync(path.join(directory, 'metrics.jsonl'), '{}\n');
  assert.throws(() => choose(), refused('metrics\\.jsonl'));
  rmSync(path.join(directory, 'metrics.jsonl'));
  mkdirSync(path.join(directory, 'checkpoints', 'sft'));
  writeFileSync(path.join(directory, 'blobs', '000001.pack'), 'x');
  assert.throws(() => choose(), refused('checkpoints/ and blobs/'));
  assert.deepEqual(readdirSync(directory).sort(), ['blobs', 'checkpoints', 'recipe.yaml']);
  rmSync(path.join(directory, 'checkpoints'), { recursive: true });
  rmSync(path.join(directory, 'recipe.yaml'));
  assert.throws(() => choose({ given: 'runs/lab' }), refused('blobs/'));
  makeRun('runs/done', 'finished');
  rmSync(path.join(scratch, 'runs/done/journal.db'));
  assert.throws(() => choose({ given: 'runs/done' }), refused('finished\\.json'));
});

test('a damaged frozen recipe is called so, and no run begins beside it', () => {
  makeRun('runs/lab', 'unfinished');
  for (const text of ['name: [lab', '', 'garbage']) {
    writeFileSync(path.join(scratch, 'runs/lab/recipe.yaml'), text);
    for (const options of [{}, { given: 'runs/lab' }]) {
      assert.throws(() => choose(options), {
        name: 'UserError',
        message: /recipe\.yaml is damaged: [^\n]*--run$/,
      });
    }
  }
});

test('a file is no run directory, and nothing can be made below it', () => {
  const file = path.join(scratch, 'file');
  writeFileSync(file, '');
  assert.throws(() => choose({ given: 'file' }), {
    name: 'UserError',
    message: /file is a file, not a directory/,
  });
  assert.throws(() => makeRunDirectory(path.join(file, 'below')), {
    name: 'UserError',
    message: /below cannot be written to \(ENOTDIR\)/,
  });
  if (process.platform === 'linux') {
    assert.throws(() => makeRunDirectory('/proc/qed/run'), /cannot be written to/);
  }
  makeRunDirectory(path.join(scratch, 'a/b'));
  makeRunDirectory(path.join(scratch, 'a/b'));
  assert.equal(choose({ given: 'a/b' }), 'a/b new');
});

/** The command as a person runs it: a table, a directory, JSON, and what is said of wrong input. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { plant } from '../curate/decontaminate/fixtures/plant.ts';
import { syntheticProblem } from '../curate/decontaminate/fixtures/synthetic-problems.ts';
import { temporaryDirectory } from '../journal/fixtures/temporary-directory.ts';
import { Random } from '../stats/random.ts';
import { runCommand } from './fixtures/run-command.ts';

const jsonl = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

function files(context: TestContext): { directory: string; rows: string; heldOut: string } {
  const directory = temporaryDirectory(context);
  const [rows, heldOut] = [path.join(directory, 'rows.jsonl'), path.join(directory, 'held-out.jsonl')];
  const known = syntheticProblem(1, 0);
  const clean = Array.from({ length: 5 }, (_, i) => ({
    id: `clean-${i}`,
    statement: syntheticProblem(2, i),
  }));
  const planted = { id: 'planted', statement: plant(known, 'renamed', new Random('cli'), []) };
  writeFileSync(rows, jsonl([...clean, planted, { id: 'again', statement: syntheticProblem(2, 0) }]));
  writeFileSync(heldOut, jsonl([{ id: 'known', problem: known, answer: '1' }]));
  return { directory, rows, heldOut };
}

test('a step beside its input: what stays, what left and why, and matches to look at', async (context) => {
  const { directory, rows, heldOut } = files(context);
  const {
    code,
    out: stdout,
    err: stderr,
  } = await runCommand(['data', 'decontaminate', rows, '--against', heldOut], {
    directory,
  });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /rows in +7\n/);
  assert.match(stdout, /contaminated +1\b/);
  assert.match(stdout, /duplicate +1\b/);
  assert.match(stdout, /1 of 1 evaluation problems were in the data/);
  const out = path.join(directory, 'rows-decontaminate');
  assert.equal(readFileSync(path.join(out, 'rows.jsonl'), 'utf8').trim().split('\n').length, 5);
  assert.match(readFileSync(path.join(out, 'matches.jsonl'), 'utf8'), /"row":\{"id":"planted","line":6\}/);
});

test('JSON has the record, and duplicates stay where they are asked to', async (context) => {
  const { directory, rows, heldOut } = files(context);
  const out = path.join(directory, 'out');
  const { code, out: stdout } = await runCommand(
    [
      'data',
      'decontaminate',
      rows,
      '--against',
      heldOut,
      '--no-duplicates',
      '--out',
      out,
      '--json',
      '--partial',
      '90',
    ],
    { directory },
  );
  assert.equal(code, 0);
  const record = JSON.parse(stdout);
  assert.deepEqual(record.kept, { unknown: 6 });
  assert.deepEqual(record.dropped, { contaminated: { unknown: 1 } });
  assert.equal(record.settings.partial, 90);
});

test('what is wrong is said in one line', async (context) => {
  const { directory, rows, heldOut } = files(context);
  for (const [flags, code, message] of [
    [[rows, '--against', 'no-such-suite'], 1, /no-such-suite: no such suite and no such file/],
    [[rows, '--no-duplicates'], 2, /nothing to do/],
    [[rows, '--partial', 'many'], 2, /^--partial many: /],
    [[rows, '--coverage', '1.5'], 2, /^--coverage 1\.5: /],
    [[path.join(directory, 'absent.jsonl'), '--against', heldOut], 1, /absent\.jsonl: there is no such file/],
  ] as const) {
    const ended = await runCommand(['data', 'decontaminate', ...flags], { directory });
    assert.equal(ended.code, code, ended.err);
    assert.match(ended.err, message);
    assert.equal(ended.err.trim().split('\n').length, 1, ended.err);
  }
  assert.equal(existsSync(path.join(directory, 'rows-decontaminate')), false);
});

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const binary = fileURLToPath(new URL('../../bin/qed.js', import.meta.url));

function scratch(t: TestContext): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'qed-data-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function qed(cwd: string, ...args: readonly string[]) {
  return spawnSync(process.execPath, [binary, 'data', ...args], { cwd, encoding: 'utf8' });
}

const card = `name: mine
title: Mine
licence: MIT
attribution: me
get: Ask me.
files: [{ path: mine.jsonl }]
fields: { statement: problem, solutions: solution }
`;

test('import, filter and stats, one after the other', (t) => {
  const cwd = scratch(t);
  const proof = 'Suppose not. Then every point lies on the line, a contradiction. '.repeat(4);
  const rows = [
    { problem: 'Prove that the three lines meet in one point.', solution: proof },
    { problem: 'In the figure, prove that the lines meet.', solution: proof },
  ];
  writeFileSync(path.join(cwd, 'mine.yaml'), card);
  writeFileSync(path.join(cwd, 'mine.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const imported = qed(cwd, 'import', 'mine.yaml', '--from', 'mine.jsonl', '--out', 'raw');
  assert.equal(imported.status, 0, imported.stderr);
  const filtered = qed(cwd, 'filter', 'raw', '--out', 'filtered', '--json');
  assert.equal(filtered.status, 0, filtered.stderr);
  assert.deepEqual(JSON.parse(filtered.stdout).dropped, { figure: { mine: 1 } });
  const stats = qed(
    cwd,
    'stats',
    'raw',
    'filtered',
    '--page',
    'r.html',
    '--card',
    'README.md',
    '--name',
    'Lines',
  );
  assert.equal(stats.status, 0, stats.stderr);
  assert.match(stats.stdout, /filtered +2 +1 +1/);
  assert.match(readFileSync(path.join(cwd, 'r.html'), 'utf8'), /1 of 2 problems are left/);
  assert.match(readFileSync(path.join(cwd, 'README.md'), 'utf8'), /# Lines/);
});

test('what was asked for wrongly is said with the way to mend it', (t) => {
  const cwd = scratch(t);
  const refused = (pattern: RegExp, ...args: readonly string[]): void => {
    const { status, stderr } = qed(cwd, ...args);
    assert.notEqual(status, 0);
    assert.match(stderr, pattern);
  };
  refused(/--list says what there is/, 'import');
  refused(/no source "aosp"; there is aops/, 'import', 'aosp');
  refused(/named twice/, 'import', 'harp:proofs', 'harp:answers', '--from', '.');
  refused(/neither proofnet\/test\.jsonl nor test\.jsonl/, 'import', 'proofnet', '--from', '.');
  refused(/there is no such file or directory/, 'filter', 'absent');
  refused(/no rule "image-"; there is evaluation-year/, 'filter', '.', '--off', 'image-');
  refused(/not the directory of a finished step/, 'stats', '.');
});

test('killed and called again, the import goes on to the same bytes', async (t) => {
  const cwd = scratch(t);
  writeFileSync(path.join(cwd, 'mine.yaml'), card);
  const lines = Array.from({ length: 60_000 }, (_, row) =>
    JSON.stringify({ problem: `Prove ${row}: ${'x'.repeat(200)}` }),
  );
  writeFileSync(path.join(cwd, 'mine.jsonl'), `${lines.join('\n')}\n`);
  const args = (out: string) => ['import', 'mine.yaml', '--from', 'mine.jsonl', '--out', out];
  const whole = qed(cwd, ...args('whole'));
  assert.equal(whole.status, 0, whole.stderr);
  const child = spawn(process.execPath, [binary, 'data', ...args('killed')], { cwd, stdio: 'ignore' });
  const progress = path.join(cwd, 'killed', 'import-progress.json');
  while (!existsSync(progress) && child.exitCode === null) await setTimeout(5);
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  const wasUnderWay = existsSync(progress);
  const again = qed(cwd, ...args('killed'));
  assert.equal(again.status, 0, again.stderr);
  if (wasUnderWay) assert.match(again.stderr, /going on after row/);
  for (const name of ['rows.jsonl', 'dropped.jsonl', 'step.json'])
    assert.equal(
      readFileSync(path.join(cwd, 'killed', name), 'utf8'),
      readFileSync(path.join(cwd, 'whole', name), 'utf8'),
    );
});

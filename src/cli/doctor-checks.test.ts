import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { checkMachine, judgeCores, judgeDisk, judgeFileSystem, judgeMemory } from './doctor-checks.ts';

const gibibyte = 2 ** 30;

test('every check answers here, what is not well says how to mend it, and nothing is left behind', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'qed-doctor-test-'));
  const checks = await checkMachine(directory);
  const statusOf = new Map(checks.map(({ name, status }) => [name, status]));
  for (const name of ['Node.js', 'onnxruntime', 'write access', 'SQLite']) {
    assert.equal(statusOf.get(name), 'ok', `${name}: ${JSON.stringify(checks)}`);
  }
  for (const { name, status, mend } of checks) assert.equal(mend === undefined, status === 'ok', name);
  assert.deepEqual(readdirSync(directory), []);
  rmSync(directory, { recursive: true });
});

test('a directory that cannot be written to fails, and says so', async () => {
  const checks = await checkMachine(path.join(tmpdir(), 'qed-does-not-exist'));
  const failed = checks.filter(({ status }) => status === 'fail').map(({ name }) => name);
  assert.deepEqual(failed, ['disk', 'write access', 'SQLite']);
});

test('too little is a warning, much too little a failure', () => {
  assert.equal(judgeCores(1).status, 'warn');
  assert.equal(judgeCores(2).status, 'ok');
  assert.equal(judgeMemory(gibibyte).status, 'warn');
  assert.equal(judgeMemory(4 * gibibyte).status, 'ok');
  assert.deepEqual(
    [gibibyte / 10, gibibyte, 3 * gibibyte].map((bytes) => judgeDisk(bytes).status),
    ['fail', 'warn', 'ok'],
  );
});

test('a network file system fails, a doubtful one is a warning', () => {
  assert.equal(judgeFileSystem({ name: 'ext4', kind: 'local' }).status, 'ok');
  assert.equal(judgeFileSystem({ name: '9p', kind: 'doubtful' }).status, 'warn');
  assert.equal(judgeFileSystem({ name: 'nfs4', kind: 'network' }).status, 'fail');
});

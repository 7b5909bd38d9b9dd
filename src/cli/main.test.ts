import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { threadsRemark } from './run.ts';

const binary = fileURLToPath(new URL('../../bin/qed.js', import.meta.url));
const scratch = mkdtempSync(path.join(tmpdir(), 'qed-cli-'));
after(() => rmSync(scratch, { recursive: true }));

function qed(...args: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [binary, ...args], {
    cwd: scratch,
    encoding: 'utf8',
    env: { ...process.env, QED_DEBUG: '', NO_COLOR: '1' },
  });
  return { code: status, out: stdout, err: stderr };
}

test('--help lists the commands, and the help of each has an example', () => {
  const { code, out, err } = qed('--help');
  assert.deepEqual([code, err], [0, '']);
  for (const command of ['run', 'prove', 'plan', 'import', 'export', 'doctor']) {
    assert.match(out, new RegExp(`^ {2}${command} `, 'm'));
    const help = qed(command, '--help');
    assert.equal(help.code, 0);
    assert.match(help.out, new RegExp(`Examples?:\\n {2}\\$ qed ${command}`));
  }
});

test('--version is the package’s', () => {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  assert.deepEqual(qed('--version'), { code: 0, out: `${manifest.version}\n`, err: '' });
});

test('what was not asked for properly is 2, on standard error, with a way on', () => {
  const misused: readonly (readonly [string[], RegExp])[] = [
    [[], /Usage: qed/],
    [['rnu', 'lab'], /unknown command 'rnu'\n\(Did you mean run\?\)/],
    [['run'], /missing required argument 'recipe'/],
    [['run', 'lab', 'more'], /too many arguments/],
    [['run', 'lab', '--sett', 'seed=2'], /unknown option '--sett'\n\(Did you mean --set\?\)/],
    [['run', 'lab', '--to', 'sftt'], /--to sftt: there is no such stage\. Its stages: data, pretrain, sft/],
    [['run', 'lab', '--set', 'pretrain=null', '--to', 'pretrain'], /lab has no such stage/],
    [['run', 'lab', '--from', 'rl'], /--from rl: there is no run to begin from/],
    [['run', 'lab', '--from', 'rl', '--to', 'sft'], /--from rl comes after --to sft/],
  ];
  for (const [args, message] of misused) {
    const { code, out, err } = qed(...args);
    assert.equal(code, 2, args.join(' '));
    assert.equal(out, '');
    assert.match(err, message);
  }
});

test('a wrong recipe is 1, with every fault and no stack, and nothing is written', () => {
  writeFileSync(path.join(scratch, 'mine.yaml'), 'name: mine\nsed: 3\nrl:\n  steps: many\n');
  const { code, out, err } = qed('run', 'mine.yaml', '--set', 'engine.threads=0');
  assert.equal(code, 1);
  assert.equal(out, '');
  assert.match(err, /^mine\.yaml:2:1 {2}sed: there is no such field\n {4}Did you mean seed\?/m);
  assert.match(err, /^mine\.yaml:4:10 {2}rl\.steps: expected a positive integer, got "many"/m);
  assert.match(
    err,
    /^--set engine\.threads=0 {2}engine\.threads: expected "auto" or a positive integer, got 0/m,
  );
  assert.doesNotMatch(err, /^\s+at /m);
  assert.match(
    qed('run', 'missing.yaml').err,
    /missing\.yaml {2}no such file\n {4}Recipes there: mine\.yaml/,
  );
  assert.deepEqual(readdirSync(scratch), ['mine.yaml']);
});

test('QED_DEBUG=1 shows where an error comes from', () => {
  const { stderr } = spawnSync(process.execPath, [binary, 'run', 'missing.yaml'], {
    cwd: scratch,
    encoding: 'utf8',
    env: { ...process.env, QED_DEBUG: '1' },
  });
  assert.match(stderr, /^\s+at .*load/m);
});

test('doctor --json says of every check how it went', () => {
  const { code, out } = qed('doctor', '--json');
  const report = JSON.parse(out) as { ok: boolean; checks: { name: string; status: string }[] };
  assert.equal(code, report.ok ? 0 : 1);
  assert.ok(report.checks.some(({ name, status }) => name === 'onnxruntime' && status === 'ok'));
  assert.match(qed('doctor').out, /^ok {4}onnxruntime {2,}\d/m);
});

test('a reader that goes away is no error', async () => {
  const child = spawn(process.execPath, [binary, 'run', '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.deepEqual([code, err], [0, '']);
});

test('onnxruntime leaves nothing in the home directory', () => {
  const home = mkdtempSync(path.join(tmpdir(), 'qed-home-'));
  const { ORT_DISABLE_TELEMETRY: _, ...environment } = process.env;
  const { status, stdout } = spawnSync(process.execPath, [binary, 'doctor'], {
    cwd: scratch,
    encoding: 'utf8',
    env: { ...environment, HOME: home, USERPROFILE: home, XDG_CACHE_HOME: '' },
  });
  assert.equal(status, 0, stdout);
  assert.deepEqual(readdirSync(home), []);
  rmSync(home, { recursive: true });
});

test('arguments too many are likely npm’s doing, and the message says how to pass them', () => {
  const { code, err } = qed('run', 'lab', 'runs/other');
  assert.equal(code, 2);
  assert.match(err, /too many arguments.*With npm, put -- before the arguments/s);
});

test('--run that names a file is one line', () => {
  const file = path.join(scratch, 'taken');
  writeFileSync(file, '');
  for (const name of ['taken', 'taken/below']) {
    const { code, err } = qed('run', 'lab-quick', '--run', name);
    assert.equal(code, 1);
    assert.match(err, /^taken[^\n]*--run\n$/);
  }
  rmSync(file);
});

test('more threads than cores are remarked on', () => {
  assert.match(threadsRemark(64, 2) ?? '', /engine\.threads is 64, but there are 2 cores/);
  assert.equal(threadsRemark(2, 2), undefined);
  assert.equal(threadsRemark('auto', 1), undefined);
});

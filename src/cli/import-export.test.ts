import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { configurations, writeModel } from '../engine/gguf/model-fixture.ts';
import { writeCheckpoint } from '../journal/checkpoint-store.ts';
import { DiskFullError } from '../journal/errors.ts';
import { bytesText, runModelJob } from './model-job.ts';

const binary = fileURLToPath(new URL('../../bin/qed.js', import.meta.url));
const scratch = mkdtempSync(path.join(tmpdir(), 'qed-models-'));
after(() => rmSync(scratch, { recursive: true }));
const at = (...parts: string[]): string => path.join(scratch, ...parts);
const environment = { ...process.env, QED_DEBUG: '', NO_COLOR: '1' };

function qed(...args: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [binary, ...args], {
    cwd: scratch,
    encoding: 'utf8',
    env: environment,
  });
  return { code: status, out: stdout, err: stderr };
}

before(async () => {
  await writeModel(at('model'), configurations.qwen2 ?? assert.fail());
  for (const step of [3, 7]) {
    await writeCheckpoint(at('runs', 'tiny', 'checkpoints', 'rl', String(step)), async (directory) => {
      cpSync(at('model'), directory, { recursive: true });
    });
  }
});

test('out and in again by command, saying what was done', () => {
  const out = qed('export', 'model', '--gguf', 'made/m.gguf', '--license', 'apache-2.0');
  assert.deepEqual([out.code, out.err], [0, '']);
  assert.match(out.out, /^model\n {2}from +model\n {2}architecture +qwen2, [\d,]+ parameters\n/);
  assert.match(
    out.out,
    /licence +apache-2\.0\n {2}tokens +split as llama\.cpp’s qwen2\n.* in F32\nexported to made/,
  );
  const into = qed('import', 'made/m.gguf', '--to', 'back');
  assert.deepEqual([into.code, into.err], [0, '']);
  assert.match(into.out, /tensors: 26 in F32\n {2}licence +apache-2\.0\n {2}chat template +yes\n/);
  assert.deepEqual(
    readFileSync(at('back', 'model.safetensors')).subarray(-1000),
    readFileSync(at('model', 'model.safetensors')).subarray(-1000),
  );
  assert.deepEqual(readdirSync(at('made')), ['m.gguf']);
});

test('--json is the facts alone', () => {
  const { out } = qed('export', 'model', '--gguf', 'json.gguf', '--type', 'f16', '--json', '--name', 'x');
  const facts = JSON.parse(out) as Record<string, unknown>;
  assert.deepEqual([facts.name, facts.weights, facts.architecture], ['x', 'F16', 'qwen2']);
  const imported = JSON.parse(qed('import', 'json.gguf', '--to', 'json', '--json').out) as {
    tensorTypes: unknown;
  };
  assert.deepEqual(imported.tensorTypes, { F16: 15, F32: 11 });
});

test('a checkpoint is found by run, by name, by place and by step; the newest whole one is taken', () => {
  const nameOf = (argument: string): string => {
    const { code, out, err } = qed('export', argument, '--gguf', 'found.gguf', '--force', '--json');
    assert.equal(code, 0, err);
    return (JSON.parse(out) as { name: string }).name;
  };
  for (const argument of ['runs/tiny', 'runs/tiny/rl', 'tiny/rl', 'tiny', 'runs/tiny/checkpoints/rl']) {
    assert.equal(nameOf(argument), 'tiny-rl-7', argument);
  }
  assert.equal(nameOf('runs/tiny/checkpoints/rl/3'), 'tiny-rl-3');
  writeFileSync(at('runs/tiny/checkpoints/rl/7/config.json'), '{}');
  const { err } = qed('export', 'runs/tiny/rl', '--gguf', 'found.gguf', '--force');
  assert.match(err, /checkpoint runs\/tiny\/checkpoints\/rl\/7 is not whole: config\.json has 2 bytes/);
  assert.equal(nameOf('runs/tiny/rl'), 'tiny-rl-3');
  assert.match(
    qed('export', 'runs/tiny/checkpoints/rl/7', '--gguf', 'x.gguf').err,
    /^runs.*rl\/7: the checkpoint is not whole/,
  );
});

test('what cannot be done is said in one line, and writes nothing', () => {
  writeFileSync(at('text.gguf'), 'no model at all, but long enough to be one');
  mkdirSync(at('notes'));
  writeFileSync(at('notes', 'config.json'), '{}');
  writeFileSync(at('notes', 'thesis.tex'), '');
  mkdirSync(at('empty'));
  const cases: readonly (readonly [string[], number, RegExp])[] = [
    [['import', 'absent.gguf', '--to', 'x'], 1, /^absent\.gguf: no such file\n$/],
    [['import', 'text.gguf', '--to', 'x'], 1, /^text\.gguf: not a GGUF file/],
    [
      ['import', 'text.gguf', '--to', 'model'],
      1,
      /^--to model: there is a model already; --force replaces it\n$/,
    ],
    [
      ['import', 'text.gguf', '--to', 'notes', '--force'],
      1,
      /^--to notes: it holds what is no model's \(thesis\.tex\)/,
    ],
    [['import', 'text.gguf', '--to', '.', '--force'], 1, /^--to \.: it is the working directory/],
    [['import', 'text.gguf', '--to', 'text.gguf'], 1, /^--to text\.gguf: it is a file\n$/],
    [['import', 'text.gguf'], 2, /required option '--to <directory>' not specified/],
    [['import', 'text.gguf', '--to', 'x', '--type', 'q4'], 2, /Allowed choices are f32, f16, bf16/],
    [
      ['export', 'absent', '--gguf', 'x.gguf'],
      1,
      /^absent: no such directory\. Give a directory with config\.json/,
    ],
    [['export', 'empty', '--gguf', 'x.gguf'], 1, /^empty: it has no config\.json and no checkpoints/],
    [['export', 'model', '--gguf', 'text.gguf'], 1, /^--gguf text\.gguf: there is a file already; --force/],
    [['export', 'model', '--gguf', 'notes'], 1, /^--gguf notes: it is a directory\n$/],
    [['export', 'model'], 2, /--gguf FILE or --to hub:OWNER\/NAME: one of the two is expected/],
  ];
  for (const [args, code, message] of cases) {
    const result = qed(...args);
    assert.deepEqual([result.code, result.out], [code, ''], args.join(' '));
    assert.match(result.err, message);
  }
  assert.ok(!existsSync(at('x')) && !existsSync(at('x.gguf')) && !existsSync(at('absent')));
  assert.deepEqual(
    readdirSync(scratch).filter((name) => name.includes('.tmp-')),
    [],
  );
});

test('--force replaces a model, an empty directory needs none, and what a killed import left goes', () => {
  mkdirSync(at('room'));
  // No process has so large a number.
  mkdirSync(at('.room.tmp-999999999-1'));
  qed('export', 'model', '--gguf', 'room.gguf');
  assert.equal(qed('import', 'room.gguf', '--to', 'room').code, 0);
  assert.ok(!existsSync(at('.room.tmp-999999999-1')));
  writeFileSync(at('room', 'LICENSE'), '');
  assert.equal(qed('import', 'room.gguf', '--to', 'room', '--force', '--type', 'bf16').code, 0);
  assert.ok(!existsSync(at('room', 'LICENSE')));
  assert.match(readFileSync(at('room', 'config.json'), 'utf8'), /bfloat16/);
});

test('Ctrl-C stops the job, which leaves nothing, and ends with 130', async (t) => {
  const written = t.mock.method(process.stderr, 'write', () => true);
  const code = await runModelJob('importing', async ({ signal }) => {
    process.emit('SIGINT');
    signal.throwIfAborted();
    return 'done';
  });
  assert.equal(code, 130);
  assert.match(String(written.mock.calls.at(-1)?.arguments[0]), /^stopped; nothing was written\n$/);
});

test('a fault of a file is a message; a fault of the program stays what it is', async () => {
  const told = runModelJob('importing', () => Promise.reject(new Error('model.gguf: torn')));
  await assert.rejects(
    told,
    (error: Error) => error.name === 'UserError' && error.message === 'model.gguf: torn',
  );
  await assert.rejects(
    runModelJob('importing', () => Promise.reject(new TypeError('x'))),
    TypeError,
  );
  const full = runModelJob('importing', () => Promise.reject(new DiskFullError('model', 0)));
  await assert.rejects(full, { name: 'UserError', message: 'model: the disk is full; nothing was written' });
});

test('sizes read as people say them', () => {
  assert.deepEqual([0, 999, 1000, 98_362_432, 5.4e9].map(bytesText), [
    ...['0 bytes', '999 bytes', '1.00 kB', '98.4 MB', '5.40 GB'],
  ]);
});

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { runCommand } from './fixtures/run-command.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'qed-doctor-'));
after(() => rmSync(directory, { recursive: true }));
const qed = (...args: string[]) => runCommand(args, { directory });

test('qed doctor --recipe tells each check and exits with 0 where nothing failed', async () => {
  const { code, out, err } = await qed('doctor', '--recipe', 'lab-quick');
  assert.deepEqual([code, err], [0, '']);
  assert.match(out, /^ok {2,}tokenizer +the lab's\nok {2,}engine +the embedded engine/);
  assert.match(out, /ok {2,}disk +checkpoints [\d.]+ MB, journal up to/);
});

test('a failure is exit code 1, with the way to mend it; --json says the same', async () => {
  const args = ['doctor', '--recipe', 'lab-quick', '--set', 'rl.grader=openai:http://127.0.0.1:1/v1#judge'];
  const { code, out } = await qed(...args);
  assert.equal(code, 1);
  assert.match(
    out,
    /failed +rl\.grader endpoint +http:\/\/127\.0\.0\.1:1\/v1: .+\n +Start it, or name the address/,
  );
  const json = await qed(...args, '--json');
  const { ok, checks } = JSON.parse(json.out) as { ok: boolean; checks: { name: string; status: string }[] };
  assert.deepEqual([json.code, ok], [1, false]);
  assert.equal(checks.find(({ name }) => name === 'rl.grader endpoint')?.status, 'failed');
});

test('faults of the recipe itself are told as failed checks', async () => {
  const { code, out, err } = await qed('doctor', '--recipe', 'lab-quick', '--set', 'rl.steps=many', '--json');
  assert.deepEqual([code, err], [1, '']);
  const { checks } = JSON.parse(out) as {
    checks: { name: string; status: string; found: string; mend: string }[];
  };
  assert.deepEqual(
    checks.map(({ name, status }) => [name, status]),
    [['rl.steps', 'failed']],
  );
  assert.match(checks[0]?.found ?? '', /^--set rl\.steps=many: /);
});

test('what is asked wrongly is one line', async () => {
  for (const [args, code, message] of [
    [['doctor', '--budget', '$2'], 2, /^--budget goes with --recipe\n$/],
    [['doctor', '--recipe', 'lab-quick', '--budget', 'much'], 1, /"much"/],
    [['doctor', '--recipe', 'lab-paper'], 1, /it is a study; name the recipe that its arms change/],
    [['doctor', '--recipe', 'nowhere'], 1, /there is no such recipe/],
  ] as const) {
    const result = await qed(...args);
    assert.deepEqual([result.code, result.out], [code, ''], args.join(' '));
    assert.match(result.err, message);
  }
});

import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { configurations, writeModel } from '../engine/gguf/model-fixture.ts';
import { type ScriptedHub, scriptedHub } from '../publish/fixtures/scripted-hub.ts';
import { type Ended, runCommand } from './fixtures/run-command.ts';

interface Place {
  readonly hub: ScriptedHub;
  readonly directory: string;
  readonly qed: (...args: string[]) => Promise<Ended>;
}

/** A directory with a model in it, a hub, and nobody's token but this one. */
async function placeOf(t: TestContext, token: string | undefined): Promise<Place> {
  const directory = mkdtempSync(path.join(tmpdir(), 'qed-to-hub-'));
  t.after(() => rmSync(directory, { recursive: true }));
  await writeModel(path.join(directory, 'model'), configurations.qwen2 ?? assert.fail());
  const hub = await scriptedHub(t);
  const environment = {
    ...{ HF_ENDPOINT: `${hub.origin}/`, QED_CACHE: path.join(directory, 'cache'), HF_TOKEN: token ?? '' },
    ...{ HF_HOME: path.join(directory, 'home'), HF_TOKEN_PATH: '' },
  };
  return { hub, directory, qed: (...args) => runCommand(args, { directory, environment }) };
}

test('without --push the folder is written, read back and shown, and nobody is asked', async (t) => {
  const { hub, directory, qed } = await placeOf(t, undefined);
  const { code, out, err } = await qed('export', 'model', '--to', 'hub:me/tiny', '--license', 'MIT');
  assert.deepEqual([code, err], [0, '']);
  assert.match(out, /^hub:me\/tiny: model, 7 files, [\d.]+ kB\n {2}README\.md /);
  assert.match(out, /token {4}none is there: a push needs one with write access \(HF_TOKEN/);
  assert.match(out, /read back and is well\. Nothing was sent/);
  assert.deepEqual(hub.asked, []);
  assert.ok(existsSync(path.join(directory, 'cache', 'push', 'models', 'me', 'tiny', 'config.json')));
});

test('--push needs a token, then sends what was shown and never prints the token', async (t) => {
  const none = await placeOf(t, undefined);
  const refused = await none.qed('export', 'model', '--to', 'hub:me/tiny', '--push');
  assert.equal(refused.code, 1);
  assert.match(refused.err, /hub:me\/tiny: a push needs a token with write access: set HF_TOKEN/);
  assert.deepEqual(none.hub.asked, []);

  const { hub, qed } = await placeOf(t, 'hf_scripted');
  const args = ['export', 'model', '--to', 'hub:me/tiny', '--license', 'mit', '--private'];
  const dry = JSON.parse((await qed(...args, '--json')).out) as { files: { path: string; bytes: number }[] };
  const pushed = await qed(...args, '--push');
  assert.equal(pushed.code, 0, pushed.err);
  assert.match(
    pushed.out,
    /\/me\/tiny: 7 files in commit [\da-f]{12}; the hub lists the bytes that were sent/,
  );
  assert.deepEqual(
    [...(hub.files('me/tiny') ?? [])].map(([name, { length }]) => ({ path: name, bytes: length })),
    dry.files.map(({ path: name, bytes }) => ({ path: name, bytes })),
  );
  assert.equal(hub.isPrivate('me/tiny'), true);
  assert.doesNotMatch(pushed.out + pushed.err, /hf_scripted/);
  const again = await qed(...args, '--push');
  assert.match(again.out, /all 7 files are there already; nothing was sent/);
});

test('a refusal of the hub is one line for people and exit code 1', async (t) => {
  const { hub, qed } = await placeOf(t, 'hf_other');
  const { code, err } = await qed('export', 'model', '--to', 'hub:me/tiny', '--push');
  assert.equal(code, 1);
  assert.match(err, /hub:me\/tiny: the hub does not accept the token from HF_TOKEN/);
  assert.doesNotMatch(err, /hf_other|at .*\.ts:\d/);
  assert.equal(hub.files('me/tiny'), undefined);
});

test('a run of the lab gives a data set; a folder of something else is not replaced; flags are checked', async (t) => {
  const { directory, qed } = await placeOf(t, undefined);
  const line = (id: string) => `${JSON.stringify({ id, statement: 'Prove a.', source: 'lab' })}\n`;
  const run = path.join(directory, 'runs', 'small');
  mkdirSync(path.join(run, 'data'), { recursive: true });
  cpSync(new URL('../recipe/fixtures/tiny.yaml', import.meta.url), path.join(run, 'recipe.yaml'));
  writeFileSync(path.join(run, 'data', 'train.jsonl'), line('a') + line('b'));
  writeFileSync(path.join(run, 'data', 'test.jsonl'), line('c'));
  const folder = path.join(directory, 'out');
  const args = ['export', 'runs/small', '--data-set', '--to', 'hub:me/lab', '--folder', folder];
  const made = await qed(...args);
  assert.equal(made.code, 0, made.err);
  assert.match(made.out, /problems\/train: 2 rows\n {2}problems\/test: 1 rows\n/);
  assert.match(made.out, /remark {3}no licence is named/);
  assert.equal((await qed(...args)).code, 0, 'its own folder is replaced');

  rmSync(path.join(folder, 'manifest.json'));
  const refused = await qed(...args);
  assert.deepEqual([refused.code, readdirSync(folder).sort()], [1, ['README.md', 'data']]);
  assert.match(refused.err, /it holds something else/);

  // A model that was imported has a manifest and a card too.
  writeFileSync(path.join(directory, 'model', 'manifest.json'), '{}');
  writeFileSync(path.join(directory, 'model', 'README.md'), '---\nname: "mine"\n---\n');
  const own = await qed('export', 'model', '--to', 'hub:me/x', '--folder', 'model');
  assert.equal(own.code, 1);
  assert.match(own.err, /--folder model: it holds something else/);
  assert.ok(existsSync(path.join(directory, 'model', 'model.safetensors')));

  for (const [flags, message] of [
    [['model'], /--gguf FILE or --to hub:OWNER\/NAME: one of the two is expected/],
    [['model', '--to', 'me/x'], /--to me\/x: no place on the hub; expected hub:OWNER\/NAME/],
    [['runs/small', '--data-set', '--to', 'hub:me/x', '--base-model', 'a/b'], /--base-model is for models/],
  ] as const) {
    const { code, err } = await qed('export', ...flags);
    assert.equal(code, 2);
    assert.match(err, message);
  }
});

import assert from 'node:assert/strict';
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
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { configurations, writeModel } from '../engine/gguf/model-fixture.ts';
import { loadDirectoryFormat } from '../model/directory-format.ts';
import { parseHubPlace } from '../problems/remote/hub-place.ts';
import { loadRecipe } from '../recipe/load.ts';
import type { ReportJson } from '../recipe/report/report-schema.ts';
import { readCardHead } from './card-head.ts';
import { modelFolderFaults } from './check-model-folder.ts';
import { writeModelFolder } from './model-folder.ts';

const place = parseHubPlace('hub:me/tiny-rl');
const tiny = fileURLToPath(new URL('../recipe/fixtures/tiny.yaml', import.meta.url));

/** A run directory as a run leaves it, as far as a card reads it: the model is another one. */
async function runWith(t: TestContext): Promise<{ scratch: string; from: string; to: string }> {
  const scratch = mkdtempSync(path.join(tmpdir(), 'qed-model-'));
  t.after(() => rmSync(scratch, { recursive: true }));
  const run = path.join(scratch, 'runs', 'tiny');
  const from = path.join(run, 'checkpoints', 'rl', '8');
  await writeModel(path.join(scratch, 'model'), configurations.qwen3 ?? assert.fail());
  mkdirSync(path.dirname(from), { recursive: true });
  cpSync(path.join(scratch, 'model'), from, { recursive: true });
  writeFileSync(path.join(from, 'optimizer.safetensors'), 'moments');
  const judge = 'rl.grader=openai:http://10.1.2.3:8000/v1#judge';
  writeFileSync(path.join(run, 'recipe.yaml'), loadRecipe(tiny, [judge]).text);
  const step = (number: number, reward: number) => ({ stage: 'rl', step: number, reward, lengthMean: 9.9 });
  const lines = [step(1, 0.1), step(8, 0.5), step(9, 0.9)].map((line) => `${JSON.stringify(line)}\n`);
  writeFileSync(path.join(run, 'metrics.jsonl'), `${lines.join('')}{"stage":"rl","st`);
  const score = { suite: 'lab-quick-test', seed: 7, n: 48, tokens: 9.3 };
  const report: ReportJson = {
    ...{ version: 1, recipe: 'tiny', seeds: [7], seconds: 3, effects: [] },
    stages: [{ id: 'rl', seconds: 2, trainedTokens: 2141, sampledTokens: 4362 }],
    scores: [
      { checkpoint: 'rl', scaffold: 'single', mean: 41.25, ci: [30, 52.5], ...score },
      { checkpoint: 'rc', scaffold: 'single', mean: 99, ci: [98, 100], ...score },
    ],
    alarms: [{ stage: 'rl', step: 6, kind: 'entropy', text: 'entropy fell' }],
  };
  writeFileSync(path.join(run, 'report.json'), JSON.stringify(report));
  return { scratch, from, to: path.join(scratch, 'out') };
}

test('a checkpoint becomes a folder that stands alone, without the optimiser', async (t) => {
  const { from, to } = await runWith(t);
  await writeModelFolder({ from, to, place, bench: [], licence: 'Apache-2.0' });
  assert.deepEqual(readdirSync(to).sort(), [
    ...['README.md', 'chat_template.jinja', 'config.json', 'generation_config.json', 'manifest.json'],
    ...['model.safetensors', 'tokenizer.json', 'tokenizer_config.json'],
  ]);
  assert.deepEqual(await modelFolderFaults(to), []);
  const generation = JSON.parse(readFileSync(path.join(to, 'generation_config.json'), 'utf8')) as object;
  const { stopTokenIds } = await loadDirectoryFormat(from);
  assert.deepEqual(generation, { eos_token_id: stopTokenIds[0], do_sample: true, temperature: 0.8 });
});

test('the card has the run’s own figures with intervals, of this checkpoint and what it came from', async (t) => {
  const { from, to } = await runWith(t);
  const bench = {
    ...{ suite: 'imo-proofbench v2', scaffold: 'rsa', judge: 'gemini-3-pro', graded: 178, ungraded: 2 },
    score: { estimate: 56.9, low: 50.1, high: 63 },
  };
  const dataSets = ['me/proofs'];
  await writeModelFolder({
    ...{ from, to, place, bench: [bench], licence: 'Apache-2.0', baseModel: 'Qwen/Qwen3-4B', dataSets },
  });
  const card = readFileSync(path.join(to, 'README.md'), 'utf8');
  const head = readCardHead(card, 'README.md');
  assert.deepEqual(
    [head.license, head.base_model, head.datasets, head.pipeline_tag, head.library_name, head.language],
    ['apache-2.0', 'Qwen/Qwen3-4B', ['me/proofs'], 'text-generation', 'transformers', ['en']],
  );
  assert.match(card, /Checkpoint `rl` after 8 steps of the recipe `tiny` \(qwen3, [\d,]+ parameters in F32/);
  // Of the stage's steps those that this checkpoint has behind it.
  assert.match(
    card,
    /\| rl \| 8 \| 2,141 \| 4,362 \| 2 \| reward 0\.100 to 0\.500; tokens an attempt 10 to 10 \|/,
  );
  assert.match(
    card,
    /\| rl \(this one\) \| single \| lab-quick-test \| 41\.3 \[30\.0, 52\.5\] \| 48 \| 9 \|/,
  );
  assert.doesNotMatch(card, /99\.0/);
  assert.match(card, /\| imo-proofbench v2 \| rsa \| gemini-3-pro \| 56\.9 \[50\.1, 63\.0\] \| 178 \| 2 \|/);
  assert.match(card, /may have learnt what that grader likes/);
  assert.match(card, /rl, step 6: entropy fell\./);
  // Addresses of one's own network stay at home.
  assert.doesNotMatch(card, /10\.1\.2\.3/);
  assert.match(card, /grader: openai:private-address/);
});

test('a model that no run made has a card that claims nothing', async (t) => {
  const { scratch, to } = await runWith(t);
  await writeModelFolder({ from: path.join(scratch, 'model'), to, place, bench: [] });
  const card = readFileSync(path.join(to, 'README.md'), 'utf8');
  assert.equal(readCardHead(card, 'README.md').license, 'unknown');
  assert.doesNotMatch(card, /How it was trained|## Evaluation/);
  assert.deepEqual(await modelFolderFaults(to), []);
});

test('a checkpoint whose weights are with a server is refused, and says where they are', async (t) => {
  const { from, to } = await runWith(t);
  rmSync(path.join(from, 'model.safetensors'));
  const pointer = {
    url: 'http://10.0.0.1:8000',
    profile: 'skyrl',
    baseModel: 'Qwen/Qwen3-4B',
    state: 'tinker://r/weights/8',
  };
  writeFileSync(path.join(from, 'tinker.json'), JSON.stringify({ ...pointer, version: 8 }));
  await assert.rejects(
    writeModelFolder({ from, to, place, bench: [] }),
    /its weights are with the server at http:\/\/10\.0\.0\.1:8000 \(tinker:\/\/r\/weights\/8\)/,
  );
});

test('adapters stay behind, and the base model is what the run’s server calls it', async (t) => {
  const { from, to } = await runWith(t);
  writeFileSync(path.join(from, 'adapter_config.json'), '{}');
  const run = path.dirname(path.dirname(path.dirname(from)));
  const recipe = readFileSync(path.join(run, 'recipe.yaml'), 'utf8');
  const engine = 'engine: { kind: tinker, url: "http://10.0.0.1:8000", baseModel: Qwen/Qwen3-4B }';
  const remote = recipe
    .replace(/^engine:\n(?: .*\n)+/m, `${engine}\nlora: { rank: 32 }\n`)
    .replace(/^pretrain:\n(?: .*\n)+/m, '')
    .replace(/^model:\n/m, 'model:\n  from: ../base\n');
  writeFileSync(path.join(run, 'recipe.yaml'), remote);
  await writeModelFolder({ from, to, place, bench: [] });
  assert.equal(existsSync(path.join(to, 'adapter_config.json')), false);
  const card = readFileSync(path.join(to, 'README.md'), 'utf8');
  assert.equal(readCardHead(card, 'README.md').base_model, 'Qwen/Qwen3-4B');
  assert.match(card, /LoRA of rank 32; the weights here are merged/);
  assert.doesNotMatch(card, /10\.0\.0\.1/);
});

test('large weights go out in files with an index, which are read back', async (t) => {
  const { from, to } = await runWith(t);
  await writeModelFolder({ from, to, place, bench: [], largestShard: 60_000 });
  assert.ok(existsSync(path.join(to, 'model.safetensors.index.json')));
  assert.equal(existsSync(path.join(to, 'model.safetensors')), false);
  assert.deepEqual(await modelFolderFaults(to, 60_000), []);
});

test('what a stranger could not read is found', async (t) => {
  const { from, to } = await runWith(t);
  await writeModelFolder({ from, to, place, bench: [], licence: 'my own' });
  assert.deepEqual(await modelFolderFaults(to), []);
  assert.match(readFileSync(path.join(to, 'README.md'), 'utf8'), /license: other\nlicense_name: my-own\n/);
  writeFileSync(path.join(to, 'generation_config.json'), '[');
  writeFileSync(path.join(to, 'chat_template.jinja'), '{% for %}');
  const weights = path.join(to, 'model.safetensors');
  writeFileSync(weights, readFileSync(weights).subarray(0, -8));
  const faults = await modelFolderFaults(to);
  assert.equal(faults.length, 3, faults.join('\n'));
  assert.match(
    faults.join('\n'),
    /model\.safetensors: .*torn[\s\S]*generation_config\.json[\s\S]*chat_template/,
  );
  rmSync(weights);
  assert.match((await modelFolderFaults(to)).join('\n'), /not there, nor model\.safetensors\.index\.json/);
});

test('a broken tokenizer is found before weights are copied, and nothing is left', async (t) => {
  const { from, to } = await runWith(t);
  writeFileSync(path.join(from, 'tokenizer.json'), '{}');
  await assert.rejects(writeModelFolder({ from, to, place, bench: [] }), /tokenizer\.json/);
  assert.equal(existsSync(to), false);
});

import assert from 'node:assert/strict';
import {
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
import type { ModelConfig } from '../engine/engine.ts';
import { readModelDirectory } from '../engine/model-directory.ts';
import { createOrtEngine } from '../engine/ort/engine.ts';
import { JournalReader } from '../journal/journal-reader.ts';
import { labTokenizer } from '../lab/lab-tokenizer.ts';
import { Random } from '../stats/random.ts';
import { createChatFormat } from '../tokenizer/chat-format.ts';
import { loadTokenizer } from '../tokenizer/load-tokenizer.ts';
import { qwenTokenizerConfigJson } from '../tokenizer/qwen-tokenizer-json.ts';
import type { ChatFormat } from '../tokenizer/tokenizer.ts';
import { trainByteLevelBpe } from '../tokenizer/train-bpe.ts';
import { type LoadedRecipe, loadRecipe } from './load.ts';
import { checkTokenizerFits } from './model-setup.ts';
import { silentProgress } from './progress.ts';
import { type RunOutcome, runRecipe } from './run.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'qed-real-model-'));
after(() => rmSync(scratch, { recursive: true }));
const modelDirectory = path.join(scratch, 'model');

const proof = (n: number) =>
  `Let $a = ${2 * n}k$. Then $a$ is even, for $a = 2 \\cdot ${n}k$, and so is $a + ${2 * n}$. `.repeat(
    1 + (n % 3),
  );

const recipeText = `name: real
model: { from: model }
tokenizer: { kind: model }
data: { kind: harp, path: harp.jsonl, validationShare: 0.25 }
sft:
  tokensPerStep: 300
  steps: 6
  epochs: 9
  maximumTokens: 160
  longTexts: cut
  schedule: linear
  warmupShare: 0.2
  validateEvery: 3
  checkpointEvery: 2
  optimiser: { kind: adamw, learningRate: 2.0e-3 }
`;

before(async () => {
  const texts = Array.from({ length: 12 }, (_, n) => proof(n + 1));
  const rows = texts.map((text, n) => ({
    year: 2000 + n,
    contest: 'USAMO',
    number: 1,
    level: 7,
    subject: 'number_theory',
    problem: `Show that $${2 * n + 2}k$ is even.`,
    num_solutions: 2,
    solution_1: text,
    solution_2: `Clearly. ${text}`,
  }));
  writeFileSync(path.join(scratch, 'harp.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'));
  writeFileSync(path.join(scratch, 'recipe.yaml'), recipeText);
  mkdirSync(modelDirectory);
  const json = trainByteLevelBpe(texts, { vocabularySize: 320 });
  const configJson = qwenTokenizerConfigJson({ contextLength: 512 });
  writeFileSync(path.join(modelDirectory, 'tokenizer.json'), json);
  writeFileSync(path.join(modelDirectory, 'tokenizer_config.json'), configJson);
  const { tokenizer, stopTokenIds } = createChatFormat(loadTokenizer(json, configJson));
  const config: ModelConfig = {
    model_type: 'llama',
    vocab_size: tokenizer.vocabularySize + 4,
    hidden_size: 32,
    intermediate_size: 64,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    head_dim: 8,
    rms_norm_eps: 1e-5,
    rope_theta: 10_000,
    max_position_embeddings: 512,
    tie_word_embeddings: true,
    eos_token_id: stopTokenIds[0] ?? null,
  };
  const generation = { eos_token_id: [...stopTokenIds, 7] };
  writeFileSync(path.join(modelDirectory, 'generation_config.json'), JSON.stringify(generation));
  const engine = createOrtEngine({ threads: 1 });
  const model = await engine.createModel({ config, seed: 3 });
  await model.save(modelDirectory, { optimiser: false });
  await engine.close();
});

async function run(
  name: string,
  options: { recipe?: string; to?: 'data'; stopAfter?: number } = {},
): Promise<RunOutcome> {
  const loaded: LoadedRecipe = loadRecipe(path.join(scratch, options.recipe ?? 'recipe.yaml'));
  const stop = new AbortController();
  return await runRecipe({
    recipe: loaded.recipe,
    recipeText: loaded.text,
    recipeDirectory: loaded.directory,
    runDirectory: path.join(scratch, name),
    ...(options.to === undefined ? {} : { to: options.to }),
    progress: {
      ...silentProgress,
      step: (_stage, { step }) => {
        if (step === options.stopAfter) stop.abort();
      },
    },
    signal: stop.signal,
  });
}

const pathOf = (...names: string[]) => path.join(scratch, ...names);

test('a model of another family is fine-tuned from its directory, and its checkpoint stands alone', async () => {
  assert.equal((await run('whole')).status, 'finished');
  const checkpoint = pathOf('whole', 'checkpoints', 'sft', '6');
  const files = readdirSync(checkpoint);
  for (const name of ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json']) {
    assert.ok(files.includes(name), name);
  }
  const { model_type } = JSON.parse(readFileSync(path.join(checkpoint, 'config.json'), 'utf8'));
  assert.equal(model_type, 'llama');
  for (const name of ['tokenizer.json', 'generation_config.json']) {
    assert.equal(
      readFileSync(path.join(checkpoint, name), 'utf8'),
      readFileSync(path.join(modelDirectory, name), 'utf8'),
      name,
    );
  }
});

test('the held-out loss is measured before the first step, then falls; speed and memory are told', async () => {
  const reader = new JournalReader(pathOf('whole'));
  let before: number | undefined;
  for await (const { value } of reader.events('sft/held-out')) {
    before = (value as { validationLoss: number }).validationLoss;
  }
  reader.close();
  const steps = readFileSync(pathOf('whole', 'metrics.jsonl'), 'utf8').trimEnd().split('\n');
  const figures = steps.map((line) => JSON.parse(line) as Record<string, number>);
  const last = figures.at(-1);
  assert.ok(before !== undefined && last?.validationLoss !== undefined && last.validationLoss < before);
  // A line from the peak at step 2 of 6 to a tenth at the last.
  const rates = figures.map(({ learningRate }) => (learningRate ?? 0) / 2e-3);
  for (const [i, share] of [1, 1, 0.775, 0.55, 0.325, 0.1].entries()) {
    assert.ok(Math.abs((rates[i] ?? 0) - share) < 1e-9, `step ${i + 1}: ${rates[i]}`);
  }
  for (const figure of figures) {
    assert.ok((figure.tokensPerSecond ?? 0) > 0 && (figure.residentBytes ?? 0) > 2 ** 20);
    assert.ok((figure.peakBytes ?? 0) >= (figure.residentBytes ?? 0) * 0.5);
  }
  const report = JSON.parse(readFileSync(pathOf('whole', 'report.json'), 'utf8'));
  const sft = report.stages.find(({ id }: { id: string }) => id === 'sft');
  assert.ok(sft.tokensPerSecond > 0 && sft.peakBytes > 2 ** 20);
  const page = readFileSync(pathOf('whole', 'report.html'), 'utf8');
  assert.match(page, /Tokens\/s/);
  assert.match(page, /before the first step/);
});

test('samples of the model it began from stand beside those of the fine-tuned one, for the same prompts', async () => {
  const reader = new JournalReader(pathOf('whole'));
  const prompts = new Map<string, string[]>();
  for await (const { key, payload } of reader.events('samples')) {
    const texts = JSON.parse(Buffer.from(payload ?? []).toString('utf8')) as { prompt: string }[];
    prompts.set(
      key,
      texts.map(({ prompt }) => prompt),
    );
  }
  reader.close();
  assert.deepEqual(prompts.get('base'), prompts.get('sft'));
  const asked = prompts.get('sft') ?? [];
  assert.ok(asked.length > 0);
  assert.equal(new Set(asked).size, asked.length, 'a problem with two proofs is asked once');
});

test('a stopped run goes on to the same end; a changed model is refused while it is still needed', async () => {
  assert.equal((await run('changed', { to: 'data' })).status, 'finished');
  const weights = path.join(modelDirectory, 'model.safetensors');
  const original = readFileSync(weights);
  try {
    const altered = Buffer.from(original);
    altered.writeUInt8(altered.readUInt8(altered.length - 1) ^ 1, altered.length - 1);
    writeFileSync(weights, altered);
    await assert.rejects(run('changed'), /model\.from: .*model\.safetensors is altered since this run began/);
  } finally {
    writeFileSync(weights, original);
  }
  assert.equal((await run('changed', { stopAfter: 3 })).status, 'stopped');
  assert.ok(existsSync(pathOf('changed', 'checkpoints', 'sft', '3')));
  // A stage that has a checkpoint of its own goes on from that.
  writeFileSync(weights, Buffer.alloc(8));
  try {
    assert.equal((await run('changed')).status, 'finished');
  } finally {
    writeFileSync(weights, original);
  }
  const end = (name: string) => readFileSync(pathOf(name, 'checkpoints', 'sft', '6', 'model.safetensors'));
  assert.ok(end('changed').equals(end('whole')));
});

test('an adapter is trained by the recipe, goes on after a stop to the same end, and leaves the model as it was', async () => {
  writeFileSync(pathOf('adapted.yaml'), `${recipeText}lora: { rank: 4 }\n`);
  const options = { recipe: 'adapted.yaml' };
  assert.equal((await run('adapted', options)).status, 'finished');
  assert.equal((await run('halted', { ...options, stopAfter: 3 })).status, 'stopped');
  assert.equal((await run('halted', options)).status, 'finished');
  const end = (name: string, ...file: string[]) =>
    readFileSync(pathOf(name, 'checkpoints', 'sft', '6', ...file));
  for (const file of [['model.safetensors'], ['adapter', 'adapter_model.safetensors']]) {
    assert.ok(end('halted', ...file).equals(end('adapted', ...file)), file.join('/'));
  }
  const [frozen, original] = [
    await readModelDirectory(pathOf('adapted', 'checkpoints', 'sft', '6', 'base')),
    await readModelDirectory(modelDirectory),
  ];
  assert.deepEqual(frozen.flat, original.flat);
  const merged = await readModelDirectory(pathOf('adapted', 'checkpoints', 'sft', '6'));
  assert.equal(merged.config.tie_word_embeddings, false);
  const settings = JSON.parse(end('adapted', 'adapter', 'adapter_config.json').toString()) as { r: number };
  assert.equal(settings.r, 4);
});

test('a tokenizer of another model is refused, with both named: one too large, one far too small', async () => {
  const file = path.join(modelDirectory, 'tokenizer.json');
  const original = readFileSync(file);
  const random = new Random('words');
  const words = Array.from({ length: 3000 }, () =>
    String.fromCharCode(97 + random.below(26), 97 + random.below(26)),
  );
  writeFileSync(file, trainByteLevelBpe([words.join(' ')], { vocabularySize: 500 }));
  try {
    const misfit =
      /model\.from: .*model has \d+ token embeddings, .* tokenizer of kind model .* has 500 entries/;
    await assert.rejects(run('misfit'), misfit);
    // Nothing was computed, so the directory is free for a recipe that fits.
    assert.equal(existsSync(pathOf('misfit', 'recipe.yaml')), false);
  } finally {
    writeFileSync(file, original);
  }
  const { recipe } = loadRecipe(path.join(scratch, 'recipe.yaml'));
  const fits = (entries: number) => () =>
    checkTokenizerFits(
      { recipe, runDirectory: scratch },
      modelDirectory,
      { vocab_size: 1000 } as ModelConfig,
      { tokenizer: { vocabularySize: entries } } as ChatFormat,
    );
  for (const entries of [900, 1000]) fits(entries)();
  for (const entries of [899, 1001]) assert.throws(fits(entries), /model has 1000 token embeddings/);
});

test('reinforcement learning and evaluation begin from a model on disk, which is evaluated beside its successor', async () => {
  const directory = pathOf('lab-model');
  mkdirSync(directory);
  const { json, configJson } = labTokenizer();
  writeFileSync(path.join(directory, 'tokenizer.json'), json);
  const engine = createOrtEngine({ threads: 1 });
  const model = await engine.createModel({
    config: {
      ...{ model_type: 'qwen3', hidden_size: 32, intermediate_size: 64, num_hidden_layers: 2 },
      ...{ num_attention_heads: 2, num_key_value_heads: 1, head_dim: 16, rms_norm_eps: 1e-6 },
      ...{ rope_theta: 10_000, max_position_embeddings: 512, tie_word_embeddings: true },
      vocab_size: loadTokenizer(json, configJson).vocabularySize,
    },
    seed: 5,
  });
  await model.save(directory, { optimiser: false });
  await engine.close();
  writeFileSync(
    pathOf('lab.yaml'),
    `name: lab-from
model: { from: lab-model }
tokenizer: { kind: lab }
data:
  kind: lab
  profile: quick
  trainProblems: 8
  validationProblems: 4
  testProblems: 4
  pretrainTokens: 500
  sftTokens: 500
rl:
  from: base
  steps: 2
  problemsPerStep: 2
  groupSize: 2
  maxTokens: 12
  optimiser: { kind: adamw, learningRate: 1.0e-3 }
evaluate: { samples: 1, maxTokens: 12, reasoningCacheTurns: 0 }
`,
  );
  assert.equal((await run('lab', { recipe: 'lab.yaml' })).status, 'finished');
  const report = JSON.parse(readFileSync(pathOf('lab', 'report.json'), 'utf8')) as {
    scores: { checkpoint: string }[];
  };
  assert.deepEqual(
    report.scores.map(({ checkpoint }) => checkpoint),
    ['base', 'rl'],
  );
});

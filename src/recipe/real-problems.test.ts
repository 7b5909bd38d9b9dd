/**
 * Reinforcement learning on problems that are not of the lab: asked in the words of QED's prompts, graded by a judge at an
 * endpoint, with states that another model at an endpoint has summed up. The endpoint is scripted; all else is real.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { ModelConfig } from '../engine/engine.ts';
import { createOrtEngine } from '../engine/ort/engine.ts';
import { JournalReader } from '../journal/journal-reader.ts';
import {
  chunk,
  done,
  finished,
  type ScriptedServer,
  startServer,
  stream,
  usage,
} from '../model/openai/fixtures/scripted-server.ts';
import { createChatFormat } from '../tokenizer/chat-format.ts';
import { loadTokenizer } from '../tokenizer/load-tokenizer.ts';
import { qwenTokenizerConfigJson } from '../tokenizer/qwen-tokenizer-json.ts';
import { trainByteLevelBpe } from '../tokenizer/train-bpe.ts';
import { loadRecipe } from './load.ts';
import { silentProgress } from './progress.ts';
import { RecipeError } from './recipe-error.ts';
import { type RunOutcome, runRecipe } from './run.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'qed-real-problems-'));
after(() => rmSync(scratch, { recursive: true }));
const at = (...names: string[]) => path.join(scratch, ...names);
let server: ScriptedServer;

const text = ({ messages }: Readonly<Record<string, unknown>>): string => JSON.stringify(messages);
const isJudge = (body: Readonly<Record<string, unknown>>) => body.model === 'judge';

const stageOf = (name: 'rl' | 'rc', more: string) => `${name}:
  from: base
  steps: 2
  problemsPerStep: 2
  groupSize: 3
  maxTokens: 24
  temperature: 1
  grader: openai:URL#judge(style=proofbench-strict)
  truncation: grade-what-exists
  zeroVarianceGroups: keep
  pipeline: { maxLag: 0 }
  alarms: { ungraded: off, overflow: off }
  optimiser: { kind: adamw, learningRate: 1.0e-3, clipNorm: off }
  checkpointEvery: 1
${more}`;

const summary = `  summariser: endpoint
  turns: 2
  evaluateEvery: never
  summary: { model: "vllm:URL#summariser", maxTokens: 40, temperature: 0.7, topP: 0.8, topK: 20 }
`;

function recipe(
  name: string,
  stages: string,
  data = 'data: { kind: problems, path: problems.jsonl, validationProblems: 2 }',
) {
  const file = at(`${name}.yaml`);
  const head = `name: ${name}\nengine: { threads: 1 }\nmodel: { from: model }\ntokenizer: { kind: model }\n${data}\n`;
  writeFileSync(file, `${head}${stages}`.replaceAll('URL', server.baseUrl));
  return file;
}

async function run(file: string, name: string, signal = new AbortController().signal): Promise<RunOutcome> {
  const { recipe: loaded, text: recipeText, directory } = loadRecipe(file);
  const options = { recipe: loaded, recipeText, recipeDirectory: directory, runDirectory: at(name) };
  return await runRecipe({ ...options, progress: silentProgress, signal });
}

before(async () => {
  server = await startServer((response, { body }) => {
    const words = isJudge(body)
      ? `Read. <points>${text(body).length % 8}</points>`
      : `I have tried parity. (${text(body).length})`;
    stream(response, [chunk({ role: 'assistant', content: words }), finished('stop'), usage, done].join(''));
  });
  const problems = Array.from({ length: 8 }, (_, n) => ({
    id: `p${n}`,
    statement: `Show that ${2 * n} is even.`,
    guidelines: 'Seven points for a divisor.',
  }));
  const write = (name: string, rows: readonly object[]) =>
    writeFileSync(at(name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const long = { ...problems[0], id: 'long', statement: 'Show that 2 is even. '.repeat(400) };
  write('problems.jsonl', [...problems, long]);
  write(
    'bare.jsonl',
    problems.map(({ id, statement }) => ({ id, statement })),
  );
  const json = trainByteLevelBpe(
    problems.map(({ statement }) => statement),
    { vocabularySize: 300 },
  );
  const configJson = qwenTokenizerConfigJson({ contextLength: 2048 });
  const { tokenizer, stopTokenIds } = createChatFormat(loadTokenizer(json, configJson));
  mkdirSync(at('model'));
  writeFileSync(at('model', 'tokenizer.json'), json);
  writeFileSync(at('model', 'tokenizer_config.json'), configJson);
  const config: ModelConfig = {
    ...{ model_type: 'qwen3', vocab_size: tokenizer.vocabularySize, hidden_size: 32, intermediate_size: 64 },
    ...{ num_hidden_layers: 1, num_attention_heads: 2, num_key_value_heads: 1, head_dim: 16 },
    ...{ rms_norm_eps: 1e-6, rope_theta: 10_000, max_position_embeddings: 2048, tie_word_embeddings: true },
    eos_token_id: stopTokenIds[0] ?? null,
  };
  const engine = createOrtEngine({ threads: 1 });
  const model = await engine.createModel({ config, seed: 3 });
  await model.save(at('model'), { optimiser: false });
  await engine.close();
});
after(() => server.close());

test('attempts are asked in the words of a prompt, and a judge at an endpoint rewards them and what is held out', async () => {
  const file = recipe('plain', stageOf('rl', '  evaluateEvery: 1\n'));
  assert.equal((await run(file, 'plain')).status, 'finished');
  const lines = (name: string) =>
    readFileSync(at('plain', 'data', name), 'utf8')
      .trimEnd()
      .split('\n');
  assert.equal(lines('train.jsonl').length, 6, 'the problem that is too long is left out');
  assert.equal(lines('validation.jsonl').length, 2);
  const steps = readFileSync(at('plain', 'metrics.jsonl'), 'utf8').trimEnd().split('\n');
  const figures = steps.map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.equal(figures.length, 2);
  for (const figure of figures) {
    assert.equal(typeof figure.reward, 'number');
    assert.equal(figure.exactReward, undefined, 'there is no exact grader of such problems');
    assert.equal(typeof figure.heldOut, 'object');
  }
  const asked = server.requests.filter(({ body }) => isJudge(body));
  assert.ok(asked.length >= 12, `${asked.length} gradings`);
  assert.ok(asked.every(({ body }) => text(body).includes('Seven points for a divisor.')));
});

test('PAY-ONCE: states that another model has summed up are trained on, and its replies are not paid for again', async () => {
  const file = recipe('states', stageOf('rc', summary));
  const begun = server.requests.length;
  const stop = new AbortController();
  const { recipe: loaded, text: recipeText, directory } = loadRecipe(file);
  const options = { recipe: loaded, recipeText, recipeDirectory: directory, runDirectory: at('states') };
  const progress = { ...silentProgress, step: () => stop.abort() };
  assert.equal((await runRecipe({ ...options, progress, signal: stop.signal })).status, 'stopped');
  rmSync(at('states', 'checkpoints', 'rc', '1'), { recursive: true });
  assert.equal((await run(file, 'states')).status, 'finished');
  const summaries = server.requests.slice(begun).filter(({ body }) => !isJudge(body));
  assert.ok(summaries.length > 0);
  const [first] = summaries;
  assert.deepEqual(
    [first?.body.max_tokens ?? first?.body.max_completion_tokens, first?.body.temperature, first?.body.top_p],
    [40, 0.7, 0.8],
  );
  const told = summaries.map(({ body }) => text(body));
  assert.equal(new Set(told).size, told.length, 'nobody was asked the same twice');
  const reader = new JournalReader(at('states'));
  const turns = [...reader.effectsBelow('rc/trajectory/')].filter(({ label }) =>
    label.startsWith('summarise-'),
  );
  assert.equal(turns.length, summaries.length);
  reader.close();
});

test('problems without what the judge needs are refused before anything is sampled', async () => {
  const bare = 'data: { kind: problems, path: bare.jsonl, validationProblems: 2 }';
  const file = recipe('bare', stageOf('rl', ''), bare);
  const requests = server.requests.length;
  await assert.rejects(
    run(file, 'bare'),
    /rl\.grader: .* cannot grade 6 of the 6 problems in data\/train\.jsonl, such as p\d/,
  );
  assert.equal(server.requests.length, requests);
});

test('what knows the lab alone is refused by its field', () => {
  const faults = (stages: string, data?: string) => {
    try {
      loadRecipe(recipe('faulty', stages, data));
    } catch (error) {
      assert.ok(error instanceof RecipeError, String(error));
      return error.faults.map(({ field, message }) => `${field}: ${message}`).join('; ');
    }
    return '';
  };
  const rl = stageOf('rl', '');
  assert.match(
    faults(rl.replace(/grader: .*/, 'grader: exact')),
    /^rl\.grader: `exact` grades problems of the lab/,
  );
  assert.match(faults(`${rl}evaluate: {}\n`), /^evaluate: needs lab data; qed bench/);
  const sft = 'sft: { optimiser: { kind: adamw, learningRate: 1 } }\n';
  assert.match(faults(sft), /^sft: needs data\.texts/);
  const texts = 'data: { kind: problems, path: problems.jsonl, texts: all.jsonl }';
  assert.match(faults(rl, texts), /^data\.texts: has no use without the stage sft/);
  assert.match(faults(`${stageOf('rc', summary)}  prompt: statement\n`), /^rc\.prompt: must be `prove`/);
});

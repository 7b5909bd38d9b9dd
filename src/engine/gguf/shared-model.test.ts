/**
 * The real model of ../shared/models, imported: its tokens, log-probs and greedy text are those that transformers has
 * for it (models/README.md there), by the embedded engine and, exported again, by llama.cpp.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createChatFormat } from '../../tokenizer/chat-format.ts';
import { loadTokenizer } from '../../tokenizer/load-tokenizer.ts';
import type { ChatFormat } from '../../tokenizer/tokenizer.ts';
import { createOrtEngine } from '../ort/engine.ts';
import { exportGguf } from './export-gguf.ts';
import { type GgufImport, importGguf } from './import-gguf.ts';
import { findLlamaCpp, howToGetIt } from './llama-cpp-fixture.ts';

const shared = fileURLToPath(
  new URL('../../../../shared/models/SmolLM2-135M-Instruct.Q4_1.gguf', import.meta.url),
);
const skip = existsSync(shared) ? false : '../shared/models is absent';

/** From the model's README: transformers 5.19, torch 2.13. */
const golden = {
  question: 'Prove that the sum of two even integers is even.',
  // biome-ignore format: a list of ids
  prompt: [1, 9690, 198, 2683, 359, 253, 5356, 5646, 11173, 3365, 3511, 308, 34519, 28, 7018, 411, 407, 19712, 8182, 2, 198, 1, 4093, 198, 2954, 307, 338, 260, 2028, 282, 827, 908, 23313, 314, 908, 30, 2, 198, 1, 520, 9531, 198],
  greedy:
    'The sum of two even integers is always even. This is a fundamental property of arithmetic that has been observed and proven by many mathematicians. The proof involves a simple yet elegant argument.',
  proof: 'Let $a = 2m$ and $b = 2n$ for integers $m$ and $n$. Then $a + b = 2(m + n)$, which is even.',
  // biome-ignore format: a list of ids
  tokens: [4239, 1885, 81, 446, 216, 34, 93, 20, 284, 1885, 82, 446, 216, 34, 94, 20, 327, 23313, 1885, 93, 20, 284, 1885, 94, 28422, 3875, 1885, 81, 1232, 278, 446, 216, 34, 24, 93, 1232, 304, 25, 26265, 527, 314, 908, 30],
  sum: -64.22788,
  first: [-10.5339, -3.8496, -3.3868, -0.4345, -1.309, -4.7049, -1.4866, -1.5236, -0.2523, -0.9451],
};

let scratch = '';
let directory = '';
let imported: GgufImport;
let format: ChatFormat;
before(async () => {
  if (skip !== false) return;
  scratch = await mkdtemp(join(tmpdir(), 'qed-shared-model-'));
  directory = join(scratch, 'model');
  imported = await importGguf({ path: shared, directory });
  const read = (name: string) => readFile(join(directory, name), 'utf8');
  format = createChatFormat(loadTokenizer(await read('tokenizer.json'), await read('tokenizer_config.json')));
});
after(async () => {
  if (scratch !== '') await rm(scratch, { recursive: true });
});

function assertGolden(logprobs: ArrayLike<number>): void {
  assert.equal(logprobs.length, golden.tokens.length - 1);
  for (const [i, expected] of golden.first.entries()) {
    const found = logprobs[i] ?? Number.NaN;
    assert.ok(Math.abs(found - expected) < 1e-3, `token ${i + 1}: ${found}, transformers ${expected}`);
  }
  const sum = Array.from(logprobs).reduce((total, logprob) => total + logprob, 0);
  assert.ok(Math.abs(sum - golden.sum) < 1e-3, `sum ${sum}, transformers ${golden.sum}`);
}

test('the import says what the file is', { skip }, () => {
  assert.deepEqual(
    [
      imported.architecture,
      imported.parameters,
      imported.license,
      imported.tensorTypes,
      imported.hasChatTemplate,
    ],
    ['llama', 134_515_008, 'apache-2.0', { Q4_1: 210, F32: 61, Q8_0: 1 }, true],
  );
});

test('its tokens are the golden ones, through its own template', { skip }, () => {
  assert.deepEqual([...format.renderPrompt([{ role: 'user', content: golden.question }])], golden.prompt);
  assert.deepEqual([...format.tokenizer.encode(golden.proof)], golden.tokens);
  assert.deepEqual([...format.stopTokenIds], [2]);
});

test('the embedded engine’s log-probs and greedy text are the golden ones', { skip }, async () => {
  const engine = createOrtEngine({ threads: 'auto' });
  const model = await engine.loadModel(directory, { optimiser: false });
  const tokens_T = Int32Array.from(golden.tokens);
  const weights_T = new Float32Array(tokens_T.length).fill(1, 1);
  const [logprobs = new Float32Array()] = await model.forward([{ tokens_T, weights_T }], 1);
  assertGolden(logprobs.subarray(1));
  await model.close();
  const sampler = await engine.loadSampler(directory);
  const expected = format.tokenizer.encode(golden.greedy);
  const sampling = { maxTokens: expected.length, temperature: 0, stopTokenIds: [...format.stopTokenIds] };
  const prompt_T = Int32Array.from(golden.prompt);
  const [sample] = await sampler.sample({ prompt_T, seeds_S: [1], sampling });
  assert.equal(format.tokenizer.decode(sample?.tokens_T ?? []), golden.greedy);
  await engine.close();
});

test('exported as F32, llama.cpp has the golden tokens, log-probs and greedy text', { skip }, async (t) => {
  const llama = await findLlamaCpp();
  if (llama === undefined) {
    t.skip(howToGetIt);
    return;
  }
  const path = join(scratch, 'model.gguf');
  await exportGguf({ directory, path });
  const model = await llama.load(path);
  assert.deepEqual(model.encode(format.tokenizer.decode(golden.prompt)), golden.prompt);
  assert.deepEqual(model.encode(golden.proof), golden.tokens);
  assertGolden(await model.logprobs(golden.tokens));
  const count = format.tokenizer.encode(golden.greedy).length;
  const greedy = await model.greedy(golden.prompt, count, format.stopTokenIds);
  assert.equal(format.tokenizer.decode(greedy), golden.greedy);
  await model.close();
  await llama.close();
});

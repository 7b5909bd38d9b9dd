/**
 * llama.cpp runs what is exported, and says the same: tokens, log-probs and greedy text. Skipped where node-llama-cpp
 * is not installed. QED_PEERS_CHECKPOINT names a checkpoint of a run to be compared as well.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { readCases } from '../../../golden/tokenizer/read.ts';
import { createChatFormat } from '../../tokenizer/chat-format.ts';
import { loadTokenizer } from '../../tokenizer/load-tokenizer.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import type { ModelConfig } from '../engine.ts';
import { createOrtEngine } from '../ort/engine.ts';
import { exportGguf } from './export-gguf.ts';
import { findLlamaCpp, howToGetIt, type LlamaCppModel } from './llama-cpp-fixture.ts';
import { configurations, writeModel } from './model-fixture.ts';

const llama = await findLlamaCpp();
const skip = llama === undefined ? howToGetIt : false;
const engine = createOrtEngine({ threads: 1 });
let scratch = '';
before(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'qed-llama-cpp-'));
});
after(async () => {
  await engine.close();
  await llama?.close();
  await rm(scratch, { recursive: true });
});

async function readTokenizer(directory: string): Promise<Tokenizer> {
  const read = (name: string) => readFile(join(directory, name), 'utf8');
  return loadTokenizer(await read('tokenizer.json'), await read('tokenizer_config.json'));
}

/** Exports a model and loads it in llama.cpp for `use`. */
async function inLlamaCpp(
  directory: string,
  use: (model: LlamaCppModel, tokenizer: Tokenizer) => Promise<void>,
): Promise<void> {
  assert.ok(llama !== undefined);
  const path = join(scratch, 'model.gguf');
  await exportGguf({ directory, path });
  const model = await llama.load(path);
  try {
    await use(model, await readTokenizer(directory));
  } finally {
    await model.close();
  }
}

/** ln p of tokens 1 to T − 1 by the embedded engine's trainer, and its greedy continuation by its sampler. */
async function byEngine(
  directory: string,
  tokens: Int32Array,
  prompt: Int32Array,
  stopTokenIds: readonly number[],
) {
  const model = await engine.loadModel(directory, { optimiser: false });
  const weights_T = Float32Array.from(tokens, (_, i) => (i === 0 ? 0 : 1));
  const [logprobs = new Float32Array()] = await model.forward([{ tokens_T: tokens, weights_T }], 1);
  const sampler = await model.snapshotSampler();
  const sampling = { maxTokens: 40, temperature: 0, stopTokenIds };
  const [sample] = await sampler.sample({ prompt_T: prompt, seeds_S: [1], sampling });
  await sampler.close();
  await model.close();
  return { logprobs: logprobs.subarray(1), greedy: [...(sample?.tokens_T ?? [])] };
}

async function compare(directory: string, question: string, reply: string): Promise<void> {
  await inLlamaCpp(directory, async (model, tokenizer) => {
    const format = createChatFormat(tokenizer);
    const prompt = format.renderPrompt([{ role: 'user', content: question }]);
    const tokens = Int32Array.of(...prompt, ...format.renderReply(reply));
    assert.deepEqual(model.encode(tokenizer.decode(prompt)), [...prompt]);
    const ours = await byEngine(directory, tokens, prompt, format.stopTokenIds);
    const theirs = await model.logprobs(tokens);
    const worst = Math.max(
      ...theirs.map((logprob, i) => Math.abs(logprob - (ours.logprobs[i] ?? Number.NaN))),
    );
    assert.ok(theirs.length === tokens.length - 1 && worst < 1e-4, `log-probs differ by ${worst}`);
    assert.deepEqual(await model.greedy(prompt, 40, format.stopTokenIds), ours.greedy);
  });
}

/** Not among those that come back from a file bit for bit: its factor passes through a float32. */
const yarnWithAll: ModelConfig = {
  ...(configurations['qwen2, YaRN'] ?? assert.fail()),
  rope_scaling: {
    rope_type: 'yarn',
    factor: 4,
    original_max_position_embeddings: 64,
    attention_factor: 1.4,
    beta_fast: 16,
    beta_slow: 2,
  },
};

for (const [name, config] of Object.entries({ ...configurations, 'YaRN, every setting': yarnWithAll })) {
  test(`${name}: llama.cpp’s log-probs and greedy text are the engine’s`, { skip }, async () => {
    const directory = join(scratch, name);
    await writeModel(directory, config);
    await compare(directory, 'Prove that 2 + 3 = 5 for all of us.', 'It is so, since 2 and 3 are 1 and 4.');
  });
}

const checkpoint = process.env.QED_PEERS_CHECKPOINT;
test('a checkpoint of a run: llama.cpp’s log-probs and greedy text are the engine’s', {
  skip: skip || (checkpoint === undefined ? 'QED_PEERS_CHECKPOINT names none' : false),
}, async () => {
  await compare(checkpoint ?? '', 'K & F => D ; F => K ; given F', 'F => K .');
});

test('llama.cpp makes the same tokens of many texts', { skip }, async () => {
  const directory = join(scratch, 'tokenizer');
  await writeModel(directory, configurations.qwen3 ?? assert.fail());
  await inLlamaCpp(directory, async (model, tokenizer) => {
    const piece = fc.oneof(
      fc.constantFrom(
        ...readCases().texts,
        '<|im_start|>',
        '<|im_end|>',
        '<think>',
        '</think>',
        ' ',
        '\n',
        '  \n',
      ),
      fc.string({ unit: 'grapheme', maxLength: 20 }),
      fc.string({
        unit: fc.constantFrom("'", 's', 'S', ' ', '\t', '\n', '\r', '1', '٣', 'é', '中', '+'),
        maxLength: 30,
      }),
    );
    const text = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join('').normalize('NFC'));
    fc.assert(
      fc.property(text, (sample) => assert.deepEqual(model.encode(sample), [...tokenizer.encode(sample)])),
      { seed: 1, numRuns: 2000 },
    );
  });
});

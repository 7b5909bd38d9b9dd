/**
 * A server that a person names keeps what every engine promises: QED_TINKER_URL is its address, QED_TINKER_MODEL the directory
 * of the model that it has, QED_TINKER_RANK the rank of adapters (8 by default, 0 for all parameters), QED_TINKER_KEY its key.
 * Log-probs of the same weights are those of the embedded engine.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { engineContract } from '../fixtures/engine-contract.ts';
import { createOrtEngine } from '../ort/engine.ts';
import { createTinkerEngine, type TinkerEngineOptions } from './engine.ts';

const { QED_TINKER_URL: url = '', QED_TINKER_MODEL: directory = '', QED_TINKER_KEY: apiKey } = process.env;
const rank = Number(process.env.QED_TINKER_RANK ?? 8);
const skip =
  url === '' || directory === '' ? 'QED_TINKER_URL and QED_TINKER_MODEL name no server and no model' : false;

async function connect() {
  const headers = apiKey === undefined ? {} : { 'x-api-key': apiKey };
  const response = await fetch(new URL('/api/v1/get_server_capabilities', url), { headers });
  const { supported_models: models } = (await response.json()) as {
    supported_models: readonly { readonly model_name: string }[];
  };
  const options: TinkerEngineOptions = {
    ...{ url, baseModel: models[0]?.model_name ?? '', segmentTokens: 4 },
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(rank === 0 ? {} : { lora: { rank } }),
    onRemark: (text) => process.stderr.write(`${text}\n`),
  };
  return await createTinkerEngine(options);
}

engineContract(
  'named server',
  async () => {
    const engine = await connect();
    const lora = rank === 0 ? undefined : { rank };
    return { engine, directory, lora, sameLogprob: 1e-3, close: () => engine.close() };
  },
  { skip },
);

test('log-probs of the same weights are those of the embedded engine', { skip }, async () => {
  const [remote, embedded] = [await connect(), createOrtEngine({ threads: 1 })];
  try {
    const data = [1, 2, 3].map((seed) => ({
      tokens_T: Int32Array.from({ length: 12 }, (_, t) => (seed * 31 + t * 17) % 200),
      weights_T: Float32Array.from({ length: 12 }, (_, t) => (t === 0 ? 0 : 1)),
    }));
    const [theirs, ours] = await Promise.all(
      [remote, embedded].map(async (engine) => {
        const model = await engine.loadModel(directory, { optimiser: false });
        const logprobs = await model.forward(data, 1);
        await model.close();
        return logprobs;
      }),
    );
    const differences = (theirs ?? []).flatMap((logprobs_T, d) =>
      Array.from(logprobs_T, (logprob, t) => Math.abs(logprob - (ours?.[d]?.[t] ?? Number.NaN))),
    );
    const largest = Math.max(...differences);
    process.stderr.write(`largest difference of ${differences.length} log-probs: ${largest}\n`);
    assert.ok(largest < 1e-4, `${largest}`);
  } finally {
    await remote.close();
    await embedded.close();
  }
});

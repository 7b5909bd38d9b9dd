/** Scores are those of the tokens that were sent, or none. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ModelError } from '../model-error.ts';
import { createEndpoint } from './endpoint.ts';
import { done, event, startServer, stream } from './fixtures/scripted-server.ts';
import { scoreTokens } from './score-tokens.ts';

const tokens_T = Int32Array.of(5, 6, 7);

async function score(choice: object): Promise<number[]> {
  const server = await startServer((response) =>
    stream(response, event({ choices: [{ index: 0, ...choice }] }) + done),
  );
  const endpoint = createEndpoint({ baseUrl: server.baseUrl });
  try {
    const scores = await scoreTokens(tokens_T, { endpoint, model: 'm' });
    assert.deepEqual(server.requests[0]?.body.prompt, [5, 6, 7]);
    return [...scores];
  } finally {
    endpoint.close();
    await server.close();
  }
}

test('the log-probs of all tokens, 0 for the first, without the one that was sampled', async () => {
  const logprobs = { token_logprobs: [null, -0.5, -0.25, -9] };
  assert.deepEqual(await score({ prompt_token_ids: [5, 6, 7], logprobs }), [0, -0.5, -0.25]);
});

test('other tokens, fewer log-probs, none at all', async () => {
  const isProtocol = (error: unknown) => error instanceof ModelError && error.kind === 'protocol';
  const logprobs = { token_logprobs: [null, -0.5, -0.25, -9] };
  await assert.rejects(score({ prompt_token_ids: [5, 6, 8], logprobs }), isProtocol);
  await assert.rejects(
    score({ prompt_token_ids: [5, 6, 7], logprobs: { token_logprobs: [null, -1] } }),
    isProtocol,
  );
  await assert.rejects(score({ prompt_token_ids: [5, 6, 7] }), isProtocol);
});

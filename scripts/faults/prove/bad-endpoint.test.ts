import assert from 'node:assert/strict';
import { test } from 'node:test';
import { badEndpoint } from './bad-endpoint.ts';

test('qed prove and an endpoint with every fault: typed ends, bounded tries, no answer from half a stream', async () => {
  const size = { problems: 20, attempts: 3, share: 0.1, deadline: 0.4, firstDelay: 0.02 };
  const { faults, rows } = await badEndpoint({
    ...{ seed: 1, retryAfter: 100, reply: [0, 20], outage: 0 },
    ...size,
  });
  assert.deepEqual(faults, []);
  assert.match(rows[0]?.[1] ?? '', /reset [1-9].*hang [1-9].*html [1-9].*cut-json [1-9].*cut-stream [1-9]/);
});

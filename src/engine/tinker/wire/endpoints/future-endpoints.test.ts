/** What a JSON answer to `retrieve_future` is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathOf } from './endpoint.ts';
import { readFutureAnswer } from './future-endpoints.ts';

test('the four kinds of answers are told apart', () => {
  assert.deepEqual(readFutureAnswer({ type: 'try_again', request_id: '1', queue_state: 'active' }), {
    kind: 'try-again',
    type: 'try_again',
    request_id: '1',
    queue_state: 'active',
  });
  assert.equal(readFutureAnswer({ status: 'complete_metadata', response_payload_size: 9 }).kind, 'metadata');
  assert.deepEqual(readFutureAnswer({ error: 'no', category: 'user' }), {
    kind: 'failed',
    error: 'no',
    category: 'user',
  });
  // A category that is not known is no reason to take a failure for a result.
  assert.deepEqual(readFutureAnswer({ error: 'no', category: 'new' }), {
    kind: 'failed',
    error: 'no',
    category: 'unknown',
  });
  assert.deepEqual(readFutureAnswer({ error: 'no' }), { kind: 'failed', error: 'no', category: 'unknown' });
  assert.equal(readFutureAnswer({ metrics: {} }).kind, 'result');
});

test('parts of a path are escaped, but for the slash of a checkpoint id', () => {
  assert.equal(
    pathOf('training_runs/{run}/checkpoints/{checkpoint_id}', {
      run: 's:train:0?x',
      checkpoint_id: 'weights/a b',
    }),
    'training_runs/s%3Atrain%3A0%3Fx/checkpoints/weights/a%20b',
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runTogether } from './run-together.ts';

const never = new AbortController().signal;

test('results come in the order of the items, whichever ends first', async () => {
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const results = runTogether(['a', 'b'], never, async (item, index) => {
    await gates[index]?.promise;
    return `${index}${item}`;
  });
  gates[1]?.resolve();
  await Promise.resolve();
  gates[0]?.resolve();
  assert.deepEqual(await results, ['0a', '1b']);
});

test('the first failure is thrown once the others, told to stop, have come to their end', async () => {
  const ended: string[] = [];
  const slow = Promise.withResolvers<void>();
  const together = runTogether(['fails', 'records', 'gives up'], never, async (item, _, signal) => {
    if (item === 'fails') throw new Error('first');
    if (item === 'records') {
      await slow.promise;
      ended.push(item);
      return;
    }
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('second'))));
  });
  const settled = together.catch((error: Error) => ended.push(error.message));
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(ended, [], 'the failure waits for what is under way');
  slow.resolve();
  await settled;
  assert.deepEqual(ended, ['records', 'first']);
});

test('the signal of the caller reaches every item', async () => {
  const stop = new AbortController();
  const together = runTogether([1, 2], stop.signal, async (item, _, signal) => {
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    return item;
  });
  stop.abort();
  assert.deepEqual(await together, [1, 2]);
});

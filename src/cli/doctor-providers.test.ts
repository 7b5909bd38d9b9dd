import assert from 'node:assert/strict';
import { test } from 'node:test';
import { builtProviders } from '../engine/ort/execution-provider.ts';
import { checkProviders, judgeProvider } from './doctor-providers.ts';

test('every provider but the processor is tried, and none that does not work is a failure', async () => {
  const others = builtProviders().filter((provider) => provider !== 'cpu');
  const results = await checkProviders();
  assert.deepEqual(
    results.map(({ name }) => name),
    others.map((provider) => `provider ${provider}`),
  );
  for (const { status, found } of results) {
    assert.ok(status === 'ok' || status === 'none', found);
    assert.doesNotMatch(found, /without an answer/);
  }
});

test('a provider is judged by its trial', () => {
  const works = judgeProvider('cuda', { difference: 2.4e-6, seconds: 1 });
  assert.deepEqual(works, {
    name: 'provider cuda',
    status: 'ok',
    found: 'computes what the processor does (within 2e-6)',
  });
  assert.deepEqual(judgeProvider('cuda', { reason: 'no driver', mend: 'Install one.' }), {
    name: 'provider cuda',
    status: 'none',
    found: 'no driver',
    mend: 'Install one.',
  });
  assert.match(judgeProvider('webgpu', { reason: 'not all' }).mend ?? '', /the processor computes/);
});

test('a trial that ends without an answer says so', async () => {
  const results = await checkProviders(async () => ({
    reason: 'the trial ended without an answer (SIGSEGV)',
  }));
  for (const { status } of results) assert.equal(status, 'none');
});

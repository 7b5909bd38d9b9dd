import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOrtEngine } from './engine.ts';
import { builtProviders, createSessionOn, ExecutionProviderError, faultOf } from './execution-provider.ts';
import { Graph } from './graph.ts';
import { serialiseOnnx } from './onnx.ts';
import { assertProviderWorks } from './provider-check.ts';
import { type ExecutionProvider, executionProviders } from './provider-names.ts';
import { tryProvider } from './provider-trial.ts';
import { tinyConfig } from './sampler-fixture.ts';

const absent = executionProviders.find(
  (provider) => !builtProviders().includes(provider),
) as ExecutionProvider;

test('the processor is always there, and no platform has every provider', () => {
  assert.equal(builtProviders()[0], 'cpu');
  assert.notEqual(absent, undefined);
});

test('a provider that the binary lacks is refused by name, with what there is and what to set', async () => {
  await assert.rejects(assertProviderWorks(absent), (error: unknown) => {
    assert.ok(error instanceof ExecutionProviderError);
    assert.equal(error.provider, absent);
    assert.match(
      error.message,
      new RegExp(`^engine.provider ${absent}: .*not built with .*here there are cpu`),
    );
    assert.match(error.message, /engine\.provider: cpu/);
    return true;
  });
});

test('an engine does not begin a model on a provider that does not work', async () => {
  const engine = createOrtEngine({ threads: 1, provider: absent });
  await assert.rejects(engine.createModel({ config: tinyConfig, seed: 1 }), ExecutionProviderError);
  await engine.close();
});

test('each provider either computes what the processor does or says why it does not', async () => {
  for (const provider of builtProviders()) {
    const outcome = await tryProvider(provider).catch((error: unknown) => error);
    if (outcome instanceof Error) {
      assert.ok(outcome instanceof ExecutionProviderError, String(outcome));
      assert.notEqual(provider, 'cpu', outcome.message);
    }
  }
});

test('the processor agrees with itself exactly', async () => {
  assert.equal((await tryProvider('cpu')).difference, 0);
});

test('sessions of the processor are made without a word about providers', async () => {
  const graph = new Graph();
  graph.output('y', graph.negate(graph.input('x', 'float32', [1])), 'float32', [1]);
  await (await createSessionOn('cpu', serialiseOnnx(graph.finish()), {})).release();
});

test("onnxruntime's messages are told in words: what is missing, and how to mend it", () => {
  const fallback =
    'This session contains graph nodes that are assigned to the default CPU EP, but fallback to CPU EP has been explicitly disabled by the user.';
  assert.match(faultOf('webgpu', fallback).reason, /does not have every operator/);
  const library = faultOf(
    'cuda',
    'OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library',
  );
  assert.match(library.reason, /libraries cannot be loaded/);
  assert.match(library.mend ?? '', /CUDA 12 and cuDNN 9/);
  assert.match(faultOf('webgpu', 'Failed to get a WebGPU adapter: No supported').reason, /graphics adapter/);
  assert.equal(faultOf('dml', '\nsomething new.\nmore').reason, 'DirectML failed: something new');
});

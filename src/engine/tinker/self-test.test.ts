/** What is measured of servers of known ways, and what is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTinkerEngine } from './engine.ts';
import { jaxWays, ToyTinker, type ToyWays } from './fixtures/toy-tinker.ts';
import type { ProfileKind } from './profile.ts';

/** Connects to a toy server of these ways; nothing is behind the address but its heartbeats, which nobody hears. */
async function connect(ways: Partial<ToyWays>, profile: ProfileKind | 'auto' = 'auto') {
  const toy = new ToyTinker(ways);
  const remarks: string[] = [];
  const engine = await createTinkerEngine({
    ...{ url: 'http://127.0.0.1:9', profile, baseModel: 'toy', lora: { rank: 4 } },
    transport: toy.transport,
    onRemark: (text) => remarks.push(text),
  });
  const capabilities = engine.capabilities();
  await engine.close();
  return { toy, remarks, capabilities, name: engine.name };
}

test('a server that is as its profile says is taken at its word, without a remark', async () => {
  const { remarks, capabilities, toy } = await connect({});
  assert.deepEqual(remarks, []);
  assert.equal(capabilities.adamFields, 'request');
  assert.equal(capabilities.clipNorm, 'request');
  assert.equal(capabilities.samplesWhileTraining, true);
  assert.deepEqual(capabilities.samplers, ['snapshot', 'live']);
  assert.equal(capabilities.logprobsAfterTemperature, true);
  assert.deepEqual(capabilities.summedLosses, capabilities.losses);
  assert.ok(toy.requests.some(({ path }) => path === 'unload_model'));
});

test('SkyRL’s JAX backend is known by its averages, and its ways are measured', async () => {
  const { remarks, capabilities, name } = await connect(jaxWays);
  assert.match(name, /^tinker \(skyrl-jax at /);
  assert.match(remarks.join('\n'), /averages losses, so it is SkyRL’s JAX backend/);
  assert.equal(remarks.filter((remark) => remark.startsWith('measured')).length, 0, remarks.join('\n'));
  assert.equal(capabilities.clipNorm, 'nobody');
  assert.equal(capabilities.adamFields, 'request');
  assert.equal(capabilities.samplesWhileTraining, false);
  assert.equal(capabilities.logprobsAfterTemperature, false);
});

const differences: readonly [string, Partial<ToyWays>, RegExp, Readonly<Record<string, unknown>>][] = [
  ['averages', { reduction: 'mean' }, /the reduction of losses is mean, and the profile tuft says sum/, {}],
  ['no clip', { clips: false }, /who settles the clip of the gradient is nobody/, { clipNorm: 'nobody' }],
  ['its own AdamW', { honoursAdam: false }, /beta1 does not act/, { adamFields: 'nobody' }],
  [
    'one place for weights',
    { samplerWeights: 'shared-slot' },
    /whose weights a sampler has is shared-slot/,
    { samplesWhileTraining: false },
  ],
  [
    'the newest weights for all',
    { samplerWeights: 'newest' },
    /whose weights a sampler has is newest/,
    { samplers: ['live'] },
  ],
  [
    'raw log-probs',
    { logprobsAfterTemperature: false },
    /log-probs are those after temperature is false/,
    { logprobsAfterTemperature: false },
  ],
];

for (const [what, ways, remark, expected] of differences) {
  test(`a server with ${what} is found out, and its capabilities say so`, async () => {
    const { remarks, capabilities } = await connect(ways);
    assert.match(remarks.join('\n'), remark);
    for (const [field, value] of Object.entries(expected))
      assert.deepEqual(capabilities[field as keyof typeof capabilities], value, field);
  });
}

test('a profile that is too modest is raised by what is measured', async () => {
  const { capabilities, remarks } = await connect({}, 'skyrl');
  assert.equal(capabilities.adamFields, 'request');
  assert.equal(capabilities.clipNorm, 'request');
  assert.deepEqual(capabilities.samplers, ['snapshot', 'live']);
  assert.match(
    remarks.join('\n'),
    /who settles the fields of AdamW is request, and the profile skyrl says server/,
  );
});

/** Paths of weights: three parts, or SkyRL's two, and nothing that leads elsewhere. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTinkerPath, parseTinkerPath } from './tinker-path.ts';

test('paths of three parts come back as they were', () => {
  for (const path of ['tinker://s:train:0/weights/step-3', 'tinker://model_1/sampler_weights/x']) {
    assert.equal(formatTinkerPath(parseTinkerPath(path)), path);
  }
});

test('a path of two parts is completed', () => {
  assert.equal(
    formatTinkerPath(parseTinkerPath('tinker://model_1/sm1')),
    'tinker://model_1/sampler_weights/sm1',
  );
  assert.deepEqual(parseTinkerPath('tinker://m/s', 'weights'), { run: 'm', kind: 'weights', name: 's' });
});

test('anything else is refused', () => {
  const wrong = [
    ...['', 'm/weights/x', 'http://m/weights/x', 'tinker://', 'tinker://m', 'tinker://m/models/x'],
    ...['tinker://m/weights/../x', 'tinker://m/weights/..', 'tinker://../weights/x', 'tinker://m/weights/'],
  ];
  for (const path of wrong) {
    assert.throws(() => parseTinkerPath(path), { name: 'WireError', message: /is no path of weights/ }, path);
  }
});

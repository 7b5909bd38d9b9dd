import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parseRopeSettings } from '../rope-settings.ts';
import { attentionFactor, positionCount, rotaryFrequencies, rotaryPositions } from './rotary-positions.ts';

/** Written by golden/make-rope.py. */
interface Golden {
  readonly head_dim: number;
  readonly max_position_embeddings: number;
  readonly rope_parameters: Readonly<Record<string, unknown>>;
  readonly frequencies: readonly number[];
  readonly attentionFactor: number;
}

const path = new URL('../../../golden/rope/golden.json', import.meta.url);
const cases = JSON.parse(await readFile(path, 'utf8')) as Golden[];

for (const { head_dim, max_position_embeddings, rope_parameters, ...expected } of cases) {
  test(`frequencies of ${JSON.stringify(rope_parameters)} are transformers'`, () => {
    const settings = { head_dim, ...parseRopeSettings({ rope_parameters }, 'c', max_position_embeddings) };
    const frequencies = rotaryFrequencies(settings);
    assert.equal(frequencies.length, expected.frequencies.length);
    // Those of transformers are float32, computed from powers of about 1e-6 relative error.
    expected.frequencies.forEach((frequency, i) => {
      assert.ok(
        Math.abs((frequencies[i] ?? 0) / frequency - 1) < 2e-6,
        `${i}: ${frequencies[i]}, ${frequency}`,
      );
    });
    const factor = attentionFactor(settings.rope_scaling);
    assert.ok(Math.abs(factor / expected.attentionFactor - 1) < 1e-12, `${factor}`);

    const { cosines, sines } = rotaryPositions(settings, 5);
    const angle = 4 * (frequencies[1] ?? 0);
    assert.equal(cosines[4 * (head_dim / 2) + 1], Math.fround(Math.cos(angle) * factor));
    assert.equal(sines[4 * (head_dim / 2) + 1], Math.fround(Math.sin(angle) * factor));
  });
}

test('a model that is declared for very long texts gets tables of a bounded length', () => {
  assert.equal(positionCount({ max_position_embeddings: 8192 }), 8192);
  assert.equal(positionCount({ max_position_embeddings: 2 ** 24 }), 32_768);
});

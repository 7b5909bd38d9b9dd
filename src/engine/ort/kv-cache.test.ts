import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cacheCapacity, cacheRowBytes, KeyValueCache } from './kv-cache.ts';
import { tinyConfig } from './sampler-fixture.ts';

const { num_hidden_layers: layers, num_key_value_heads: heads, head_dim: width } = tinyConfig;
const freshLength = layers * 2 * heads * width;

/** A token's keys and values as the decode graph gives them, for `rows` rows: element i of row r is tag(r) + i/1000. */
function fresh(rows: number, tag: (row: number) => number): Float32Array {
  return Float32Array.from(
    { length: rows * freshLength },
    (_, i) => tag(Math.floor(i / freshLength)) + (i % freshLength) / 1000,
  );
}

/** What a row should hold in an array when its tokens have these tags: zero beyond them. */
function expected(tags: readonly number[], capacity: number, layer: number, part: 0 | 1): Float32Array {
  return Float32Array.from({ length: heads * capacity * width }, (_, i) => {
    const head = Math.floor(i / (capacity * width));
    const tag = tags[Math.floor(i / width) % capacity];
    const element = ((2 * layer + part) * heads + head) * width + (i % width);
    return tag === undefined ? 0 : tag + element / 1000;
  });
}

test('rows keep their own keys and values however they come, grow, move and go', () => {
  const action = fc.record({
    kind: fc.constantFrom('add', 'write', 'write', 'remove', 'move'),
    pick: fc.nat(),
  });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
      const small = { cache: new KeyValueCache(tinyConfig, 3), tags: [] as number[][] };
      const large = { cache: new KeyValueCache(tinyConfig, 5), tags: [] as number[][] };
      const empty = KeyValueCache.ofRow(
        tinyConfig,
        0,
        Array.from({ length: 2 * layers }, () => new Float32Array(0)),
      );
      let tag = 0;
      for (const { kind, pick } of actions) {
        const from = pick % 2 === 0 ? small : large;
        const row = from.tags.length === 0 ? -1 : pick % from.tags.length;
        if (kind === 'add') {
          from.cache.reserve(from.tags.length + 1);
          from.cache.append(empty, 0, 0);
          from.tags.push([]);
        } else if (kind === 'write' && row >= 0) {
          const tags = from.tags[row] ?? [];
          if (tags.length === from.cache.capacity) continue;
          tag += 1;
          from.cache.write(
            row,
            tags.length,
            fresh(row + 1, () => tag),
          );
          tags.push(tag);
        } else if (kind === 'move' && small.tags.length > 0) {
          const moved = pick % small.tags.length;
          large.cache.reserve(large.tags.length + 1);
          large.cache.append(small.cache, moved, small.tags[moved]?.length ?? 0);
          large.tags.push([...(small.tags[moved] ?? [])]);
        } else if (kind === 'remove' && row >= 0) {
          from.cache.remove(row);
          const last = from.tags.pop() ?? [];
          if (row < from.tags.length) from.tags[row] = last;
        }
      }
      for (const { cache, tags } of [small, large]) {
        assert.equal(cache.rows, tags.length);
        for (let layer = 0; layer < layers; layer += 1) {
          for (const part of [0, 1] as const) {
            const whole = tags.flatMap((row) => [...expected(row, cache.capacity, layer, part)]);
            assert.deepEqual([...cache.view(layer, part, tags.length)], whole.map(Math.fround));
          }
        }
      }
    }),
    { numRuns: 60 },
  );
});

test('a prompt of one row is copied into many', () => {
  const arrays = Array.from({ length: 2 * layers }, (_, index) =>
    new Float32Array(heads * 2 * width).fill(index + 1),
  );
  const prompt = KeyValueCache.ofRow(tinyConfig, 2, arrays);
  const cache = new KeyValueCache(tinyConfig, 4);
  cache.reserve(2);
  cache.append(prompt, 0, 2);
  cache.append(prompt, 0, 2);
  const head = [...new Array(2 * width).fill(4), ...new Array(2 * width).fill(0)];
  assert.deepEqual([...cache.view(1, 1, 2)], Array.from({ length: 2 * heads }, () => head).flat());
});

test('only an empty cache gives its memory back', () => {
  const cache = new KeyValueCache(tinyConfig, 4);
  cache.reserve(2);
  assert.equal(cache.bytes, 2 * cacheRowBytes(tinyConfig, 4));
  cache.append(new KeyValueCache(tinyConfig, 0), 0, 0);
  cache.release();
  assert.equal(cache.bytes, 2 * cacheRowBytes(tinyConfig, 4));
  cache.remove(0);
  cache.release();
  assert.equal(cache.bytes, 0);
});

test('capacities hold their lengths, waste at most half, and are few', () => {
  const capacities = new Set<number>();
  for (let length = 1; length <= 4096; length += 1) {
    const capacity = cacheCapacity(length);
    assert.ok(capacity >= length && (capacity === 64 || capacity < 1.5 * length));
    assert.ok(capacity >= cacheCapacity(Math.max(1, length - 1)));
    capacities.add(capacity);
  }
  assert.deepEqual([...capacities], [64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096]);
});

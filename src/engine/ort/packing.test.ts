import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Datum } from '../engine.ts';
import { checkDatum, type MicroBatch, type PackingOptions, packData } from './packing.ts';

const options: PackingOptions = {
  microBatchTokens: 512,
  lanes: 2,
  workPerToken: (rowLength) => 300 + rowLength,
};

const completion = fc.array(fc.record({ token: fc.nat(99), weight: fc.constantFrom(0, 1, 1, 0.5) }), {
  minLength: 1,
  maxLength: 70,
});

/** Groups that share a prompt, and data on their own, in one list. */
const dataArbitrary = fc
  .array(
    fc.record({
      prompt: fc.array(fc.nat(99), { minLength: 1, maxLength: 60 }),
      completions: fc.array(completion, { minLength: 1, maxLength: 6 }),
      isShared: fc.boolean(),
    }),
    { maxLength: 6 },
  )
  .map((groups) =>
    groups.flatMap(({ prompt, completions, isShared }, key) =>
      completions.map((tokens): Datum => {
        const zeros = prompt.map(() => 0);
        return {
          tokens_T: Int32Array.from([...prompt, ...tokens.map(({ token }) => token)]),
          weights_T: Float32Array.from([...zeros, ...tokens.map(({ weight }) => weight)]),
          logprobs_T: Float32Array.from([...zeros, ...tokens.map((_, t) => -t / 8)]),
          advantages_T: Float32Array.from([...zeros, ...tokens.map(({ token }) => token / 4)]),
          ...(isShared ? { sharedPrompt: { key: `${key}`, length: prompt.length } } : {}),
        };
      }),
    ),
  );

/** Positions that `at` attends to, itself included: the rule of the training graph. */
function visible(batch: MicroBatch, at: number): number[] {
  const { rowLength, segments_T: segments, prefixes_T: prefixes } = batch;
  const start = Math.floor(at / rowLength) * rowLength;
  const all = Array.from({ length: at - start + 1 }, (_, i) => start + i);
  return all.filter((j) => segments[j] === segments[at] || segments[j] === prefixes[at]);
}

test('every trained token is predicted exactly once, with its own figures', () => {
  fc.assert(
    fc.property(dataArbitrary, (data) => {
      const seen = new Set<string>();
      for (const batch of packData(data, options)) {
        batch.datum_N.forEach((index, n) => {
          const t = batch.token_N[n] ?? 0;
          const datum = data[index] as Datum;
          assert.ok(!seen.has(`${index} ${t}`));
          seen.add(`${index} ${t}`);
          assert.equal(Number(batch.targets_N[n]), datum.tokens_T[t]);
          assert.equal(batch.weights_N[n], datum.weights_T[t]);
          assert.equal(batch.oldLogprobs_N[n], datum.logprobs_T?.[t]);
          assert.equal(batch.advantages_N[n], datum.advantages_T?.[t]);
        });
      }
      const trained = data.flatMap((datum, d) =>
        [...datum.weights_T].flatMap((w, t) => (w === 0 ? [] : `${d} ${t}`)),
      );
      assert.deepEqual([...seen].sort(), trained.sort());
    }),
  );
});

test('a predicted token, and all that it sees, sees the tokens before it in its datum and nothing else', () => {
  fc.assert(
    fc.property(dataArbitrary, (data) => {
      for (const batch of packData(data, options)) {
        batch.datum_N.forEach((index, n) => {
          const { tokens_T } = data[index] as Datum;
          const at = Number(batch.select_N[n]);
          const context = visible(batch, at);
          assert.equal(context.length, batch.token_N[n]);
          context.forEach((j, position) => {
            assert.equal(Number(batch.positions_T[j]), position);
            assert.equal(Number(batch.ids_T[j]), tokens_T[position]);
            assert.deepEqual(visible(batch, j), context.slice(0, position + 1));
          });
        });
      }
    }),
  );
});

test('select and unselect are inverse, positions fit the row, and padding is segment 0', () => {
  fc.assert(
    fc.property(dataArbitrary, (data) => {
      for (const batch of packData(data, options)) {
        const { select_N, unselect_T, rows, rowLength } = batch;
        assert.equal(unselect_T.length, rows * rowLength);
        assert.ok(select_N.length > 0 && (rows === 1 || rows * rowLength <= options.microBatchTokens));
        unselect_T.forEach((n, at) => {
          if (n < select_N.length) assert.equal(select_N[Number(n)], BigInt(at));
        });
        assert.equal(unselect_T.filter((n) => n < select_N.length).length, select_N.length);
        assert.ok(batch.positions_T.every((position) => position < rowLength));
        assert.equal(batch.segments_T.filter((segment) => segment !== 0).length, batch.processedTokens);
      }
    }),
  );
});

test('packing depends on the data only, and sharing never runs more tokens', () => {
  fc.assert(
    fc.property(dataArbitrary, (data) => {
      const packed = packData(data, options);
      packData(data.toReversed(), options);
      assert.deepEqual(packData(data, options), packed);
      const alone = data.map(({ sharedPrompt: _, ...datum }) => datum);
      const tokens = (batches: MicroBatch[]) =>
        batches.reduce((sum, batch) => sum + batch.processedTokens, 0);
      assert.ok(tokens(packed) <= tokens(packData(alone, options)));
    }),
  );
});

function datumOf(length: number, promptLength: number, key?: string): Datum {
  return {
    tokens_T: Int32Array.from({ length }, (_, t) => (t < promptLength ? t : 1) % 50),
    weights_T: Float32Array.from({ length }, (_, t) => (t < promptLength ? 0 : 1)),
    ...(key === undefined ? {} : { sharedPrompt: { key, length: promptLength } }),
  };
}

test('a group that is too large for a row goes on in the next, with its prompt again', () => {
  // 39 prompt tokens in front, 10 a member: 21 members and the prompt fill 249 of 256.
  const data = Array.from({ length: 30 }, () => datumOf(50, 40, 'p'));
  const fixed = {
    microBatchTokens: 1024,
    lanes: 1,
    workPerToken: (rowLength: number) => (rowLength === 256 ? 1 : 100),
  };
  const [batch] = packData(data, fixed);
  assert.equal(batch?.rows, 2);
  assert.equal(batch.processedTokens, 30 * 10 + 2 * 39);
});

test('the row length is that of least work: no long rows for short data, long ones where prompts repeat', () => {
  const costs = { microBatchTokens: 2048, lanes: 1, workPerToken: (rowLength: number) => 3000 + rowLength };
  const short = packData([datumOf(30, 10), datumOf(30, 10)], costs);
  assert.deepEqual([short.length, short[0]?.rows, short[0]?.rowLength], [1, 1, 64]);
  const group = packData(
    Array.from({ length: 16 }, () => datumOf(150, 100, 'p')),
    costs,
  );
  assert.deepEqual([group[0]?.rows, group[0]?.rowLength], [2, 512]);
});

test('micro-batches are even and within the limit', () => {
  const data = Array.from({ length: 9 }, () => datumOf(250, 100));
  const batches = packData(data, {
    microBatchTokens: 2048,
    lanes: 1,
    workPerToken: (rowLength) => rowLength,
  });
  assert.deepEqual(
    batches.map((batch) => [batch.rows, batch.rowLength]),
    [
      [4, 256],
      [5, 256],
    ],
  );
});

test('what cannot be packed is refused', () => {
  const one = datumOf(50, 40, 'p');
  const other = { ...one, tokens_T: one.tokens_T.map((token, t) => (t === 7 ? 9 : token)) };
  assert.throws(() => packData([one, other], options), /datum 1: its shared prompt p is not that of datum 0/);
  assert.throws(() => packData([one, datumOf(50, 39, 'p')], options), /datum 1: its shared prompt/);
  assert.throws(
    () => packData([datumOf(9000, 10)], options),
    /8999 tokens is longer than the longest row, 8192/,
  );
});

test('a datum that breaks the rules is refused by its number', () => {
  const limits = { vocabularySize: 50, longest: 60, isReinforcement: false };
  const good = datumOf(50, 40, 'p');
  checkDatum(good, 3, limits);
  const refuse = (change: Partial<Datum>, message: RegExp, isReinforcement = false) =>
    assert.throws(() => checkDatum({ ...good, ...change }, 3, { ...limits, isReinforcement }), message);
  refuse({ weights_T: new Float32Array(49) }, /datum 3: weights_T has length 49, tokens_T 50/);
  refuse({ weights_T: new Float32Array(50).fill(Number.NaN, 45) }, /datum 3: weights_T has a value/);
  refuse({ weights_T: new Float32Array(50).fill(1, 39) }, /datum 3: weight on token 39 of its shared prompt/);
  refuse({ tokens_T: new Int32Array(50).fill(50) }, /datum 3: token 50 is outside/);
  refuse({ tokens_T: new Int32Array(50).fill(-1) }, /datum 3: token -1 is outside/);
  refuse({ sharedPrompt: { key: 'p', length: 51 } }, /datum 3: its shared prompt has length 51/);
  refuse({}, /datum 3: logprobs_T is missing/, true);
  refuse({ logprobs_T: new Float32Array(50) }, /datum 3: advantages_T is missing/, true);
  const { sharedPrompt: _, ...alone } = good;
  assert.throws(
    () => checkDatum({ ...alone, weights_T: new Float32Array(50).fill(1) }, 3, limits),
    /weights_T\[0\]/,
  );
  assert.throws(() => checkDatum(good, 3, { ...limits, longest: 48 }), /50 tokens, at most 49 fit/);
});

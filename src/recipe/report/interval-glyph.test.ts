import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { intervalGlyph, ticksOf } from './interval-glyph.ts';

test('ticks are round, ascending, within the scale, and neither few nor many', () => {
  assert.deepEqual(ticksOf({ low: 0, high: 50 }), [0, 10, 20, 30, 40, 50]);
  assert.deepEqual(ticksOf({ low: -1.8, high: 40.5 }), [0, 10, 20, 30, 40]);
  const ends = fc.tuple(
    fc.double({ min: -500, max: 0, noNaN: true }),
    fc.double({ min: 0.01, max: 500, noNaN: true }),
  );
  fc.assert(
    fc.property(ends, ([low, high]) => {
      const ticks = ticksOf({ low, high });
      assert.ok(ticks.length >= 2 && ticks.length <= 7, `${ticks}`);
      assert.ok(ticks.every((tick) => tick >= low - 1e-6 && tick <= high + 1e-6));
      assert.ok(ticks.includes(0) && ticks.every((tick, i) => i === 0 || tick > (ticks[i - 1] ?? tick)));
    }),
    { seed: 4 },
  );
});

test('a glyph places estimate and ends on its scale, and cuts at the ends', () => {
  const glyph = intervalGlyph(
    { estimate: 25, low: 0, high: 130 },
    { scale: { low: 0, high: 100 }, colour: 'red' },
  ).text;
  assert.match(glyph, /cx="25.00%"/);
  assert.match(glyph, /x1="0.00%" x2="100.00%" y1="9" y2="9" stroke="red"/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { colours, stylesheet } from './stylesheet.ts';

/** Contrast ratio of two #rrggbb colours (WCAG 2.2, relative luminance). */
function contrast(a: string, b: string): number {
  const luminance = (colour: string) => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
      const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
      return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

test('text and marks stand out from their ground in both schemes', () => {
  assert.ok(Math.abs(contrast('#000000', '#ffffff') - 21) < 1e-9);
  for (const [scheme, set] of Object.entries(colours)) {
    for (const name of ['ink', 'soft', 'shown', 'not-shown'] as const) {
      assert.ok(contrast(set[name], set.paper) >= 4.5, `${scheme} ${name} ${contrast(set[name], set.paper)}`);
    }
    for (const name of ['base', 'sft', 'rl', 'rc'] as const) {
      assert.ok(contrast(set[name], set.paper) >= 3, `${scheme} ${name} ${contrast(set[name], set.paper)}`);
    }
  }
});

test('both schemes set the same variables, and every variable used is set', () => {
  assert.deepEqual(Object.keys(colours.light), Object.keys(colours.dark));
  const known = new Set([...Object.keys(colours.light), 'serif', 'sans', 'mark']);
  for (const [, name = ''] of stylesheet.matchAll(/var\(--([a-z-]+)\)/g)) assert.ok(known.has(name), name);
});

/** Every page with the Tab key alone: each control is come to, the focus is seen, and nothing keeps it. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { Check } from '../site.ts';

const pages = [
  '#/',
  '#/runs/lab',
  '#/runs/lab/rollouts/rl/1/0',
  '#/runs/bench-alpha/proofs/bench~2f0~2f0',
  '#/runs/prove-rsa/traces/prove~2f0~2f0',
  '#/compare/bench-alpha~0abench-beta',
  '#/grade',
  '#/data/set',
  '#/try',
];

/** Marks what can be focused, and gives how many there are. What lies in a list of rows comes and goes as it scrolls. */
async function mark(page: Page): Promise<number> {
  return await page.evaluate(() => {
    const all = document.querySelectorAll<HTMLElement>(
      'a[href], button, input, select, textarea, summary, [tabindex]',
    );
    const reachable = [...all].filter(
      (one) =>
        one.tabIndex >= 0 &&
        one.checkVisibility() &&
        !one.matches(':disabled') &&
        one.closest('.virtual-list') === null,
    );
    reachable.forEach((one, place) => {
      one.dataset.place = String(place);
    });
    return reachable.length;
  });
}

export const checks: readonly Check[] = pages.map((where) => ({
  title: `${where}: the Tab key comes to every control, and the focus is seen`,
  run: async (site) =>
    await site.visit(where, async (page) => {
      await page.locator('main :is(h1, h2)').first().waitFor();
      await page.waitForFunction(() => document.querySelector('main .loading') === null);
      const count = await mark(page);
      assert.ok(count > 5);
      const seen = new Set<string>();
      const unseen: string[] = [];
      for (let press = 0; press < 2 * count + 40 && seen.size < count; press += 1) {
        await page.keyboard.press('Tab');
        const at = await page.evaluate(() => {
          const one = document.activeElement as HTMLElement | null;
          if (one === null || one === document.body) return undefined;
          const { outlineStyle, outlineWidth } = getComputedStyle(one);
          // A vertex of a picture has its frame drawn thicker.
          const frame = one.querySelector(':scope > rect');
          const isFramed = frame !== null && Number.parseFloat(getComputedStyle(frame).strokeWidth) >= 2;
          const isSeen = isFramed || (outlineStyle !== 'none' && outlineWidth !== '0px');
          return {
            place: one.dataset.place,
            isSeen,
            markup: (one.cloneNode() as HTMLElement).outerHTML.slice(0, 120),
          };
        });
        if (at?.place === undefined) continue;
        seen.add(at.place);
        if (!at.isSeen) unseen.push(at.markup);
      }
      assert.deepEqual(unseen, [], 'focus that is not seen');
      const missed = await page.evaluate(
        (known) =>
          [...document.querySelectorAll<HTMLElement>('[data-place]')]
            .filter((one) => !known.includes(one.dataset.place ?? ''))
            .map((one) => (one.cloneNode() as HTMLElement).outerHTML.slice(0, 120)),
        [...seen],
      );
      assert.deepEqual(missed, [], 'controls that Tab does not come to');
    }),
}));

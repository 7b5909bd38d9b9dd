/** Data sets: the way of the rows is seen, what left can be read with its reason, and contamination stands side by side. */
import assert from 'node:assert/strict';
import { assertAccessible, type Check } from '../site.ts';

export const checks: readonly Check[] = [
  {
    title: 'data: every set is listed; the funnel of one leads to the rows that left for a reason',
    run: async (site) =>
      await site.visit('#/data', async (page) => {
        await page.getByRole('link', { name: 'set', exact: true }).click();
        await page.getByRole('heading', { name: 'The way of the rows' }).waitFor();
        const bars = await page.locator('.data-funnel li').allInnerTexts();
        assert.equal(bars.length, 3);
        assert.match(bars.join(' '), /final-answer/);
        assert.match(await page.locator('main').innerText(), /4-review has no step\.json yet/);
        await page
          .locator('.data-funnel')
          .getByRole('link', { name: /final-answer/ })
          .click();
        await page.locator('.data-row mark').waitFor();
        assert.match(await page.locator('.data-row mark').innerText(), /^Find the value of/);
        assert.equal(await page.locator('.data-row mark math').count(), 1);
      }),
  },
  {
    title: 'data: rows are searched, read one after the other with the keyboard, and can be linked to',
    run: async (site) =>
      await site.visit('#/data/set/1-import.kept', async (page) => {
        await page.getByText('4 rows').waitFor();
        await page.locator('.data-list-row').first().focus();
        await page.keyboard.press('ArrowDown');
        await page.waitForURL(/1-import\.kept\/2/);
        await page.getByRole('heading', { name: 'a-2' }).waitFor();
        await page.getByLabel('Search ids and statements').fill('h-2');
        await page.getByText('1 of 4 rows').waitFor();
      }),
  },
  {
    title: 'data: matches side by side with what both have in common marked, and no markup of theirs',
    run: async (site) =>
      await site.visit('#/data/set/matches/3-decontaminate', async (page) => {
        await page.locator('.data-match').waitFor();
        const marks = await page.locator('.data-match mark').allInnerTexts();
        assert.equal(marks.length, 2);
        for (const mark of marks) assert.match(mark, /prove that/i);
        assert.match(await page.locator('.data-match').innerText(), /<script>x<\/script>/);
        await page.getByLabel('Show').selectOption('mathematics');
        await page.locator('.data-match math').first().waitFor();
      }),
  },
  {
    title: 'data: the files that a run trains on can be read',
    run: async (site) =>
      await site.visit('#/data/lab', async (page) => {
        await page.getByRole('link', { name: 'sft.jsonl' }).click();
        await page.locator('.data-message').first().waitFor();
      }),
  },
  {
    title: 'data: accessible, wide and narrow, light and dark',
    run: async (site) => {
      for (const where of [
        '#/data/set',
        '#/data/set/2-filter.dropped/1',
        '#/data/set/matches/3-decontaminate',
      ]) {
        for (const options of [
          { width: 1280, scheme: 'light' },
          { width: 390, scheme: 'dark' },
        ] as const) {
          await site.visit(
            where,
            async (page) => {
              await page.locator('.data-funnel, .data-row h2, .data-match').first().waitFor();
              await assertAccessible(page);
            },
            options,
          );
        }
      }
    },
  },
];

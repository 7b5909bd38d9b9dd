/** The list of runs: everything in the folder is there, can be found, and the damaged one says why. */
import assert from 'node:assert/strict';
import { assertAccessible, type Check } from '../site.ts';

export const checks: readonly Check[] = [
  {
    title: 'the list has every run with its state, and search narrows it',
    run: async (site) =>
      await site.visit('#/', async (page) => {
        await page.getByRole('heading', { name: /\d runs/ }).waitFor();
        const names = await page.locator('.runs-name').allTextContents();
        for (const name of ['lab', 'lab-rc', 'bench-alpha', 'bench-beta', 'prove-rsa', 'damaged']) {
          assert.ok(
            names.some((text) => text.includes(name)),
            name,
          );
        }
        assert.equal(await page.locator('.state-mark.damaged').count(), 1);
        assert.match((await page.locator('.runs-trouble').allTextContents()).join(' '), /recipe/i);
        await page.getByLabel('Search').fill('beta');
        await page.waitForFunction(() => document.querySelectorAll('.runs-name').length === 1);
        assert.match(page.url(), /search=beta/);
      }),
  },
  {
    title: 'the list is accessible, wide and narrow, light and dark',
    run: async (site) => {
      for (const width of [1280, 390]) {
        for (const scheme of ['light', 'dark'] as const) {
          await site.visit(
            '#/',
            async (page) => {
              await page.locator('.runs-name').first().waitFor();
              await assertAccessible(page);
            },
            { width, scheme },
          );
        }
      }
    },
  },
  {
    title: 'an address of no page leads back',
    run: async (site) =>
      await site.visit('#/nowhere', async (page) => {
        await page.getByRole('alert').waitFor();
        await page.getByRole('link', { name: 'All runs' }).click();
        await page.locator('.runs-name').first().waitFor();
      }),
  },
];

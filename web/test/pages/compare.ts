/** Comparing: systems are chosen, stand side by side with tests, lead to single proofs, and are taken along as tables. */
import assert from 'node:assert/strict';
import { assertAccessible, type Check } from '../site.ts';

const both = '#/compare/bench-alpha~0abench-beta';

export const checks: readonly Check[] = [
  {
    title: 'compare: nothing is chosen at first; two runs are chosen from the list and compared',
    run: async (site) =>
      await site.visit('#/compare', async (page) => {
        await page.getByRole('button', { name: 'Choose at least one' }).waitFor();
        await page.getByRole('checkbox', { name: /alpha/ }).first().check();
        await page.getByRole('checkbox', { name: /beta/ }).first().check();
        await page.getByRole('button', { name: 'Compare these 2' }).click();
        await page.locator('table', { has: page.locator('.compare-system') }).waitFor();
        assert.match(page.url(), /bench-alpha~0abench-beta/);
        assert.equal(await page.locator('.compare-system').count(), 2);
      }),
  },
  {
    title: 'compare: intervals, ranks, the paired test, other judges, and a problem opens to its proofs',
    run: async (site) =>
      await site.visit(both, async (page) => {
        const scores = page.locator('table', { has: page.locator('.compare-system') });
        await scores.waitFor();
        assert.ok((await scores.locator('.interval-ends').count()) >= 1);
        assert.match(await page.locator('main').innerText(), /sign-flip permutation tests/);
        assert.ok((await page.getByRole('link', { name: /^by / }).count()) >= 2, 'the other judge of both');
        await page.locator('.compare-map-problem').first().click();
        const attempt = page.getByRole('link', { name: /^Attempt 1:/ }).first();
        await attempt.waitFor();
        await attempt.click();
        await page.waitForURL(/#\/runs\/bench-(alpha|beta)\/proofs\//);
        await page.getByRole('heading', { level: 1 }).waitFor();
      }),
  },
  {
    title: 'compare: checkpoints and scaffolds of a training run, ordered by where they differ most',
    run: async (site) =>
      await site.visit('#/compare/lab', async (page) => {
        await page.getByRole('heading', { name: /^lab-.*-test/ }).waitFor();
        const names = await page.locator('.compare-system').allTextContents();
        assert.ok(
          names.some((name) => /sft/.test(name)) && names.some((name) => /rl/.test(name)),
          names.join(),
        );
        await page.getByLabel('Order').selectOption('spread');
        assert.ok((await page.locator('.compare-map-problem').count()) > 0);
      }),
  },
  {
    title: 'compare: the tables as LaTeX, and what is not there says so',
    run: async (site) => {
      await site.visit(both, async (page) => {
        await page.getByRole('button', { name: 'LaTeX' }).click();
        await page.locator('.compare-file').waitFor();
        assert.match(await page.locator('.compare-file').innerText(), /\\begin\{tabular\}/);
      });
      await site.visit(
        '#/compare/nobody',
        async (page) => {
          await page.getByRole('alert').waitFor();
          assert.match(await page.getByRole('alert').innerText(), /nobody is no benchmark run/);
        },
        { expected: /404/ },
      );
    },
  },
  {
    title: 'compare: accessible, wide and narrow, light and dark',
    run: async (site) => {
      for (const where of [both, '#/compare/lab']) {
        for (const options of [
          { width: 1280, scheme: 'light' },
          { width: 390, scheme: 'dark' },
        ] as const) {
          await site.visit(
            where,
            async (page) => {
              await page.locator('.compare-map-problem').first().waitFor();
              await page.locator('.compare-map-problem').first().click();
              await assertAccessible(page);
            },
            options,
          );
        }
      }
    },
  },
];

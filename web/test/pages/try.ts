/** Try: a problem with mathematics, a plan before anything is spent, a search that streams in, two tabs, a reload, an end. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { assertAccessible, type Check, type Site } from '../site.ts';

async function fill(page: Page, site: Site, fields: { readonly problem: string; readonly model?: string }) {
  await page.getByLabel('Problem, with mathematics between dollars').fill(fields.problem);
  await page
    .getByLabel('or what qed prove --model takes')
    .fill(fields.model ?? `openai:${site.endpoint}#alpha,price=1/2`);
  await page.getByLabel('with its settings').fill('rsa(n=2,k=2,rounds=1)');
}

export const checks: readonly Check[] = [
  {
    title: 'what is typed is shown as mathematics, and planned before anything is spent',
    run: async (site) =>
      await site.visit('#/try', async (page) => {
        await page.locator('.try-form').waitFor();
        assert.ok(await page.getByRole('button', { name: 'Search' }).isDisabled());
        await fill(page, site, { problem: 'Prove that $\\sqrt{3}$ is irrational.' });
        await page.locator('.try-preview math').waitFor();
        await page.locator('.try-figures').waitFor();
        const text = (await page.locator('.try-plan').textContent()) ?? '';
        assert.match(text, /calls5/);
        assert.match(text, /budget200,000 tokens/);
        const run = (await page.locator('.try-plan code').textContent()) ?? '';
        assert.match(run, /^try-prove-that-sqrt-3/);
        assert.ok(!existsSync(path.join(site.folder, run)));
      }),
  },
  {
    title: 'what cannot be tried says which field is wrong; a key is never named in a browser',
    run: async (site) =>
      await site.visit(
        '#/try',
        async (page) => {
          await page.locator('.try-form').waitFor();
          await fill(page, site, { problem: 'Prove it.', model: 'nowhere-model' });
          await page.getByRole('alert').filter({ hasText: 'model: nowhere-model' }).waitFor();
          await fill(page, site, { problem: 'Prove it.', model: `openai:${site.endpoint}#alpha,key=HOME` });
          await page.getByRole('alert').filter({ hasText: 'which key is sent where' }).waitFor();
          assert.ok(await page.getByRole('button', { name: 'Search' }).isDisabled());
        },
        { expected: /400/ },
      ),
  },
  {
    title: 'a search streams to its end, in two tabs and after a reload, and is a run with a trace',
    run: async (site) =>
      await site.visit('#/try', async (page) => {
        await page.locator('.try-form').waitFor();
        await fill(page, site, { problem: 'Prove that $x^2 \\ge 0$ for all real $x$.' });
        await page.locator('.try-figures').waitFor();
        await page.getByRole('button', { name: 'Search' }).click();
        await page.locator('.try-best').waitFor();
        const address = page.url();
        const other = await page.context().newPage();
        await other.goto(address);
        for (const one of [page, other]) {
          await one.locator('.try-phase', { hasText: /^There is a proof/ }).waitFor();
          assert.equal(await one.getByRole('button', { name: 'Stop' }).count(), 0);
        }
        const proof = await page.locator('.try-best .prose').innerHTML();
        assert.equal(await other.locator('.try-best .prose').innerHTML(), proof);
        await page.reload();
        await page.locator('.try-best').waitFor();
        assert.equal(await page.locator('.try-best .prose').innerHTML(), proof);
        await assertAccessible(page);
        await page.getByRole('link', { name: 'How it came about' }).click();
        await page.locator('.trace-vertex.trace-is-chosen').waitFor();
      }),
  },
  {
    title: 'the form is accessible, wide and narrow, light and dark',
    run: async (site) => {
      for (const width of [1280, 390])
        for (const scheme of ['light', 'dark'] as const)
          await site.visit(
            '#/try',
            async (page) => {
              await page.locator('.try-form').waitFor();
              await fill(page, site, { problem: 'Prove that $1 < 2$.' });
              await page.locator('.try-figures').waitFor();
              await assertAccessible(page);
            },
            { width, scheme },
          );
    },
  },
];

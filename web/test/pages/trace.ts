/** Traces: the wiring of a search can be read and walked through, every exchange opens, and the list says the same. */
import assert from 'node:assert/strict';
import { assertAccessible, type Check } from '../site.ts';

const traces = '#/runs/prove-rsa/traces';
const first = `${traces}/prove~2f0~2f0`;

export const checks: readonly Check[] = [
  {
    title: 'a run’s attempts lead to their traces',
    run: async (site) =>
      await site.visit(traces, async (page) => {
        await page.getByRole('heading', { name: 'Scaffold traces' }).waitFor();
        await page.locator('tbody tr').first().waitFor();
        assert.equal(await page.locator('tbody tr').count(), 6);
        await page.getByRole('link', { name: 'sqrt' }).click();
        await page.getByRole('heading', { name: /sqrt, attempt 1/ }).waitFor();
        assert.match(page.url(), /traces\/prove~2f0~2f0$/);
      }),
  },
  {
    title: 'RSA shows its rounds, the knockout and the chosen proof, with mathematics',
    run: async (site) =>
      await site.visit(first, async (page) => {
        await page.locator('.trace-vertex').first().waitFor();
        const titles = await page.locator('.trace-title').allTextContents();
        assert.deepEqual(titles, [
          'Proofs',
          'Merged, round 1',
          'Merged, round 2',
          'Knockout, round 1',
          'Final',
        ]);
        assert.equal(await page.locator('.trace-vertex').count(), 15);
        assert.equal(await page.locator('.trace-vertex.trace-is-chosen').count(), 1);
        assert.ok((await page.locator('.trace-problem math').count()) > 0);
        assert.match(
          (await page.locator('.trace-verdict').first().textContent()) ?? '',
          /^Chosen: merge-2-\d/,
        );
      }),
  },
  {
    title: 'keys walk through the picture; what is reached opens its exchange, and the address keeps it',
    run: async (site) =>
      await site.visit(first, async (page) => {
        await page.locator('.trace-vertex.trace-is-chosen').focus();
        await page.keyboard.press('Enter');
        await page.locator('.trace-exchange h3', { hasText: /^merge-2-\d/ }).waitFor();
        await page.keyboard.press('ArrowLeft');
        await page.locator('.trace-exchange h3', { hasText: /^merge-1-\d/ }).waitFor();
        await page.locator('.trace-exchange summary', { hasText: 'Prompt' }).click();
        assert.match((await page.locator('.trace-text').first().textContent()) ?? '', /irrational/);
        assert.match(page.url(), /call=\d+/);
        await page.reload();
        await page.locator('.trace-exchange h3', { hasText: /^merge-1-\d/ }).waitFor();
        await page.locator('.trace-exchange .trace-facts .trace-link').first().click();
        await page.locator('.trace-exchange h3', { hasText: /^solve-\d/ }).waitFor();
        await page.getByRole('button', { name: 'Close the exchange' }).click();
        assert.equal(await page.locator('.trace-exchange').count(), 0);
      }),
  },
  {
    title: 'the list has the same calls, and a match says who won',
    run: async (site) =>
      await site.visit(`${first}?view=list`, async (page) => {
        await page.locator('.trace-row').first().waitFor();
        const match = page.locator('.trace-row', { hasText: 'compare-2-1' }).first();
        await match.scrollIntoViewIfNeeded();
        assert.match((await match.textContent()) ?? '', /winner merge-2-\d/);
        await match.click();
        await page.locator('.trace-exchange h3', { hasText: 'compare-2-1' }).waitFor();
      }),
  },
  {
    title: 'traces are accessible, wide and narrow, light and dark',
    run: async (site) => {
      for (const width of [1280, 390])
        for (const scheme of ['light', 'dark'] as const)
          for (const where of [traces, `${first}?call=3`, `${first}?view=list`])
            await site.visit(
              where,
              async (page) => {
                await page.locator('.trace-vertex, .trace-row, tbody tr').first().waitFor();
                await assertAccessible(page);
              },
              { width, scheme },
            );
    },
  },
  {
    title: 'an attempt that is not there says so and leads back',
    run: async (site) =>
      await site.visit(
        `${traces}/prove~2f99~2f0`,
        async (page) => {
          await page.getByRole('alert').waitFor();
          assert.match((await page.getByRole('alert').textContent()) ?? '', /no calls of prove\/99\/0/);
          await page.getByRole('link', { name: 'All traces of this run' }).click();
          await page.getByRole('heading', { name: 'Scaffold traces' }).waitFor();
        },
        { expected: /404/ },
      ),
  },
];

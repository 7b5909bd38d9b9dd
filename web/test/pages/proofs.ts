/** Proofs: a newcomer finds a wrong one in seconds and reads it beside its grades. */
import assert from 'node:assert/strict';
import { assertAccessible, type Check } from '../site.ts';

export const checks: readonly Check[] = [
  {
    title: 'a wrong proof is found and read beside the scheme and what both judges say',
    run: async (site) =>
      await site.visit('#/runs/bench-alpha/proofs', async (page) => {
        await page.getByRole('heading', { level: 1, name: '18 proofs' }).waitFor();
        await page.getByLabel('Show').selectOption('wrong');
        await page.locator('.points-mark.wrong').first().waitFor();
        const rows = await page.locator('.proofs-row').count();
        assert.ok(rows > 0 && rows < 18);
        await page.locator('.proofs-row').first().click();
        await page.getByRole('heading', { level: 2, name: 'Proof', exact: true }).waitFor();
        await page.getByRole('heading', { level: 2, name: 'Grading scheme' }).waitFor();
        assert.ok((await page.locator('.proofs-text math').count()) > 0);
        // Whether a person has graded it, too, is for the checks of that page.
        const judged = page.locator('.proofs-grade').filter({ hasNotText: 'by a person' });
        assert.equal(await judged.count(), 2);
        await page.getByText('Reference solution').first().click();
        await page.locator('.proofs-siblings a').nth(1).click();
        await page
          .getByText(/attempt 2/)
          .first()
          .waitFor();
      }),
  },
  {
    title: 'judges that disagree are found, and a proof without a grade has no zero',
    run: async (site) =>
      await site.visit('#/runs/bench-alpha/proofs', async (page) => {
        await page.getByLabel('Show').selectOption('disagreement');
        await page.locator('.proofs-apart').first().waitFor();
        assert.match(page.url(), /show=disagreement/);
        await page.getByLabel('Show').selectOption('ungraded');
        await page.waitForFunction(
          () =>
            document.querySelector('.empty') !== null ||
            [...document.querySelectorAll('.proofs-row')].every(
              (row) => row.querySelector('.points-mark.none') !== null,
            ),
        );
      }),
  },
  {
    title: 'proofs of a training run are those of its evaluations, and of its rollouts',
    run: async (site) => {
      await site.visit('#/runs/lab/proofs', async (page) => {
        await page.getByLabel('Written by').selectOption({ label: 'rl, single turn' });
        await page.getByRole('button', { name: 'Points of 7' }).click();
        await page.locator('.proofs-row').first().click();
        await page
          .getByText(/rl, single turn/)
          .first()
          .waitFor();
      });
      await site.visit('#/runs/lab/proofs/rl~2f0~2f0', async (page) => {
        await page.getByRole('heading', { level: 2, name: 'Problem' }).waitFor();
        await page.getByRole('link', { name: 'Group 0' }).click();
        await page.getByText(/^Group 0\./).waitFor();
      });
    },
  },
  {
    title: 'a proof of qed prove says how it was chosen and that nobody graded it',
    run: async (site) =>
      await site.visit('#/runs/prove-rsa/proofs', async (page) => {
        await page.locator('.proofs-row').first().click();
        await page.getByText(/^Chosen: /).waitFor();
        await page.getByText(/Nobody has graded it/).waitFor();
      }),
  },
  {
    title: 'proofs are accessible, wide and narrow, light and dark',
    run: async (site) => {
      for (const where of ['#/runs/bench-alpha/proofs', '#/runs/bench-alpha/proofs/bench~2f0~2f0']) {
        for (const width of [1280, 390]) {
          for (const scheme of ['light', 'dark'] as const) {
            await site.visit(
              where,
              async (page) => {
                await page.locator('.proofs-row, .proofs-text').first().waitFor();
                await assertAccessible(page);
              },
              { width, scheme },
            );
          }
        }
      }
    },
  },
];

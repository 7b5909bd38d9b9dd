/** Rollouts: a person finds a group by what became of it, compares its attempts, and asks a token what it was. */
import assert from 'node:assert/strict';
import { assertAccessible, type Check } from '../site.ts';

export const checks: readonly Check[] = [
  {
    title: 'a step is chosen, its groups are filtered by what became of them, and one is opened',
    run: async (site) =>
      await site.visit('#/runs/lab/rollouts', async (page) => {
        await page.getByText(/^Step 8 of 8$/).waitFor();
        await page.getByLabel('Step before').click();
        await page.getByText(/^Step 7 of 8$/).waitFor();
        await page.locator('.rollouts-groups li').first().waitFor();
        assert.equal(await page.locator('.rollouts-groups li').count(), 6);
        await page.getByLabel(/^Steps/).selectOption('all');
        await page.getByText(/^48 groups$/).waitFor();
        await page.getByLabel('Outcome').selectOption('trained');
        await page.getByText(/of 48 groups/).waitFor();
        for (const text of await page.locator('.rollouts-outcome').allTextContents())
          assert.equal(text, 'trained');
        await page.locator('.rollouts-groups a').first().click();
        await page.getByRole('heading', { level: 1, name: /lab-train/ }).waitFor();
        await page.getByText('The attempts differ in reward').waitFor();
      }),
  },
  {
    title: 'attempts stand beside each other, and a token says its text, log-prob, ratio and version',
    run: async (site) =>
      await site.visit('#/runs/lab/rollouts', async (page) => {
        await page.getByLabel(/^Steps/).selectOption('all');
        await page.getByLabel('Outcome').selectOption('trained');
        await page.locator('.rollouts-groups a').first().click();
        await page.locator('.rollouts-panel').nth(1).waitFor();
        assert.equal(await page.locator('.rollouts-panel').count(), 2);
        const advantages = await page.locator('.rollouts-panel header').allTextContents();
        assert.match(advantages[0] ?? '', /advantage \+/);
        assert.match(advantages[1] ?? '', /advantage −/);
        const tokens = page.locator('.rollouts-tokens').first();
        await tokens.locator('span[data-t="0"]').first().waitFor();
        await tokens.focus();
        await page.keyboard.press('ArrowRight');
        await page.keyboard.press('ArrowRight');
        const facts = page.locator('.rollouts-facts').first();
        await facts.getByText(/token 2 of/).waitFor();
        const text = (await facts.textContent()) ?? '';
        for (const fact of [/id \d+/, /log-prob [−0]/, /trainer ÷ sampler \d/, /version \d+, lag 0/])
          assert.match(text, fact);
        await page.getByRole('button', { name: 'Trainer ÷ sampler' }).click();
        await page.getByText('0.95 to 1.05').waitFor();
        await page.getByRole('button', { name: 'Version of the weights' }).click();
        await page.getByText('the weights that were trained').waitFor();
      }),
  },
  {
    title: 'J and K go from group to group',
    run: async (site) =>
      await site.visit('#/runs/lab/rollouts/rl/1/0', async (page) => {
        await page.getByText(/^Group 0\./).waitFor();
        await page.keyboard.press('j');
        await page.getByText(/^Group 1\./).waitFor();
        await page.keyboard.press('k');
        await page.getByText(/^Group 0\./).waitFor();
      }),
  },
  {
    title: 'a group on a state of the Reasoning Cache shows the state that it went on from',
    run: async (site) =>
      await site.visit('#/runs/lab-rc/rollouts', async (page) => {
        await page.locator('.rollouts-groups a').filter({ hasText: 'turn 2' }).first().click();
        await page.getByRole('heading', { name: /The state that they went on from/ }).waitFor();
        await page.getByText('How the trajectory came here, in one turn').click();
        await page.locator('.rollouts-state li').first().waitFor();
      }),
  },
  {
    title: 'rollouts are accessible, wide and narrow, light and dark',
    run: async (site) => {
      for (const where of ['#/runs/lab/rollouts', '#/runs/lab-rc/rollouts/rc/1/0']) {
        for (const width of [1280, 390]) {
          for (const scheme of ['light', 'dark'] as const) {
            await site.visit(
              where,
              async (page) => {
                await page.locator('.rollouts-groups li, .rollouts-line').first().waitFor();
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

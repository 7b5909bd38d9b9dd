/** The page of a run: what it is at, why its score moved, its curves laid over another run's, its configuration and results. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { assertAccessible, type Check } from '../site.ts';

const drawn = async (page: Page): Promise<void> =>
  await page.locator('.run .chart-drawing canvas').first().waitFor();

/** Texts of the axis below the first chart cannot be read from a canvas: the values are in its table. */
const valuesOf = async (page: Page, title: string): Promise<string[]> => {
  const chart = page.locator('figure.chart').filter({ hasText: title }).first();
  await chart.getByRole('button', { name: 'Values' }).click();
  const rows = await chart.locator('tbody tr').allTextContents();
  await chart.getByRole('button', { name: 'Drawing' }).click();
  return rows;
};

export const checks: readonly Check[] = [
  {
    title: 'stages are a line of steps, each with what it took and what came of it',
    run: async (site) =>
      await site.visit('#/runs/lab', async (page) => {
        await drawn(page);
        const stages = await page.locator('.run-stage').allTextContents();
        assert.match(stages[0] ?? '', /Data.*done in/);
        assert.ok(stages.some((text) => /Reinforcement learning.*done in.*steps.*held-out score/.test(text)));
        await page.getByRole('link', { name: 'Supervised fine-tuning' }).click();
        await page.getByRole('figure').filter({ hasText: 'Validation loss' }).first().waitFor();
        assert.match(page.url(), /stage=sft/);
      }),
  },
  {
    title: 'the screen says how the held-out score moved, with reward, overflow and length beside it',
    run: async (site) =>
      await site.visit('#/runs/lab', async (page) => {
        await drawn(page);
        const charts = (await page.locator('figure.chart figcaption').allTextContents()).join(' ');
        for (const what of ['Held-out score', 'Reward', 'What groups teach', 'Length of replies', 'Overflow'])
          assert.ok(charts.includes(what), what);
        for (const what of ['Up is good', 'Down is good']) assert.ok(charts.includes(what), what);
        const story = page.locator('.run-story');
        await story.waitFor();
        assert.match(
          await story.innerText(),
          /The held-out score (has risen|has fallen|has not moved) from [\d.]+ %/,
        );
      }),
  },
  {
    title: 'another run is laid over, drawn over the time that its steps took',
    run: async (site) =>
      await site.visit('#/runs/lab?stage=sft', async (page) => {
        await drawn(page);
        const alone = await valuesOf(page, 'Loss');
        await page.getByLabel('Laid over it').selectOption({ label: 'lab-rc' });
        await page.getByLabel('Drawn over').selectOption({ label: 'hours of steps' });
        await page
          .locator('.chart-legend', { hasText: /training loss, lab-rc/ })
          .first()
          .waitFor();
        const both = await valuesOf(page, 'Loss');
        assert.ok(both.length > alone.length, `${both.length} places with both, ${alone.length} alone`);
      }),
  },
  {
    title: 'a click on a chart shows the step with the age of its tokens, and the next one',
    run: async (site) =>
      await site.visit('#/runs/lab', async (page) => {
        await drawn(page);
        const chart = page.locator('figure.chart').filter({ hasText: 'Reward' }).first();
        await chart.locator('.u-over').click({ position: { x: 4, y: 40 } });
        await page.getByRole('heading', { name: /^Step 1 of reinforcement learning/ }).waitFor();
        assert.match(await page.locator('.run-step').innerText(), /Age of its tokens[\s\S]*100 %/);
        await page.getByRole('button', { name: 'Next' }).click();
        await page.getByRole('heading', { name: /^Step 2 / }).waitFor();
      }),
  },
  {
    title: 'charts zoom together, and Whole range undoes it',
    run: async (site) =>
      await site.visit('#/runs/lab?stage=sft', async (page) => {
        await drawn(page);
        const [dragged, other] = [page.locator('.u-over').first(), page.locator('.u-over').nth(2)];
        await dragged.scrollIntoViewIfNeeded();
        const box = await dragged.boundingBox();
        assert.ok(box !== null);
        const picture = async (): Promise<string> => {
          await page.mouse.move(0, 0);
          return await other.evaluate(
            (over) => over.parentElement?.querySelector('canvas')?.toDataURL() ?? '',
          );
        };
        const before = await picture();
        await page.mouse.move(box.x + box.width * 0.3, box.y + 40);
        await page.mouse.down();
        await page.mouse.move(box.x + box.width * 0.7, box.y + 40, { steps: 5 });
        await page.mouse.up();
        assert.notEqual(await picture(), before);
        await page.getByRole('button', { name: 'Whole range' }).click();
        await drawn(page);
        assert.equal(await picture(), before);
      }),
  },
  {
    title: 'the configuration can be searched, and says where another run differs',
    run: async (site) =>
      await site.visit('#/runs/lab?view=configuration', async (page) => {
        await page.getByLabel('Search').fill('groupSize');
        await page.waitForFunction(() => document.querySelectorAll('.run-field').length === 1);
        assert.match(
          await page.locator('.run-section').innerText(),
          /rl\.groupSize[\s\S]*Attempts at one problem/,
        );
        await page.getByLabel('Search').fill('');
        await page.getByLabel('Differences to').selectOption({ label: 'lab-rc' });
        await page.getByRole('columnheader', { name: 'The other' }).first().waitFor();
        assert.match(await page.locator('.run').innerText(), /rc\.turns\s+absent/);
      }),
  },
  {
    title: 'results have scores with intervals, and effects that show or do not',
    run: async (site) =>
      await site.visit('#/runs/lab?view=results', async (page) => {
        await page.getByRole('heading', { name: 'Scores on test problems' }).waitFor();
        assert.match(await page.locator('.run-results').innerText(), /single turn/);
        assert.ok((await page.locator('.interval-ends').count()) > 0);
        await page.getByRole('heading', { name: /\d+ of \d+ effects show/ }).waitFor();
        assert.match(await page.locator('.run-claims').innerText(), /SFT scores higher than base/);
      }),
  },
  {
    title: 'spending of a run with prices is drawn, and a damaged run says what is wrong',
    run: async (site) => {
      await site.visit('#/runs/prove-rsa?view=spend', async (page) => {
        await drawn(page);
        assert.match(await page.locator('.run-what').first().innerText(), /\$[\d.]+ and .* tokens so far/);
      });
      await site.visit('#/runs/damaged', async (page) => {
        assert.match(await page.locator('.run-trouble').innerText(), /recipe\.yaml is damaged/);
      });
    },
  },
  {
    title: 'the page is accessible, wide and narrow, light and dark',
    run: async (site) => {
      for (const view of ['curves', 'results', 'configuration', 'health']) {
        for (const width of [1280, 390]) {
          const scheme = width === 390 ? 'dark' : 'light';
          await site.visit(
            `#/runs/lab?view=${view}`,
            async (page) => {
              await page.locator('.run-tabs').waitFor();
              await page.locator('.run figure.chart, .run table').first().waitFor();
              await assertAccessible(page);
            },
            { width, scheme },
          );
        }
      }
    },
  },
];

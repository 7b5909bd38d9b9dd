/** Grading as a person does it: ten proofs with nothing but keys, undo, a second person, what stays hidden, and what comes of it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { fixtureProblems } from '../fixture-server.ts';
import { assertAccessible, type Check, type Site } from '../site.ts';

interface Line {
  readonly points: number | null;
  readonly grader: string;
  readonly item: string;
  readonly blind: boolean;
  readonly comment?: string;
  readonly style?: readonly string[];
}

const linesOf = (site: Site, queue: string): Line[] =>
  readFileSync(path.join(site.folder, 'human-grades', `${queue}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text) as Line);

async function makeQueue(page: Page, title: string, words: readonly string[]): Promise<void> {
  await page.getByRole('button', { name: 'New queue' }).click();
  await page.getByLabel('Title').fill(title);
  for (const word of words) {
    await page.getByLabel('Find proofs').fill(word);
    await page.locator('.grade-sources input').first().check();
  }
  await page.getByLabel('Draw').selectOption('all');
  await page.getByLabel('At most').fill('10');
  await page.getByRole('button', { name: 'Make the queue' }).click();
  await page.getByRole('heading', { name: 'Who grades?' }).waitFor();
}

async function begin(page: Page, name: string): Promise<void> {
  await page.getByLabel('Your name or initials').fill(name);
  await page.keyboard.press('Enter');
  await page.locator('.grade-line').first().waitFor();
}

/** A digit for every checkpoint there is, or for the points as a whole. */
async function giveAll(page: Page, digit: string): Promise<void> {
  await page.locator('.grade-line').first().waitFor();
  const checkpoints = await page.locator('.grade-line.checkpoint').count();
  for (let line = 0; line < Math.max(1, checkpoints); line += 1) await page.keyboard.press(digit);
}

/** Everything but the proof, in which these models name themselves. */
const besideProof = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const copy = document.querySelector('main')?.cloneNode(true) as HTMLElement;
    copy.querySelector('section[aria-label="Proof"]')?.remove();
    return copy.textContent ?? '';
  });

const progress = (page: Page, text: string) =>
  page.locator('.grade-progress [role="status"]').filter({ hasText: text }).waitFor();

export const checks: readonly Check[] = [
  {
    title:
      'ten proofs are graded with keys alone: points, comment, style, skip, undo; then who wrote what is shown',
    run: async (site) =>
      await site.visit('#/grade', async (page) => {
        await makeQueue(page, 'By keys', ['bench-alpha', 'bench-beta']);
        await begin(page, 'Ada');
        for (let proof = 0; proof < 10; proof += 1) {
          await giveAll(page, proof % 2 === 0 ? '0' : '1');
          if (proof === 0) {
            await page.keyboard.press('c');
            await page.keyboard.type('Claims the last step.');
            await page.keyboard.press('Escape');
            await page.keyboard.press('t');
            await page.keyboard.press('Space');
          }
          if (proof === 3) {
            await page.keyboard.press('s');
            await progress(page, '1 skipped');
            await page.keyboard.press('u');
            await page.locator('.grade-strip a.skipped[aria-current]').waitFor();
            await giveAll(page, '1');
          }
          assert.doesNotMatch(await besideProof(page), /alpha|beta|strict|judge/, 'something unblinds');
          await page.keyboard.press('Enter');
          await progress(page, `${proof + 1} of 10 graded`);
        }
        const graded = linesOf(site, 'by-keys');
        assert.equal(graded.length, 10);
        assert.ok(graded.every(({ blind, grader }) => blind && grader === 'Ada'));
        assert.ok(
          graded.some(({ comment, style }) => comment === 'Claims the last step.' && style?.length === 1),
        );
        await page.getByRole('button', { name: 'Finish' }).click();
        await page.getByRole('heading', { name: 'Agreement' }).waitFor();
        const text = (await page.locator('main').textContent()) ?? '';
        assert.match(text, /strict/);
        assert.match(text, /alpha/);
        assert.match(text, /qed calibrate --judge JUDGE --on human-grades\/by-keys\.jsonl/);
        await assertAccessible(page);
      }),
  },
  {
    title: 'undo after a save takes the grade back and brings it to be mended; a reload keeps a draft',
    run: async (site) =>
      await site.visit('#/grade', async (page) => {
        await makeQueue(page, 'Undo', ['bench-alpha']);
        await begin(page, 'Grace');
        await giveAll(page, '0');
        await page.keyboard.press('Enter');
        await progress(page, '1 of');
        await page.keyboard.press('u');
        await progress(page, '0 of');
        assert.deepEqual(
          linesOf(site, 'undo').map(({ points }) => points === null),
          [false, true],
        );
        await page.keyboard.press('c');
        await page.keyboard.type('not saved yet');
        await page.reload();
        await page.locator('.grade-line').first().waitFor();
        await page.waitForFunction(() => document.querySelector('textarea')?.value === 'not saved yet');
        await page.keyboard.press('Enter');
        await progress(page, '1 of');
        assert.equal(linesOf(site, 'undo').at(-1)?.comment, 'not saved yet');
      }),
  },
  {
    title:
      'a second person in another tab grades the same proofs, blind to the first; unblinding is recorded',
    run: async (site) => {
      await site.visit('#/grade', async (page) => {
        await makeQueue(page, 'Two people', ['bench-beta']);
        await begin(page, 'Ada');
        await giveAll(page, '0');
        await page.keyboard.press('Enter');
        await progress(page, '1 of');
      });
      await site.visit('#/grade/two-people', async (page) => {
        await begin(page, 'Emmy');
        await progress(page, '0 of');
        await giveAll(page, '1');
        await page.keyboard.press('Enter');
        await progress(page, '1 of');
        await page.getByRole('button', { name: 'Show who wrote it' }).click();
        await page.getByLabel('Reason').fill('training');
        await page.getByRole('button', { name: 'Unblind me' }).click();
        await page.locator('.grade-revealed h3', { hasText: 'beta' }).waitFor();
        await giveAll(page, '1');
        await page.keyboard.press('Enter');
        await progress(page, '2 of');
      });
      const lines = linesOf(site, 'two-people');
      assert.deepEqual(
        lines.map(({ grader, blind }) => [grader, blind]),
        [
          ['Ada', true],
          ['Emmy', true],
          ['Emmy', false],
        ],
      );
    },
  },
  {
    title: 'a wrong proof is found, graded from its own page, and shown with what the person gave',
    run: async (site) =>
      await site.visit('#/runs/bench-alpha/proofs', async (page) => {
        await page.getByLabel('Show').selectOption('wrong');
        await page.locator('.points-mark.wrong').first().waitFor();
        await page.locator('.proofs-row').first().click();
        const grade = page.getByRole('button', { name: 'Grade this proof' });
        await grade.click();
        await begin(page, 'Sofja');
        await page.locator('.grade-revealed h3', { hasText: 'alpha' }).waitFor();
        await giveAll(page, '1');
        await page.keyboard.press('Enter');
        // Back on the page of the proof, with the new grade.
        await page.getByText('by a person, Sofja').waitFor();
        assert.deepEqual(
          linesOf(site, 'one-by-one').map(({ grader, blind }) => [grader, blind]),
          [['Sofja', false]],
        );
        await grade.click();
        await page.locator('.grade-line').first().waitFor();
        const queue = readFileSync(path.join(site.folder, 'human-grades', 'one-by-one.queue.jsonl'), 'utf8');
        assert.equal(queue.trim().split('\n').length, 2, 'the proof is in the queue once');
        await page.getByRole('link', { name: /Its page/ }).click();
        await grade.waitFor();
      }),
  },
  {
    title:
      'while a queue is open, pages of its proofs hide their grades from its grader; showing them is recorded',
    run: async (site) =>
      await site.visit('#/grade', async (page) => {
        await makeQueue(page, 'Hidden', ['bench-alpha']);
        await begin(page, 'Noether');
        const [, line = ''] = readFileSync(
          path.join(site.folder, 'human-grades', 'hidden.queue.jsonl'),
          'utf8',
        ).split('\n');
        const { proof_id: id } = JSON.parse(line) as { readonly proof_id: string };
        const [, problem, run] = /#(.+)\/(\d+)$/.exec(id) ?? [];
        const place = fixtureProblems.findIndex((one) => one.id === problem);
        const address = `#/runs/bench-alpha/proofs/bench~2f${place}~2f${Number(run) - 1}`;
        await page.evaluate((hash) => Object.assign(location, { hash }), address);
        await page.getByRole('heading', { name: 'Grades are hidden' }).waitFor();
        await page.getByRole('link', { name: 'Grade it in your queue' }).waitFor();
        assert.equal(await page.locator('.proofs-grade').count(), 0);
        assert.doesNotMatch(await page.locator('main').innerText(), /strict|kind|of 7/);
        await assertAccessible(page);
        await page.getByRole('button', { name: 'Unblind me and show them' }).click();
        await page.locator('.proofs-grade').first().waitFor();
        const log = readFileSync(path.join(site.folder, 'human-grades', 'hidden.log.jsonl'), 'utf8');
        assert.match(log, /"grader":"Noether","what":"unblinded"/);
      }),
  },
  {
    title: 'queue and proof are accessible, wide and narrow, light and dark',
    run: async (site) => {
      for (const width of [1280, 390]) {
        for (const scheme of ['light', 'dark'] as const) {
          await site.visit(
            '#/grade',
            async (page) => {
              await page.getByRole('link', { name: 'Undo' }).waitFor();
              await assertAccessible(page);
              await page.getByRole('link', { name: 'Undo' }).click();
              await begin(page, 'Reader');
              await assertAccessible(page);
            },
            { width, scheme },
          );
        }
      }
    },
  },
];

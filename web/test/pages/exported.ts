/** The exported site from a server of files, in a folder of its own too, and opened as a file. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { builtWebApp } from '../../../src/cli/built-web-app.ts';
import { exportSite } from '../../../src/serve/web/export/export-site.ts';
import { startFileServer } from '../file-server.ts';
import type { Check, Site } from '../site.ts';

async function withExport(site: Site, use: (directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(path.join(tmpdir(), 'qed-exported-'));
  try {
    await exportSite({ folder: site.folder, appDirectory: await builtWebApp(), directory });
    await use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

export const checks: readonly Check[] = [
  {
    title:
      'an exported site shows runs from files alone, at the top and in a folder, and asks for nothing that is not there',
    run: async (site) =>
      await withExport(site, async (directory) => {
        for (const below of ['/', '/some/folder/']) {
          const server = await startFileServer(directory, below);
          try {
            await site.visit(
              '#/',
              async (page) => {
                await page.getByRole('heading', { name: /\d runs/ }).waitFor();
                assert.equal(await page.locator('.unstarted').count(), 0);
                assert.match((await page.locator('.runs-trouble').allTextContents()).join(' '), /recipe/i);
              },
              { at: server.address },
            );
            await site.visit(
              '#/runs/lab',
              async (page) => await page.locator('.chart canvas').first().waitFor(),
              { at: server.address },
            );
            // What shares files with its neighbours.
            await site.visit(
              '#/runs/bench-alpha/proofs/bench~2f0~2f0',
              async (page) => {
                await page.getByRole('heading', { level: 2, name: 'Proof', exact: true }).waitFor();
                assert.equal(await page.getByRole('button', { name: 'Grade this proof' }).count(), 0);
              },
              { at: server.address },
            );
            await site.visit(
              '#/runs/prove-rsa/traces/prove~2f0~2f0',
              async (page) => {
                await page.getByRole('button', { name: 'List' }).click();
                await page
                  .getByRole('button', { name: /merge-1-1/ })
                  .first()
                  .click();
                await page.locator('.prose', { hasText: 'Proof by gamma' }).first().waitFor();
              },
              { at: server.address },
            );
            await site.visit(
              '#/runs/lab/rollouts/rl/1/0',
              async (page) => await page.locator('.rollouts-line span').first().waitFor(),
              { at: server.address },
            );
            await site.visit(
              '#/data/set/2-filter.dropped/1',
              async (page) => await page.getByText('asks for a value').first().waitFor(),
              { at: server.address },
            );
            await site.visit(
              '#/runs/lab',
              async (page) => {
                await page.getByRole('link', { name: 'Report' }).click();
                await page.waitForURL(/files\/lab\/report\.html$/);
                await page.locator('h1').first().waitFor();
              },
              { at: server.address },
            );
            assert.deepEqual(server.missed, []);
          } finally {
            await server.close();
          }
        }
        // A file gives its scripts to nobody: the page says so, and how to serve it.
        await site.visit(
          'index.html',
          async (page) => {
            const words = page.locator('.unstarted');
            await words.waitFor();
            assert.match((await words.textContent()) ?? '', /http\.server/);
          },
          {
            at: `${pathToFileURL(directory).href}/`,
            expected: /CORS|ERR_FAILED|origin 'null'|file:/,
          },
        );
      }),
  },
];

// npm run screenshots [-- --folder DIR] [--only A,B] [--out DIR]: opens pages of the web app in a headless Chromium over the
// runs of a folder, or over small ones made for it, and writes pictures for the documentation: light, 1280 pixels wide, each below
// 200 kB. A picture that cannot be taken is told and keeps no other back; the exit code is then 1.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { builtWebApp } from '../src/cli/built-web-app.ts';
import { startWebServer } from '../src/serve/web/web-server.ts';
import type { RunList } from '../src/view/api/runs.ts';
import { Workplace } from '../src/view/workplace.ts';
import { chromiumPath } from '../web/test/chromium-path.ts';
import { makeFixtureFolder } from '../web/test/fixture-folder.ts';

import { type Folder, shots } from './screenshots/shots.ts';

const mostBytes = 200_000;
const usage = 'usage: npm run screenshots [-- --folder DIR] [--only NAME,NAME] [--out DIR]';
const { values } = parseArgs({
  options: { folder: { type: 'string' }, out: { type: 'string' }, only: { type: 'string' } },
});
const only = values.only?.split(',');
const unknown = only?.find((name) => !shots.some((shot) => shot.name === name));
if (unknown !== undefined)
  fail(`there is no picture ${unknown}; there are ${shots.map(({ name }) => name).join(', ')}\n${usage}`, 2);
const executablePath = chromiumPath() ?? fail('no Chromium: name one with QED_CHROMIUM', 1);
const out = values.out ?? fileURLToPath(new URL('../docs/pictures/', import.meta.url));
const fixture = values.folder === undefined ? await makeFixtureFolder() : undefined;
let failed = 0;
const workplace = new Workplace({ folder: values.folder ?? fixture?.folder ?? '.' });
const server = await startWebServer({
  workplace,
  appDirectory: await builtWebApp(),
  host: '127.0.0.1',
  port: 0,
});
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
try {
  const address = `http://127.0.0.1:${server.port}/`;
  mkdirSync(out, { recursive: true });
  const get = async <Value>(place: string): Promise<Value | undefined> => {
    const answer = await fetch(`${address}api/${place}`);
    return answer.ok ? ((await answer.json()) as Value) : undefined;
  };
  const folder: Folder = {
    runs: (await get<RunList>('runs.json')) ?? fail('the folder has no list of runs', 1),
    get,
  };
  /** Throws an Error where the page does not come to show it, or the picture is too large. */
  const take = async (
    name: string,
    height: number,
    where: string,
    shows: string,
    from: string | undefined,
  ): Promise<void> => {
    const context = await browser.newContext({ viewport: { width: 1280, height }, colorScheme: 'light' });
    try {
      const page = await context.newPage();
      await page.goto(`${address}${where}`);
      await page.locator(shows).first().waitFor({ timeout: 60_000 });
      await page.locator('.loading').first().waitFor({ state: 'detached', timeout: 60_000 });
      if (from !== undefined) {
        await page
          .locator(from)
          .first()
          .evaluate((element) => element.scrollIntoView({ block: 'start' }));
      }
      const picture = await page.screenshot({ animations: 'disabled' });
      if (picture.length > mostBytes) throw new Error(`${picture.length} bytes, more than ${mostBytes}`);
      writeFileSync(path.join(out, `${name}.png`), picture);
      console.log(`${name}.png: ${where}, ${Math.round(picture.length / 1000)} kB`);
    } finally {
      await context.close();
    }
  };
  for (const { name, height = 900, shows, ...shot } of shots) {
    if (only !== undefined && !only.includes(name)) continue;
    const where = await shot.address(folder);
    if (where === undefined) {
      console.log(`${name}: nothing to show in this folder`);
      continue;
    }
    try {
      await take(name, height, where, shows, shot.from);
    } catch (error) {
      failed += 1;
      console.error(
        `${name}: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`,
      );
    }
  }
} finally {
  await browser.close();
  await server.close();
  workplace.close();
  await fixture?.remove();
}

// The others are there all the same.
if (failed > 0) process.exitCode = 1;

function fail(message: string, code: number): never {
  console.error(message);
  process.exit(code);
}

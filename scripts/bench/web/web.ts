// The web app as a person meets it: what the first load of the list of runs sends, compressed, and how long it takes on
// loopback in a headless Chromium with nothing kept, until the list stands. Needs a Chromium.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { builtWebApp } from '../../../src/cli/built-web-app.ts';
import { startWebServer } from '../../../src/serve/web/web-server.ts';
import { Workplace } from '../../../src/view/workplace.ts';
import { chromiumPath } from '../../../web/test/chromium-path.ts';
import type { FigureGroup } from '../engine.ts';
import { counted, repeated } from '../figure.ts';
import { benchLargePages } from './large-pages.ts';
import { benchLargeRun } from './large-run.ts';

const most = { kilobytes: 300, seconds: 1 };

export async function* benchWeb(options: {
  /** With runs; default: an empty one. */
  readonly folder?: string | undefined;
  readonly repeats: number;
}): AsyncGenerator<FigureGroup> {
  yield* benchFirstLoad(options);
  yield* benchLargeRun(options);
  yield* benchLargePages(options);
}

async function* benchFirstLoad(options: Parameters<typeof benchWeb>[0]): AsyncGenerator<FigureGroup> {
  const executablePath = chromiumPath();
  if (executablePath === undefined) {
    yield { title: 'first load: skipped, no Chromium (name one with QED_CHROMIUM)', figures: [] };
    return;
  }
  const scratch = mkdtempSync(path.join(tmpdir(), 'qed-bench-web-'));
  const workplace = new Workplace({ folder: options.folder ?? scratch });
  const appDirectory = await builtWebApp();
  const server = await startWebServer({ workplace, appDirectory, host: '127.0.0.1', port: 0 });
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const address = `http://127.0.0.1:${server.port}/#/`;
  try {
    const { bytes } = await firstLoad(browser, address);
    const figures = [
      counted('sent, compressed, without headers', 'kB', bytes / 1000, { atMost: most.kilobytes }),
    ];
    const seconds: number[] = [];
    for (let repeat = 0; repeat < options.repeats; repeat += 1) {
      seconds.push((await firstLoad(browser, address)).seconds);
    }
    // The browser's own work cannot be told from that of others, so nothing says whether others disturbed it.
    figures.push(repeated('time until the list stands', 's', seconds, { goal: { atMost: most.seconds } }));
    yield { title: 'first load of the list of runs', figures };
  } finally {
    await browser.close();
    await server.close();
    workplace.close();
    rmSync(scratch, { recursive: true });
  }
}

/** In a new context, which has nothing kept: bytes of all bodies as they were sent, and seconds until the list stands. */
async function firstLoad(browser: Browser, address: string): Promise<{ bytes: number; seconds: number }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  try {
    const page = await context.newPage();
    const sizes: Promise<number>[] = [];
    page.on('requestfinished', (request) => {
      sizes.push(request.sizes().then(({ responseBodySize }) => responseBodySize));
    });
    const began = performance.now();
    await page.goto(address);
    await page.locator('main :is(h1, h2)').first().waitFor();
    const seconds = (performance.now() - began) / 1000;
    await page.waitForLoadState('networkidle');
    const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    return { bytes, seconds };
  } finally {
    await context.close();
  }
}

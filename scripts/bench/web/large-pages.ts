// Pages over large runs: a list of 100,000 proofs from a server that has read nothing, a comparison and how long it keeps the server
// busy, a trace of thousands of calls, a text of 50,000 tokens scrolled, and the server's memory after all of it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { ComparedSystems } from '../../../src/view/api/compare.ts';
import { chromiumPath } from '../../../web/test/chromium-path.ts';
import type { FigureGroup } from '../engine.ts';
import { counted, type Figure, repeated } from '../figure.ts';
import { fillLargeFolder, large } from './large-folder.ts';
import { OwnServer } from './own-server.ts';

const goals = {
  list: { atMost: 1 },
  block: { atMost: 0.1 },
  trace: { atMost: 1.5 },
  /** Milliseconds; 95 of 100 frames within two of a screen at 60 Hz. */
  frame: { atMost: 34 },
  megabytes: { atMost: 600 },
};
const frames = 240;

export async function* benchLargePages({
  repeats,
}: {
  readonly repeats: number;
}): AsyncGenerator<FigureGroup> {
  const executablePath = chromiumPath();
  if (executablePath === undefined) {
    yield { title: 'large pages: skipped, no Chromium (name one with QED_CHROMIUM)', figures: [] };
    return;
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'qed-bench-web-pages-'));
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    await fillLargeFolder(folder);
    yield {
      title: `a list of ${large.attempts.toLocaleString('en-US')} proofs, server new`,
      figures: await list(folder, browser, repeats),
    };
    const server = await OwnServer.start(folder);
    try {
      yield { title: 'a comparison of 110,000 attempts', figures: await comparison(server) };
      yield {
        title: `a trace of over ${(3 * large.candidates).toLocaleString('en-US')} calls`,
        figures: await trace(server, browser, repeats),
      };
      yield {
        title: `a text of ${large.tokens.toLocaleString('en-US')} tokens, scrolled`,
        figures: await scrolling(server, browser),
      };
      await server.get('runs/bench/proofs/rows/0.json');
      await server.get('runs.json');
      const { resident, peak } = await server.took();
      const figures = [
        counted('memory after all of it', 'MB', resident / 1e6),
        counted('most', 'MB', peak / 1e6, goals.megabytes),
      ];
      yield { title: 'the server', figures };
    } finally {
      await server.close();
    }
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
}

async function list(folder: string, browser: Browser, repeats: number): Promise<Figure[]> {
  const [seconds, processor]: [number[], number[]] = [[], []];
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const server = await OwnServer.start(folder);
    try {
      await server.took();
      seconds.push(await untilShown(browser, `${server.address}#/runs/bench/proofs`, '.proofs-row'));
      processor.push((await server.took()).processor);
    } finally {
      await server.close();
    }
  }
  return [
    repeated('time until its first rows stand', 's', seconds, { goal: goals.list }),
    repeated('processor time of the server', 's', processor, { goal: goals.list }),
  ];
}

async function comparison(server: OwnServer): Promise<Figure[]> {
  const systems = 'bench~0aother';
  await server.took();
  const began = performance.now();
  const { suites } = (await server.get(`compare/${systems}/comparison.json`)) as ComparedSystems;
  const seconds = (performance.now() - began) / 1000;
  const computing = await server.took();
  for (let page = 0; page < (suites[0]?.problemPages ?? 0); page += 1)
    await server.get(`compare/${systems}/problems/0/${page}.json`);
  const giving = await server.took();
  return [
    counted('time until it is there', 's', seconds),
    counted('longest that the server did nothing else', 's', computing.longestBlock, goals.block),
    counted('the same while its pages are given', 's', giving.longestBlock, goals.block),
  ];
}

async function trace({ address }: OwnServer, browser: Browser, repeats: number): Promise<Figure[]> {
  const where = `${address}#/runs/prove/traces/prove~2f0~2f0`;
  const seconds: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat += 1)
    seconds.push(await untilShown(browser, where, '.trace-picture svg'));
  return [repeated('time until its picture stands', 's', seconds, { goal: goals.trace })];
}

async function scrolling({ address }: OwnServer, browser: Browser): Promise<Figure[]> {
  return await onPage(browser, async (page) => {
    await page.goto(`${address}#/runs/long/rollouts/rl/1/0`);
    await page.locator('.rollouts-line span').first().waitFor();
    await page.waitForLoadState('networkidle');
    // A third of what is in view every frame.
    const taken = await page
      .locator('.rollouts-tokens')
      .first()
      .evaluate(async (element, count) => {
        const page = globalThis as unknown as Drawn;
        const frame = (): Promise<number> => new Promise((resolve) => page.requestAnimationFrame(resolve));
        const taken: number[] = [];
        for (let before = await frame(); taken.length < count; ) {
          element.scrollTop += element.clientHeight / 3;
          const now = await frame();
          taken.push(now - before);
          before = now;
        }
        return taken;
      }, frames);
    const sorted = taken.toSorted((a, b) => a - b);
    const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
    return [
      counted('a frame, median', 'ms', at(0.5)),
      counted('a frame, 95 of 100', 'ms', at(0.95), goals.frame),
      counted('the longest frame', 'ms', at(1)),
    ];
  });
}

/** What runs in the page needs of it. */
interface Drawn {
  requestAnimationFrame(done: (now: number) => void): void;
}

async function untilShown(browser: Browser, address: string, selector: string): Promise<number> {
  return await onPage(browser, async (page) => {
    const began = performance.now();
    await page.goto(address);
    await page.locator(selector).first().waitFor();
    return (performance.now() - began) / 1000;
  });
}

async function onPage<Value>(browser: Browser, use: (page: Page) => Promise<Value>): Promise<Value> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  try {
    return await use(await context.newPage());
  } finally {
    await context.close();
  }
}

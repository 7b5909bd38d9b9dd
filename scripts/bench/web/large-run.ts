// A run of 1,000 steps and 100,000 graded attempts in the web app: how long it takes to open in a browser from a server that
// has just started, and how much a reader ten times a second slows whoever writes the run, with and without it in turn.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Hono } from 'hono';
import { chromium } from 'playwright-core';
import { builtWebApp } from '../../../src/cli/built-web-app.ts';
import { createWebApp } from '../../../src/serve/web/web-app.ts';
import { startWebServer } from '../../../src/serve/web/web-server.ts';
import { Workplace } from '../../../src/view/workplace.ts';
import { chromiumPath } from '../../../web/test/chromium-path.ts';
import type { FigureGroup } from '../engine.ts';
import { repeated } from '../figure.ts';

const size = { steps: 1000, attempts: 100 };
const goals = { open: { atMost: 1 }, writing: { atLeast: 0.95 } };
/** Of a measurement with or without a reader. */
const seconds = 6;
const everyMilliseconds = 100;

export async function* benchLargeRun({ repeats }: { readonly repeats: number }): AsyncGenerator<FigureGroup> {
  const folder = mkdtempSync(path.join(tmpdir(), 'qed-bench-web-run-'));
  const directory = path.join(folder, 'large');
  try {
    await write({ directory });
    const opened = await openings(folder, repeats);
    const title = `a run of ${size.steps} steps and ${(size.steps * size.attempts).toLocaleString('en-US')} attempts`;
    yield {
      title: opened === undefined ? `${title}: not opened, there is no Chromium` : title,
      figures:
        opened === undefined
          ? []
          : [repeated('time until its curves stand, server new', 's', opened, { goal: goals.open })],
    };
    const [alone, read, ratios]: [number[], number[], number[]] = [[], [], []];
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      const without = await write({ directory, seconds });
      const withReader = await reading(folder, async () => await write({ directory, seconds }));
      alone.push(without);
      read.push(withReader);
      ratios.push(withReader / without);
    }
    yield {
      title: 'its writer, beside a reader ten times a second',
      figures: [
        repeated('written, nobody reads', 'attempts/s', alone),
        repeated('written, read at 10 Hz', 'attempts/s', read),
        repeated('read / not read', 'ratio', ratios, { goal: goals.writing }),
      ],
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Attempts a second, where it writes for a time. */
async function write(work: { readonly directory: string; readonly seconds?: number }): Promise<number> {
  const program = fileURLToPath(new URL('write-program.ts', import.meta.url));
  const argument = JSON.stringify({ ...size, ...work });
  const { stdout } = await promisify(execFile)(process.execPath, [program, argument]);
  const { perSecond = 0 } = JSON.parse(stdout) as { readonly perSecond?: number };
  return perSecond;
}

/** Seconds from the request for the page until the last chart is drawn, each from a server that has read nothing yet. */
async function openings(folder: string, repeats: number): Promise<number[] | undefined> {
  const executablePath = chromiumPath();
  if (executablePath === undefined) return undefined;
  const appDirectory = await builtWebApp();
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const taken: number[] = [];
  try {
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      const workplace = new Workplace({ folder });
      const server = await startWebServer({ workplace, appDirectory, host: '127.0.0.1', port: 0 });
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
      try {
        const page = await context.newPage();
        const began = performance.now();
        await page.goto(`http://127.0.0.1:${server.port}/#/runs/large`);
        await page.locator('.chart-drawing canvas').first().waitFor();
        taken.push((performance.now() - began) / 1000);
      } finally {
        await context.close();
        await server.close();
        workplace.close();
      }
    }
  } finally {
    await browser.close();
  }
  return taken;
}

/** Asks ten times a second for what the page of the run asks for when it changes, while `work` goes on. */
async function reading(folder: string, work: () => Promise<number>): Promise<number> {
  const workplace = new Workplace({ folder });
  const app: Hono = createWebApp({ workplace, appDirectory: folder, host: '127.0.0.1' });
  const ask = async (): Promise<void> => {
    for (const resource of ['overview.json', `steps/rl/${Math.floor(size.steps / 500) - 1}.json`]) {
      const answer = await app.request(`/api/runs/large/${resource}`, { headers: { host: 'localhost' } });
      if (!answer.ok) throw new Error(`${resource}: ${answer.status} ${await answer.text()}`);
      await answer.arrayBuffer();
    }
  };
  let last = Promise.resolve();
  const failures: unknown[] = [];
  const timer = setInterval(() => {
    last = last.then(ask).catch((error: unknown) => void failures.push(error));
  }, everyMilliseconds);
  let rate: number;
  try {
    rate = await work();
  } finally {
    clearInterval(timer);
    await last;
    workplace.close();
  }
  if (failures.length > 0) throw failures[0];
  return rate;
}

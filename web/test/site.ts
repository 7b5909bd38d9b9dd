/** What a check of a page gets: the fixture folder served, and pages of a headless Chromium that must stay without errors. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';
import { builtWebApp } from '../../src/cli/built-web-app.ts';
import { startWebServer, type WebServer } from '../../src/serve/web/web-server.ts';
import { Workplace } from '../../src/view/workplace.ts';
import type { FixtureFolder } from './fixture-folder.ts';

export interface Site extends Pick<FixtureFolder, 'folder' | 'endpoint'> {
  /** Such as `http://127.0.0.1:1234/`. */
  readonly address: string;
  /**
   * Opens `#/…` at a width, gives the page to `use`, and fails on any error of the page, any request to another place and any
   * breach of the policy.
   */
  visit(where: string, use: (page: Page) => Promise<void>, options?: VisitOptions): Promise<void>;
}

export interface VisitOptions {
  /** CSS pixels; default 1280. */
  readonly width?: number;
  readonly scheme?: 'light' | 'dark';
  /** Opened instead of the served address: a site of another server, or a file. Ends in a slash where it is a folder. */
  readonly at?: string;
  /** Messages of the console that are expected. */
  readonly expected?: RegExp;
}

/** A check of one page, by the name of what a person would look for. */
export interface Check {
  readonly title: string;
  run(site: Site): Promise<void>;
}

export class ServedSite implements Site {
  readonly folder: string;
  readonly endpoint: string;
  readonly address: string;
  readonly #workplace: Workplace;
  readonly #server: WebServer;
  readonly #browser: Browser;

  private constructor(fixture: FixtureFolder, workplace: Workplace, server: WebServer, browser: Browser) {
    this.folder = fixture.folder;
    this.endpoint = fixture.endpoint;
    this.address = `http://127.0.0.1:${server.port}/`;
    this.#workplace = workplace;
    this.#server = server;
    this.#browser = browser;
  }

  static async start(fixture: FixtureFolder, executablePath: string): Promise<ServedSite> {
    const workplace = new Workplace({ folder: fixture.folder });
    const appDirectory = await builtWebApp();
    const server = await startWebServer({ workplace, appDirectory, host: '127.0.0.1', port: 0 });
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    return new ServedSite(fixture, workplace, server, browser);
  }

  async visit(
    where: string,
    use: (page: Page) => Promise<void>,
    { width = 1280, scheme = 'light', at = this.address, expected }: VisitOptions = {},
  ): Promise<void> {
    const context = await this.#browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    const troubles: string[] = [];
    page.on('pageerror', (error) => troubles.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && expected?.test(message.text()) !== true)
        troubles.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(at) && !request.url().startsWith('data:'))
        troubles.push(`asked for ${request.url()}`);
    });
    try {
      await page.goto(`${at}${where}`);
      await use(page);
      const hacked = await page.evaluate(() => (globalThis as { hacked?: unknown }).hacked);
      assert.equal(hacked, undefined, 'a script of a model ran');
      assert.deepEqual(troubles, [], where);
    } finally {
      await context.close();
    }
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.#server.close();
    this.#workplace.close();
  }
}

/** Fails on what axe finds serious, and on anything wider than the page. */
export async function assertAccessible(page: Page): Promise<void> {
  const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  // Evaluated by the debugger, which the policy of the page does not concern.
  await page.evaluate(source);
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<AxeResult> } };
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
  });
  assert.deepEqual(found, []);
  const excess = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  assert.ok(excess <= 0, `the page is ${excess} pixels too wide`);
}

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

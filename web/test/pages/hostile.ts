/**
 * Hostile texts on every page of the app. Every link is followed until each kind of page has been seen with what it shows
 * opened: nothing of it runs, loads, asks for another place, becomes an element that acts, leaves its place, turns what stands
 * beside it over, or makes the page wider than it is.
 */
import assert from 'node:assert/strict';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { builtWebApp } from '../../../src/cli/built-web-app.ts';
import { startWebServer } from '../../../src/serve/web/web-server.ts';
import type { GraderView, NewQueueReply, SourceList } from '../../../src/view/api/grades.ts';
import type { TryRun } from '../../../src/view/api/try.ts';
import { safeName } from '../../../src/view/safe-name.ts';
import { Workplace } from '../../../src/view/workplace.ts';
import { pages } from '../../src/pages/pages.ts';
import { matchRoute } from '../../src/route.ts';
import { hostileName, hostileText, makeHostileFolder } from '../hostile-folder.ts';
import type { Check, Site } from '../site.ts';

const acting =
  'main :is(script, iframe, object, embed, form[action], base, meta, link, style, img, video, audio, [onerror], [onload], [onclick], [onmouseover], [srcdoc], a[href^="javascript:"], a[href^="data:"])';
/** Of a kind of page so many are looked at: the same component shows the same of each. Runs of each kind lead elsewhere. */
function mostOf(kind: string): number {
  if (kind === 'runs/:run') return 20;
  return /proofs|traces/.test(kind) ? 2 : 1;
}
/** The first has finished, the second has not. */
const graders = [`a ${hostileName.slice(0, 50)}`, `b ${hostileName.slice(0, 50)}`] as const;

export const checks: readonly Check[] = [
  {
    title: 'a text becomes HTML through the app alone: the browser refuses it from anybody else',
    run: async (site) =>
      await site.visit(
        '#/',
        async (page) => {
          await page.locator('.runs-name').first().waitFor();
          const refused = await page.evaluate(() => {
            const attempts: (() => void)[] = [
              () => document.body.insertAdjacentHTML('beforeend', '<b>x</b>'),
              () => Object.assign(document.createElement('div'), { innerHTML: '<b>x</b>' }),
              () => Object.assign(document.createElement('script'), { src: 'x.js' }),
              () => void new DOMParser().parseFromString('<b>x</b>', 'text/html'),
            ];
            return attempts.map((attempt) => {
              try {
                attempt();
                return false;
              } catch {
                return true;
              }
            });
          });
          assert.deepEqual(refused, [true, true, true, true]);
        },
        { expected: /Trusted|trusted-types/ },
      ),
  },
  {
    title: 'hostile texts in every field of every page are text, wide and narrow',
    run: async (site) => {
      const hostile = await makeHostileFolder(path.join(site.folder, 'lab'));
      const workplace = new Workplace({ folder: hostile.folder });
      const appDirectory = await builtWebApp();
      const server = await startWebServer({ workplace, appDirectory, host: '127.0.0.1', port: 0 });
      try {
        await everyPage(site, `http://127.0.0.1:${server.port}/`, hostile.endpoint);
      } finally {
        await server.close();
        workplace.close();
        await hostile.remove();
      }
    },
  },
];

/** At 1280 pixels, and the first of each kind at 390. */
export async function everyPage(site: Site, at: string, endpoint: string): Promise<void> {
  const starts = await hostileGrades(at);
  starts.push(await hostileTry(at, endpoint));
  const queue = ['#/', '#/compare', '#/grade', '#/data', '#/try', ...starts];
  queue.push(`#/${encodeURIComponent(hostileName)}`, `#/runs/${encodeURIComponent(hostileName)}`);
  const seen = new Map<string, number>();
  const showing = new Set<string>();
  const troubles: string[] = [];
  for (let where = queue.shift(); where !== undefined; where = queue.shift()) {
    const kind = kindOf(where);
    const count = seen.get(kind) ?? 0;
    if (count >= mostOf(kind)) continue;
    seen.set(kind, count + 1);
    for (const width of count === 0 ? [1280, 390] : [1280]) {
      const expected = /404|500|400/;
      const looked = site.visit(
        where,
        async (page) => {
          if (kind.startsWith('grade/')) await gradeAs(page, graders[kind.includes(':item') ? 1 : 0]);
          await settled(page);
          await open(page);
          assert.deepEqual(await notInert(page), []);
          if ((await page.locator('main').innerText()).includes('window.hacked'))
            showing.add(kind.split('?')[0] ?? '');
          const links = await page
            .locator('a[href^="#/"]')
            .evaluateAll((all) => all.map((one) => one.getAttribute('href')));
          const known = new Set(queue);
          for (const link of new Set(links)) if (link !== null && !known.has(link)) queue.push(link);
        },
        { at, width, expected },
      );
      // All of them are told at once.
      await looked.catch((error: unknown) => troubles.push(`${where} at ${width}: ${String(error)}`));
    }
  }
  assert.deepEqual(troubles, []);
  const kinds = new Set([...seen.keys()].map((kind) => kind.split('?')[0]));
  const unseen = pages.map(({ pattern }) => pattern).filter((pattern) => !kinds.has(pattern));
  assert.deepEqual(unseen, [], 'pages that no link led to');
  // Lists of rollouts have nothing but names and figures of the lab.
  const silent = pages.filter(
    ({ pattern }) => !showing.has(pattern) && !/rollouts(?:\/:stage\/:step)?$/.test(pattern),
  );
  assert.deepEqual(
    silent.map(({ pattern }) => pattern),
    [],
    'pages that show nothing hostile',
  );
}

/** Which page it is, and which view of it. */
function kindOf(where: string): string {
  const [address = '', query = ''] = where.replace(/^#\//, '').split('?');
  const found = pages.find(({ pattern }) => matchRoute(pattern, address) !== undefined)?.pattern ?? 'nowhere';
  const view = new URLSearchParams(query).get('view');
  return view === null ? found : `${found}?view=${view}`;
}

/** In the name of a person, for pages that ask for it. */
async function gradeAs(page: Page, name: string): Promise<void> {
  await page.evaluate((grader) => sessionStorage.setItem('qed-grader', grader), name);
  await page.reload();
}

async function settled(page: Page): Promise<void> {
  await page.locator('main :is(h1, h2, .problem-note)').first().waitFor();
  await page.waitForFunction(() => document.querySelector('main .loading') === null);
}

/** Opens what is folded, and shows every table of a chart. */
async function open(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const folded of document.querySelectorAll('details')) folded.open = true;
    for (const button of document.querySelectorAll<HTMLElement>('.chart-table-button')) button.click();
  });
  await settled(page);
}

/** What acts, leaves its place, is turned over or is too wide. */
async function notInert(page: Page): Promise<string[]> {
  return await page.evaluate((selector) => {
    const inside = [...document.querySelectorAll<HTMLElement>('main *')];
    const edge = document.documentElement.clientWidth;
    const named = (kind: string, elements: readonly Element[]): string[] =>
      elements.slice(0, 5).map((one) => `${kind}: ${(one.cloneNode() as Element).outerHTML.slice(0, 160)}`);
    const isWide = document.documentElement.scrollWidth > edge;
    return [
      ...named('acts', [...document.querySelectorAll(selector)]),
      ...named(
        'fixed',
        [...document.querySelectorAll('main .prose *')].filter(
          (one) => getComputedStyle(one).position === 'fixed',
        ),
      ),
      ...(/[\u202a-\u202e\u2066-\u2069]/.test(document.body.innerText + document.title)
        ? ['turned over']
        : []),
      ...(isWide
        ? named(
            `wide ${document.documentElement.scrollWidth}`,
            inside.filter((one) => one.getBoundingClientRect().right > edge + 1),
          )
        : []),
    ];
  }, acting);
}

/** A queue with hostile names and comments, graded whole by one person and begun by another. Gives the addresses of its pages. */
async function hostileGrades(at: string): Promise<string[]> {
  const get = async (place: string): Promise<unknown> =>
    await (await fetch(`${at}api/grades/${place}`)).json();
  const { sources } = (await get('sources.json')) as SourceList;
  const { queue } = (await posted(at, 'grades/queues', {
    ...{
      title: hostileName.slice(0, 120),
      sources: sources.flatMap(({ kind, source }) => (kind === 'file' ? [] : [source])),
      seed: 1,
    },
    ...{ choose: { kind: 'all' }, limit: 4, showsSystems: true, showsReference: true },
  })) as NewQueueReply;
  for (const [number, grader] of graders.entries()) {
    const { items } = (await get(`grader/${queue}/${safeName(grader)}.json`)) as GraderView;
    for (const [place, { item }] of items.slice(0, number === 0 ? 4 : 1).entries()) {
      const marks = { checkpoints: {}, deductions: {}, limits: [] };
      const texts = { overrideReason: hostileText, comment: hostileText, styleNote: hostileText };
      await posted(at, 'grades/grades', {
        ...{
          id: `hostile-${number}-${place}`,
          queue,
          grader,
          item,
          after: null,
          seconds: 3,
          shown: place + 1,
        },
        grade: { points: 7 * number, marks, ...texts, confidence: 0.5, style: [] },
      });
    }
  }
  const finished = { id: 'hostile-finished', queue, grader: graders[0], what: 'finished', item: null };
  await posted(at, 'grades/log', { ...finished, reason: hostileText });
  return [`#/grade/${queue}`, `#/grade/${queue}/agreement`];
}

/** A search for a hostile problem by a hostile model. */
async function hostileTry(at: string, endpoint: string): Promise<string> {
  const { run } = (await posted(at, 'try/start', {
    ...{
      problem: hostileText,
      model: `openai:${endpoint}#${hostileName.slice(2, 40)}`,
      scaffold: 'single-turn',
    },
    ...{ budget: '100k tokens', attempts: 1, asks: 'proof', maxTokens: null },
  })) as TryRun;
  return `#/try/${run}`;
}

async function posted(at: string, place: string, body: unknown): Promise<unknown> {
  const answer = await fetch(`${at}api/${place}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${place}: ${answer.status} ${await answer.text()}`);
  return await answer.json();
}

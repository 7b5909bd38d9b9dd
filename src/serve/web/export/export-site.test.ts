/**
 * The exported site: every answer the server would give is a file, with the policy and the state in the page; a damaged run
 * is told and stops nothing; who is stopped leaves the site of before; and nobody else's directory is touched.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryDirectory } from '../../../journal/fixtures/temporary-directory.ts';
import { openJournal } from '../../../journal/open-journal.ts';
import type { RunList } from '../../../view/api/runs.ts';
import { Workplace } from '../../../view/workplace.ts';
import { createWebApp } from '../web-app.ts';
import { everyInstance } from './every-instance.ts';
import { exportSite } from './export-site.ts';
import { ForeignDirectoryError } from './site-place.ts';

function setting(context: TestContext) {
  const root = temporaryDirectory(context);
  const [folder, appDirectory, directory] = ['runs', 'app', 'site'].map((name) => path.join(root, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(path.join(folder, 'broken'), { recursive: true });
  writeFileSync(path.join(folder, 'broken', 'recipe.yaml'), 'name: [');
  mkdirSync(path.join(appDirectory, 'assets'), { recursive: true });
  const page =
    '<html lang="en"><head><meta charset="utf-8"></head><body><div id="app"></div><script type="module" src="./assets/a.js"></script>';
  writeFileSync(path.join(appDirectory, 'index.html'), page);
  writeFileSync(path.join(appDirectory, 'assets', 'a.js'), 'export {}');
  return { folder, appDirectory, directory };
}

const json = (...parts: string[]): unknown => JSON.parse(readFileSync(path.join(...parts), 'utf8'));

test('every answer is a file, that of a damaged run has its reason, and the page knows that it has no server', async (context) => {
  const { folder, appDirectory, directory } = setting(context);
  const journal = await openJournal(path.join(folder, 'broken'));
  await journal.close();
  const site = await exportSite({ folder, appDirectory, directory });
  const list = json(directory, 'api', 'runs.json') as RunList;
  assert.equal(list.isStatic, true);
  assert.deepEqual(
    list.runs.map(({ id, state }) => [id, state]),
    [['broken', 'damaged']],
  );
  const workplace = new Workplace({ folder });
  context.after(() => workplace.close());
  const app = createWebApp({ workplace, appDirectory, host: '127.0.0.1' });
  for (const place of ['runs/broken/recipe.json', 'runs/broken/spend.json', 'grades/queues.json']) {
    const served = await app.request(`/api/${place}`, { headers: { host: 'localhost' } });
    assert.deepEqual(json(directory, 'api', place), await served.json(), place);
  }
  const page = readFileSync(path.join(directory, 'index.html'), 'utf8');
  assert.match(page, /<html lang="en" data-static="true">/);
  assert.match(
    page,
    /<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self'/,
  );
  assert.doesNotMatch(page, /unsafe-eval|script-src[^;]*inline|frame-ancestors/);
  assert.match(page, /qed serve --export/);
  const record = json(directory, 'export.json') as { readonly files: number };
  assert.equal(record.files, site.files);
  assert.ok(existsSync(path.join(directory, '.nojekyll')));
});

test('an earlier export is replaced as a whole, and files of others in it stay', async (context) => {
  const { folder, appDirectory, directory } = setting(context);
  await exportSite({ folder, appDirectory, directory });
  writeFileSync(path.join(directory, 'CNAME'), 'example.org');
  writeFileSync(path.join(directory, 'api', 'stale.json'), '{}');
  await exportSite({ folder, appDirectory, directory });
  assert.deepEqual(readdirSync(directory).sort(), [
    '.nojekyll',
    'CNAME',
    'api',
    'assets',
    'export.json',
    'index.html',
  ]);
  assert.ok(!existsSync(path.join(directory, 'api', 'stale.json')));
});

test('a directory with files of others is refused and left alone; hidden files do not count', async (context) => {
  const { folder, appDirectory, directory } = setting(context);
  mkdirSync(path.join(directory, '.git'), { recursive: true });
  writeFileSync(path.join(directory, 'thesis.tex'), 'years of work');
  await assert.rejects(exportSite({ folder, appDirectory, directory }), (error) => {
    assert.ok(error instanceof ForeignDirectoryError);
    assert.match(error.message, /thesis\.tex/);
    return true;
  });
  assert.deepEqual(readdirSync(directory).sort(), ['.git', 'thesis.tex']);
  const hidden = `${directory}-2`;
  mkdirSync(path.join(hidden, '.git'), { recursive: true });
  await exportSite({ folder, appDirectory, directory: hidden });
  assert.ok(existsSync(path.join(hidden, '.git')));
});

test('an export that is stopped at any file leaves the site of before, and the next one is whole', async (context) => {
  const { folder, appDirectory, directory } = setting(context);
  const { files } = await exportSite({ folder, appDirectory, directory });
  assert.ok(files >= 3);
  const before = readFileSync(path.join(directory, 'export.json'), 'utf8');
  for (let stop = 1; stop < files; stop += 1) {
    const control = new AbortController();
    const onFile = (count: number): void => {
      if (count === stop) control.abort();
    };
    await assert.rejects(exportSite({ folder, appDirectory, directory, onFile, signal: control.signal }));
    assert.equal(readFileSync(path.join(directory, 'export.json'), 'utf8'), before);
  }
  const fresh = `${directory}-fresh`;
  // What a kill leaves behind: a directory of what was being made, and no record.
  mkdirSync(path.join(fresh, '.qed-export', 'api'), { recursive: true });
  await exportSite({ folder, appDirectory, directory: fresh });
  assert.ok(existsSync(path.join(fresh, 'export.json')));
  assert.ok(!existsSync(path.join(fresh, '.qed-export')));
});

test('a run whose names cannot be listed keeps no other back', async (context) => {
  const { folder } = setting(context);
  mkdirSync(path.join(folder, 'other'));
  writeFileSync(path.join(folder, 'other', 'recipe.yaml'), 'name: [');
  const workplace = new Workplace({ folder });
  context.after(() => workplace.close());
  const troubles: string[] = [];
  const found: string[] = [];
  const instances = everyInstance({
    ...{ pattern: 'runs/:run/pages/:page.json', workplace },
    only: (run) => new Workplace({ folder, only: run }),
    onTrouble: (what) => troubles.push(what),
    resource: {
      read: () => Promise.reject(new Error('not asked')),
      *instances(place) {
        for (const { id } of place.runs()) {
          if (id === 'broken') throw new Error('its journal is damaged');
          yield { run: id, page: '0' };
        }
      },
    },
  });
  for await (const { names } of instances) found.push(`${names.run}/${names.page}`);
  assert.deepEqual(found, ['other/0']);
  assert.deepEqual(troubles, ['runs/:run/pages/:page.json of broken']);
});

/**
 * Every page in a headless Chromium over real runs: the checks in pages/, in one browser and one folder. Skipped, saying so,
 * where there is no Chromium (QED_CHROMIUM names one, else it is looked for on the PATH).
 */
import { globSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromiumPath } from './chromium-path.ts';
import { type FixtureFolder, makeFixtureFolder } from './fixture-folder.ts';
import { type Check, ServedSite } from './site.ts';

const executable = chromiumPath();
const directory = fileURLToPath(new URL('pages/', import.meta.url));
const files = globSync('*.ts', { cwd: directory }).sort();

if (executable === undefined) {
  test('pages in a browser', { skip: 'no Chromium: name one with QED_CHROMIUM' }, () => {});
} else {
  let fixture: FixtureFolder;
  let site: ServedSite;
  before(async () => {
    fixture = await makeFixtureFolder();
    site = await ServedSite.start(fixture, executable);
  });
  after(async () => {
    await site?.close();
    await fixture?.remove();
  });
  for (const file of files) {
    const { checks } = (await import(pathToFileURL(path.join(directory, file)).href)) as {
      readonly checks: readonly Check[];
    };
    describe(path.basename(file, '.ts'), () => {
      for (const check of checks) test(check.title, async () => await check.run(site));
    });
  }
}

/** Putting a site in place, stopped before each of its moves: the next export finds a whole site, the one of before or the new one. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../../../journal/fixtures/temporary-directory.ts';
import { SitePlace } from './site-place.ts';

/** The files that say which site it is; the one of before has a file that the new one has not. */
function write(directory: string, site: string): void {
  const folders = site === 'before' ? ['api', 'assets', 'files'] : ['api', 'assets'];
  for (const folder of folders) {
    mkdirSync(path.join(directory, folder));
    writeFileSync(path.join(directory, folder, 'a.json'), site);
  }
  for (const file of ['export.json', 'index.html']) writeFileSync(path.join(directory, file), site);
}

function read(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      return `${path.relative(directory, file)}: ${readFileSync(file, 'utf8')}`;
    })
    .sort();
}

test('a site is whole after a stop before any move, the one of before or the new one', async (context) => {
  const whole = (site: string): string[] => {
    const directory = temporaryDirectory(context);
    write(directory, site);
    return read(directory);
  };
  const [before, after] = [whole('before'), whole('after')];
  const found = new Set<string>();
  for (let allowed = 0, isDone = false; !isDone; allowed += 1) {
    const directory = temporaryDirectory(context);
    write(directory, 'before');
    const place = await SitePlace.take(directory);
    write(place.making, 'after');
    let moves = 0;
    const stopped = place.finish(async (from, to) => {
      if (moves === allowed) throw new Error('stopped');
      moves += 1;
      renameSync(from, to);
    });
    isDone = await stopped.then(
      () => true,
      () => false,
    );
    const next = await SitePlace.take(directory);
    await next.abandon();
    const site = read(directory);
    const which = JSON.stringify(site) === JSON.stringify(before) ? 'before' : 'after';
    assert.deepEqual(site, which === 'before' ? before : after, `stopped before move ${allowed}`);
    found.add(which);
  }
  assert.deepEqual([...found], ['before', 'after']);
});

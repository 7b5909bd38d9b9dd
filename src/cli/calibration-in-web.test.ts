/** Tables of drift and injections made of `calibration.json` are those that the command printed, to the letter. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { markdownTable } from '../bench/tables/markdown-table.ts';
import { temporaryDirectory } from '../journal/fixtures/temporary-directory.ts';
import { calibrationTablesPage } from '../view/data/calibration-tables.ts';
import { driftAndInjectionsSchema, driftAndInjectionTables } from '../view/data/drift-and-injections.ts';
import { Workplace } from '../view/workplace.ts';
import { runCommand } from './fixtures/run-command.ts';

test('a calibration with attacks and a drift check are shown as they were printed', async (context) => {
  const folder = temporaryDirectory(context);
  const calibrate = async (...args: string[]): Promise<string> => {
    const { code, out, err } = await runCommand(['calibrate', ...args, '--format', 'markdown'], {
      directory: folder,
    });
    assert.equal(code, 0, err);
    return out;
  };
  const set = ['--judge', 'noisy', '--on', 'lab(problems=8,proofs=4)'];
  const attacked = await calibrate(...set, '--injections', '4', '--pin', 'pin.json', '--run', 'attacked');
  const drifted = await calibrate('--drift', 'pin.json', '--check', 'one', '--run', 'drifted');
  const of = (run: string) =>
    driftAndInjectionTables(
      driftAndInjectionsSchema.parse(
        JSON.parse(readFileSync(path.join(folder, run, 'calibration.json'), 'utf8')),
      ),
    );
  const { injections } = of('attacked');
  assert.equal(injections.length, 2);
  for (const table of injections) assert.ok(attacked.includes(markdownTable(table)), table.title);
  const { drift } = of('drifted');
  assert.equal(drift.length, 1);
  for (const table of drift) assert.ok(drifted.includes(markdownTable(table)), table.title);
  const workplace = new Workplace({ folder });
  context.after(() => workplace.close());
  const titles = async (run: string): Promise<string[]> =>
    (await calibrationTablesPage.read(workplace, { run })).tables.map(({ title }) => title);
  assert.match((await titles('attacked')).join('; '), /judges against people.*attacks planted.*rise by kind/);
  assert.match((await titles('drifted')).join('; '), /^Drift since the pin; .*judges against people/);
});

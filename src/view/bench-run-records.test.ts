/** Records of a benchmark run that goes on: what was recorded since is read, once, and they are those of a first reading. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { recordedProblems, recordRun } from '../bench/fixtures/recorded-run.ts';
import { BenchRecords } from '../bench/records.ts';
import { temporaryDirectory } from '../journal/fixtures/temporary-directory.ts';
import { JournalReader } from '../journal/journal-reader.ts';
import { benchRunRecords } from './bench-run-records.ts';
import { runList } from './runs/run-list.ts';
import { Workplace } from './workplace.ts';

const problems = recordedProblems(4);

test('a run that goes on is read on from where it was, by two at once too, and summed up as it stands', async (context) => {
  const folder = temporaryDirectory(context);
  const directory = path.join(folder, 'b');
  const add = async (points: number | null, judge = 'one'): Promise<void> =>
    await recordRun(directory, { problems, points_P_R: problems.map(() => [points]), judge });
  await add(null);
  const workplace = new Workplace({ folder });
  context.after(() => workplace.close());
  const pages = context.mock.method(JournalReader.prototype, 'valuePages');
  const rowsRead = (): number =>
    pages.mock.calls.filter(({ arguments: [, after] }) => Number(after) === 0).length;
  const first = await benchRunRecords(workplace, 'b');
  assert.equal(first.judges().length, 1);
  const fromTheStart = rowsRead();
  await add(7, 'two');
  const [second, third] = await Promise.all([
    benchRunRecords(workplace, 'b'),
    benchRunRecords(workplace, 'b'),
  ]);
  assert.equal(second, third);
  assert.equal(rowsRead(), fromTheStart, 'nothing is read from the start again');
  const reader = new JournalReader(directory);
  context.after(() => reader.close());
  const anew = await BenchRecords.read(reader);
  assert.deepEqual([...second.attempts()], [...anew.attempts()]);
  assert.deepEqual(second.judges(), anew.judges());
  const [run] = (await runList.read(workplace, {})).runs;
  assert.deepEqual([run?.score?.mean, run?.progress, run?.dollars], [100, 1, 4 * 0.51]);
  await add(0, 'three');
  assert.equal((await runList.read(workplace, {})).runs[0]?.score?.mean, 0);
});

test('another journal in the same place is another run', async (context) => {
  const folder = temporaryDirectory(context);
  const directory = path.join(folder, 'b');
  await recordRun(directory, { problems, points_P_R: problems.map(() => [7, 7]) });
  const workplace = new Workplace({ folder });
  context.after(() => workplace.close());
  assert.equal([...(await benchRunRecords(workplace, 'b')).attempts()].length, 8);
  rmSync(directory, { recursive: true });
  await recordRun(directory, { problems, points_P_R: problems.map(() => [7]) });
  assert.equal([...(await benchRunRecords(workplace, 'b')).attempts()].length, 4);
});

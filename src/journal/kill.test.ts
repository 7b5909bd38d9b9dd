import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { Random } from '../stats/random.ts';
import { stateOf } from './fixtures/state.ts';
import { temporaryDirectory } from './fixtures/temporary-directory.ts';

const child = join(import.meta.dirname, 'fixtures', 'kill-child.ts');
const total = 1600;
const kills = 22;
const concurrency = 16;

interface Life {
  readonly killed: boolean;
  readonly acknowledged: readonly number[];
}

/** Runs the child and kills it once it has acknowledged `killAfter` effects (0: as soon as it has opened). */
async function live(directory: string, run: number, killAfter = Number.POSITIVE_INFINITY): Promise<Life> {
  const made = join(directory, 'made.txt');
  const process_ = spawn(
    process.execPath,
    ['--no-warnings', child, join(directory, 'run'), made, `${run}`, `${total}`],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const exited = new Promise<NodeJS.Signals | null>((resolve) => {
    process_.on('close', (_, signal) => resolve(signal));
  });
  const acknowledged: number[] = [];
  let done = false;
  for await (const line of createInterface({ input: process_.stdout })) {
    if (line.startsWith('ack ')) acknowledged.push(Number(line.slice(4)));
    if (line === 'done') done = true;
    else if (acknowledged.length >= killAfter) process_.kill('SIGKILL');
  }
  const killed = (await exited) === 'SIGKILL';
  assert.ok(killed || done, 'the child neither finished nor was killed');
  return { killed, acknowledged };
}

test('PAY-ONCE: killed 22 times at random moments, no acknowledged effect is made again, and the end is the twin’s', async (t) => {
  const directory = temporaryDirectory(t);
  const twin = temporaryDirectory(t);
  const random = new Random('kill moments');
  const lives: Life[] = [];
  for (let run = 0; run < kills; run += 1) {
    lives.push(await live(directory, run, run % 6 === 5 ? 0 : 1 + (random.uint32() % 40)));
  }
  assert.equal(lives.filter(({ killed }) => killed).length, kills, 'every life but the last ends by SIGKILL');
  lives.push(await live(directory, kills));
  await live(twin, 0);
  assert.ok(!existsSync(join(directory, 'run', 'journal.db-wal')), 'closing folds the write-ahead log in');

  const madeIn = new Map<number, number[]>();
  const lines = readFileSync(join(directory, 'made.txt'), 'utf8').trim().split('\n');
  for (const line of lines) {
    const [run = -1, index = -1] = line.split(' ').map(Number);
    madeIn.set(index, [...(madeIn.get(index) ?? []), run]);
  }
  const acknowledged = new Set<number>();
  lives.forEach((life, run) => {
    for (const index of life.acknowledged) {
      assert.ok(!acknowledged.has(index), `effect ${index} was acknowledged as made twice`);
      acknowledged.add(index);
      assert.ok(
        (madeIn.get(index) ?? []).every((made) => made <= run),
        `effect ${index}, acknowledged in life ${run}, was made again`,
      );
    }
  });
  assert.equal(madeIn.size, total);
  assert.ok(lines.length - total <= kills * concurrency, 'a kill costs at most the calls in flight');

  assert.deepEqual(await stateOf(join(directory, 'run')), await stateOf(join(twin, 'run')));
  const database = new DatabaseSync(join(directory, 'run', 'journal.db'), { readOnly: true });
  assert.deepEqual({ ...database.prepare('PRAGMA integrity_check').get() }, { integrity_check: 'ok' });
  database.close();
});

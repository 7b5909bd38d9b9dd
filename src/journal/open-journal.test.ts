import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ConflictError, DiskFullError, JournalClosedError, RunDirectoryInUseError } from './errors.ts';
import { stateOf } from './fixtures/state.ts';
import { temporaryDirectory } from './fixtures/temporary-directory.ts';
import { JournalReader } from './journal-reader.ts';
import { openJournal } from './open-journal.ts';
import { isRunDirectoryHeld } from './run-lock.ts';

const moduleUrl = new URL('./open-journal.ts', import.meta.url).href;

test('PAY-ONCE: many concurrent effects through the thread, made once and replayed from a copy elsewhere', async (t) => {
  const directory = temporaryDirectory(t);
  const run = join(directory, 'run');
  const work = async (at: string, make: (index: number) => void) => {
    const journal = await openJournal(at);
    const results = await Promise.all(
      Array.from({ length: 3000 }, (_, index) =>
        journal.effect({ unit: `u${index >> 3}`, label: `${index & 7}`, request: { index } }, async () => {
          make(index);
          const value = { index };
          return index % 5 === 0 ? { value, payload: new Uint8Array(500).fill(index) } : { value };
        }),
      ),
    );
    const counts = journal.counts();
    await journal.close();
    return { results, counts };
  };
  const first = await work(run, () => undefined);
  assert.deepEqual(first.counts, { made: 3000, replayed: 0, failed: 0 });
  assert.deepEqual(readdirSync(run).sort(), ['blobs', 'journal.db', 'run.lock']);

  const copy = join(directory, 'elsewhere', 'copy');
  cpSync(run, copy, { recursive: true });
  const second = await work(copy, (index) => assert.fail(`effect ${index} is made again`));
  assert.deepEqual(second.counts, { made: 0, replayed: 3000, failed: 0 });
  assert.deepEqual(
    second.results,
    first.results.map((result) => ({ ...result, replayed: true })),
  );
});

test('events keep the order of the calls, and a conflict fails only its own call', async (t) => {
  const journal = await openJournal(temporaryDirectory(t));
  const keys = Array.from({ length: 500 }, (_, index) => `${index % 400}`);
  const outcomes = await Promise.allSettled(
    keys.map((key, index) => journal.append('s', key, { value: index % 2 === 0 ? Number(key) : index })),
  );
  const conflicts = outcomes.flatMap((outcome, index) => (outcome.status === 'rejected' ? [index] : []));
  assert.deepEqual(
    conflicts,
    Array.from({ length: 50 }, (_, index) => 401 + 2 * index),
  );
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') assert.ok(outcome.reason instanceof ConflictError);
  }
  const read: string[] = [];
  for await (const { key } of journal.events('s')) read.push(key);
  assert.deepEqual(read, keys.slice(0, 400));
  await journal.close();
});

test('the caller may go on writing to its payload, and gets it back', async (t) => {
  const journal = await openJournal(temporaryDirectory(t));
  const arena = new Uint8Array(1000).fill(1);
  const payload = arena.subarray(10, 20);
  const append = journal.append('s', 'k', { value: null, payload });
  arena.fill(2);
  await append;
  assert.equal(arena.byteLength, 1000, 'it was not taken away');
  assert.deepEqual((await journal.find('s', 'k'))?.payload, new Uint8Array(10).fill(1));
  await journal.close();
});

test('DISK-FULL: the error crosses the thread with its type and path, and the run continues after reopening', async (t) => {
  const directory = temporaryDirectory(t);
  const full = await openJournal(directory, { mostPages: 30 });
  const acknowledged: number[] = [];
  const fill = async (): Promise<void> => {
    for (let index = 0; index < 200; index += 1) {
      await full.append('s', `${index}`, { value: 'x'.repeat(1500) });
      acknowledged.push(index);
    }
  };
  await assert.rejects(
    fill(),
    (error) =>
      error instanceof DiskFullError &&
      error.path === join(directory, 'journal.db') &&
      typeof error.availableBytes === 'number',
  );
  assert.ok(acknowledged.length > 5);
  await full.close();
  const journal = await openJournal(directory);
  for (const index of acknowledged) assert.ok((await journal.find('s', `${index}`)) !== undefined);
  await journal.append('s', 'after', { value: 1 });
  await journal.close();
});

test('a directory held by another process is refused with its PID, and free as soon as that is killed', async (t) => {
  const directory = temporaryDirectory(t);
  const code = `import { openJournal } from ${JSON.stringify(moduleUrl)};
    await openJournal(process.argv[1]); console.log('open'); setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', code, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => holder.kill('SIGKILL'));
  const ended = new Promise((resolve) => holder.once('close', resolve));
  const said = await Promise.race([new Promise((resolve) => holder.stdout.once('data', resolve)), ended]);
  assert.equal(`${said}`, 'open\n');
  await assert.rejects(
    openJournal(directory),
    (error) =>
      error instanceof RunDirectoryInUseError &&
      error.pid === holder.pid &&
      /is in use by process \d+ since \d{4}-/.test(error.message),
  );
  const reader = new JournalReader(directory);
  assert.deepEqual(reader.streams(), [], 'reading is not refused');
  assert.equal(reader.holder()?.pid, holder.pid);
  reader.close();
  assert.ok(isRunDirectoryHeld(directory));
  holder.kill('SIGKILL');
  await ended;
  assert.ok(!isRunDirectoryHeld(directory), 'the number of a dead process stays behind, and holds nothing');
  await (await openJournal(directory)).close();
});

test('a reader beside a writer tells the last event, their number, and that something has changed', async (t) => {
  const directory = temporaryDirectory(t);
  const journal = await openJournal(directory);
  const reader = new JournalReader(directory);
  t.after(() => reader.close());
  assert.equal(reader.last('s'), undefined);
  const revisions = [reader.revision()];
  for (const key of ['b', 'a']) {
    await journal.append('s', key, { value: key });
    revisions.push(reader.revision());
  }
  await journal.effect({ unit: 'u', label: 'l', request: null }, async () => ({ value: 1 }));
  revisions.push(reader.revision());
  assert.equal(new Set(revisions).size, 4);
  assert.equal(reader.revision(), revisions.at(-1));
  assert.equal(reader.last('s')?.key, 'a');
  assert.equal(reader.count('s'), 2);
  await journal.close();
});

test('a process that forgets to close ends all the same, with everything acknowledged on disk', async (t) => {
  const directory = temporaryDirectory(t);
  const code = `import { openJournal } from ${JSON.stringify(moduleUrl)};
    const journal = await openJournal(process.argv[1]);
    await journal.append('s', 'k', { value: 1 });`;
  const { status } = spawnSync(
    process.execPath,
    ['--no-warnings', '--input-type=module', '-e', code, directory],
    {
      timeout: 60_000,
      stdio: 'inherit',
    },
  );
  assert.equal(status, 0);
  assert.deepEqual((await stateOf(directory)).events, { 's k': '1 none' });
});

test('closing commits what was asked for before, and refuses what comes after', async (t) => {
  const directory = temporaryDirectory(t);
  const journal = await openJournal(directory);
  const before = journal.append('s', 'before', { value: 1 });
  const { promise: answer, resolve: answerNow } = Promise.withResolvers<{ value: number }>();
  const inFlight = journal.effect({ unit: 'u', label: 'l', request: 1 }, () => answer);
  const closing = journal.close();
  answerNow({ value: 1 });
  await assert.rejects(inFlight, JournalClosedError);
  await Promise.all([before, closing, journal.close()]);
  assert.deepEqual(await stateOf(directory), { effects: {}, events: { 's before': '1 none' } });
});

import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { Random } from '../stats/random.ts';
import { nodePackFiles, type PackFiles } from './blobs-pack.ts';
import { schemaVersion } from './database.ts';
import { DiskFullError, NewerFormatError, RunDirectoryInUseError } from './errors.ts';
import { failingPackFiles } from './fixtures/failing-pack-files.ts';
import { openInProcess } from './fixtures/in-process-journal.ts';
import { stateOf } from './fixtures/state.ts';
import { temporaryDirectory } from './fixtures/temporary-directory.ts';
import type { Entry } from './journal.ts';
import type { JournalWriterOptions } from './journal-writer.ts';
import { JournalWriter } from './journal-writer.ts';

const effects = 8;

function entryOf(index: number, longestText = 300): Entry {
  const random = new Random('entry', index);
  const payload = Uint8Array.from({ length: 300 }, () => random.uint32());
  return { value: { index, text: 'x'.repeat(random.uint32() % longestText) }, payload };
}

interface WorkOptions extends JournalWriterOptions {
  readonly longestText?: number;
}

/** A small run: each effect, then its event. Calls `acknowledged` when an effect is, `made` when it is made. */
async function work(
  directory: string,
  { longestText = 300, ...options }: WorkOptions,
  made: (index: number) => void,
  acknowledged: (index: number) => void,
): Promise<void> {
  const journal = openInProcess(directory, { packBytes: 900, longestValue: 100, ...options });
  try {
    for (let index = 0; index < effects; index += 1) {
      const entry = await journal.effect({ unit: 'u', label: `${index}`, request: index }, async () => {
        made(index);
        return entryOf(index, longestText);
      });
      acknowledged(index);
      await journal.append('done', `${index}`, entry);
    }
  } finally {
    await journal.close();
  }
}

/** Runs `work` under a fault and again without: nothing acknowledged is made again, and the end is the twin's. */
async function workThroughFault(directory: string, options: WorkOptions): Promise<unknown> {
  const acknowledged = new Set<number>();
  let fault: unknown;
  try {
    await work(
      directory,
      options,
      () => undefined,
      (index) => acknowledged.add(index),
    );
  } catch (error) {
    fault = error;
  }
  await work(
    directory,
    options.longestText === undefined ? {} : { longestText: options.longestText },
    (index) => assert.ok(!acknowledged.has(index), `effect ${index} was acknowledged and is made again`),
    () => undefined,
  );
  return fault;
}

test('PAY-ONCE: the n-th operation on packs fails, for every n until none does', async (t) => {
  const directory = temporaryDirectory(t);
  await work(
    join(directory, 'twin'),
    {},
    () => undefined,
    () => undefined,
  );
  const twin = await stateOf(join(directory, 'twin'));
  let clean = 0;
  for (let n = 1; clean === 0; n += 1) {
    const files = failingPackFiles(n, n % 2 === 0 ? 'EIO' : 'ENOSPC');
    const run = join(directory, `${n}`);
    const fault = await workThroughFault(run, { files });
    assert.deepEqual(await stateOf(run), twin, `failure ${n}`);
    if (!files.failed()) clean = n;
    else if (n % 2 === 1) assert.ok(fault instanceof DiskFullError, `${fault}`);
    else assert.match(String(fault), /EIO/);
    rmSync(run, { recursive: true });
  }
  assert.ok(clean > 50, `only ${clean} operations`);
});

test('DISK-FULL: journal.db may not grow beyond n pages, for every n until it suffices', async (t) => {
  const directory = temporaryDirectory(t);
  await work(
    join(directory, 'twin'),
    { longestText: 4000 },
    () => undefined,
    () => undefined,
  );
  const twin = await stateOf(join(directory, 'twin'));
  let faults = 0;
  for (let mostPages = 12; ; mostPages += 1) {
    const run = join(directory, `${mostPages}`);
    const fault = await workThroughFault(run, { mostPages, longestValue: 5000, longestText: 4000 });
    assert.deepEqual(await stateOf(run), twin);
    rmSync(run, { recursive: true });
    if (fault === undefined) break;
    assert.ok(fault instanceof DiskFullError);
    assert.equal(fault.path, join(run, 'journal.db'));
    assert.match(fault.message, /bytes free/);
    faults += 1;
  }
  assert.ok(faults > 3, `only ${faults} limits were met`);
});

test('after a failure every later write is refused with the same error', async (t) => {
  const directory = temporaryDirectory(t);
  const journal = openInProcess(directory, { files: failingPackFiles(2, 'ENOSPC') });
  await journal.append('s', 'small', { value: 1 });
  await assert.rejects(journal.append('s', 'large', entryOf(1)), DiskFullError);
  await assert.rejects(journal.append('s', 'small again', { value: 1 }), DiskFullError);
  const failing = journal.effect({ unit: 'u', label: 'l', request: 1 }, async () => {
    throw new Error('no answer');
  });
  await assert.rejects(failing, (error) => error instanceof AggregateError && error.errors.length === 2);
  const nested = journal.effect({ unit: 'u', label: 'nested', request: 1 }, async () => {
    await journal.append('s', 'inside', { value: 1 });
    return { value: 1 };
  });
  await assert.rejects(nested, DiskFullError);
  assert.equal((await journal.find('s', 'small'))?.value, 1);
  assert.equal(await journal.find('s', 'large'), undefined);
  await journal.close();
});

test('PAY-ONCE: every row names bytes that were synced before it (power cut after every commit)', async (t) => {
  const directory = temporaryDirectory(t);
  const run = join(directory, 'run');
  /** What a power cut leaves of each pack: nothing until its directory entry is synced, then the synced bytes. */
  const synced = new Map<string, number>();
  const entries = new Set<string>();
  const paths = new Map<number, string>();
  const files: PackFiles = {
    ...nodePackFiles,
    open(path, mode) {
      const file = nodePackFiles.open(path, mode);
      paths.set(file, path);
      return file;
    },
    sync(file) {
      nodePackFiles.sync(file);
      synced.set(paths.get(file) ?? '', nodePackFiles.size(file));
    },
    syncDirectory() {
      for (const path of synced.keys()) entries.add(path);
    },
  };
  let cuts = 0;
  const powerCut = async (index: number): Promise<void> => {
    cuts += 1;
    const after = join(directory, 'after');
    cpSync(run, after, { recursive: true });
    for (const name of readdirSync(join(after, 'blobs'))) {
      const path = join(run, 'blobs', name);
      if (entries.has(path)) truncateSync(join(after, 'blobs', name), synced.get(path) ?? 0);
      else rmSync(join(after, 'blobs', name));
    }
    const state = await stateOf(after);
    assert.equal(Object.keys(state.effects).length, index + 1);
    rmSync(after, { recursive: true });
  };
  const journal = openInProcess(run, { files, packBytes: 900, longestValue: 100 });
  for (let index = 0; index < effects; index += 1) {
    await journal.effect({ unit: 'u', label: `${index}`, request: index }, async () => entryOf(index));
    await powerCut(index);
  }
  await journal.close();
  assert.equal(cuts, effects);
});

test('long values leave the rows and come back', async (t) => {
  const directory = temporaryDirectory(t);
  const value = { text: 'é'.repeat(50_000) };
  const journal = openInProcess(directory);
  await journal.append('s', 'k', { value });
  assert.deepEqual((await journal.find('s', 'k'))?.value, value);
  await journal.close();
  assert.ok(readFileSync(join(directory, 'journal.db')).byteLength < 100_000);
});

test('a journal of a newer format is refused by writer and reader, and left as it is', async (t) => {
  const directory = temporaryDirectory(t);
  await openInProcess(directory).close();
  const database = new DatabaseSync(join(directory, 'journal.db'));
  database.exec(`PRAGMA user_version = ${schemaVersion + 1}`);
  database.close();
  const newer = (error: unknown): boolean =>
    error instanceof NewerFormatError && /reads up to \d+. Continue with a newer QED/.test(error.message);
  assert.throws(() => new JournalWriter(directory), newer);
  assert.throws(() => new JournalWriter(directory), newer, 'the lock was released');
  await assert.rejects(stateOf(directory), newer);
});

test('one writer at a time, and refusing a second one does not disturb the first', async (t) => {
  const directory = temporaryDirectory(t);
  const first = new JournalWriter(directory);
  assert.throws(
    () => new JournalWriter(directory),
    (error) =>
      error instanceof RunDirectoryInUseError && error.pid === process.pid && error.since !== undefined,
  );
  assert.throws(() => new JournalWriter(directory), RunDirectoryInUseError);
  first.close();
  new JournalWriter(directory).close();
  assert.ok(!existsSync(join(directory, 'journal.db-wal')));
});

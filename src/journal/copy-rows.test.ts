import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { copyRows } from './copy-rows.ts';
import { ConflictError } from './errors.ts';
import { temporaryDirectory } from './fixtures/temporary-directory.ts';
import { JournalReader } from './journal-reader.ts';
import { openJournal } from './open-journal.ts';

const bytes = new Uint8Array(3000).fill(7);
const ofA = {
  event: (stream: string, key: string) => stream === 'a/step' || (stream === 'stage' && key === 'a'),
  effect: (unit: string) => unit.startsWith('a/'),
};

/** A run with stages `a` and `b`. */
async function made(directory: string): Promise<string> {
  const journal = await openJournal(directory);
  for (const stage of ['a', 'b']) {
    for (let i = 0; i < 600; i += 1) {
      await journal.append(`${stage}/step`, String(i), {
        value: { i, long: 'x'.repeat(i === 5 ? 5000 : 1) },
      });
    }
    const request = { stage };
    await journal.effect({ unit: `${stage}/0`, label: 'call', request }, async () => ({
      value: 1,
      payload: bytes,
    }));
    const fails = journal.effect({ unit: `${stage}/1`, label: 'call', request }, () =>
      Promise.reject(new Error('no')),
    );
    await assert.rejects(fails, /no/);
    await journal.append('stage', stage, { value: 'done' });
  }
  await journal.close();
  return directory;
}

test('PAY-ONCE: what was made in one run is on record in another, under the same key, once', async (t) => {
  const directory = temporaryDirectory(t);
  const from = await made(join(directory, 'from'));
  const to = join(directory, 'to');
  assert.deepEqual(await copyRows(from, to, ofA), { events: 601, effects: 1 });
  const reader = new JournalReader(to);
  assert.deepEqual(reader.streams(), ['a/step', 'stage']);
  const steps: number[] = [];
  for await (const { key } of reader.events('a/step')) steps.push(Number(key));
  assert.deepEqual(
    steps,
    Array.from({ length: 600 }, (_, i) => i),
  );
  const { long } = (reader.find('a/step', '5')?.value ?? {}) as { long?: string };
  assert.equal(long?.length, 5000);
  reader.close();

  // Again, as after a kill: nothing is doubled.
  assert.equal((await copyRows(from, to, ofA)).effects, 0);
  const journal = await openJournal(to);
  const again = await journal.effect({ unit: 'a/0', label: 'call', request: { stage: 'a' } }, () =>
    assert.fail('made again'),
  );
  assert.deepEqual(again, { value: 1, payload: bytes, replayed: true });
  await journal.close();
  const after = new JournalReader(to);
  const failures: string[] = [];
  for await (const { unit, error } of after.failures()) failures.push(`${unit} ${error.message}`);
  assert.deepEqual(failures, ['a/1 no']);
  after.close();
});

test('a run that has another event of the same name is not written over', async (t) => {
  const directory = temporaryDirectory(t);
  const from = await made(join(directory, 'from'));
  const to = join(directory, 'to');
  const journal = await openJournal(to);
  await journal.append('a/step', '3', { value: 'another' });
  await journal.close();
  await assert.rejects(copyRows(from, to, ofA), ConflictError);
  const reader = new JournalReader(to);
  assert.equal(reader.find('a/step', '3')?.value, 'another');
  reader.close();
});

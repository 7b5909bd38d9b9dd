/** A reader goes on after what it has seen, and counts without reading. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openInProcess } from './fixtures/in-process-journal.ts';
import { temporaryDirectory } from './fixtures/temporary-directory.ts';
import { JournalReader } from './journal-reader.ts';
import { openJournal } from './open-journal.ts';

test('values, failures and counts of what came after a sequence number, over more than one page of rows', async (context) => {
  const directory = temporaryDirectory(context);
  const journal = openInProcess(directory);
  const reader = new JournalReader(directory);
  try {
    const rows = 300;
    const append = async (stream: string, from: number): Promise<void> => {
      for (let i = from; i < from + rows; i += 1) await journal.append(stream, String(i), { value: i });
    };
    const fail = async (label: string): Promise<void> =>
      await assert.rejects(
        journal.effect({ unit: 'u/1', label, request: 1 }, async () => {
          throw new Error(label);
        }),
      );
    const keysAfter = async (sequence: number): Promise<{ keys: string[]; last: number }> => {
      const keys: string[] = [];
      let last = sequence;
      for await (const event of reader.values('steps', sequence)) {
        keys.push(event.key);
        last = event.sequence;
      }
      return { keys, last };
    };
    await append('steps', 0);
    await append('others', 0);
    const first = await keysAfter(0);
    assert.equal(first.keys.length, rows);
    assert.deepEqual(await keysAfter(first.last), { keys: [], last: first.last });
    await append('steps', rows);
    const more = await keysAfter(first.last);
    assert.deepEqual([more.keys.length, more.keys[0], more.keys.at(-1)], [rows, '300', '599']);

    await fail('a');
    await fail('b');
    const labels: string[] = [];
    for await (const { label } of reader.failures(1)) labels.push(label);
    assert.deepEqual(labels, ['b']);

    for (const unit of ['rl/1/0', 'rl/1/1', 'rl/10/0', 'rl/2/0']) {
      await journal.effect({ unit, label: 'attempt', request: 1 }, async () => ({ value: 1 }));
    }
    await journal.effect({ unit: 'rl/1/0', label: 'grade', request: 1 }, async () => ({ value: 1 }));
    assert.deepEqual(
      [...reader.countEffectsBelow('rl/1/')],
      [
        ['attempt', 2],
        ['grade', 1],
      ],
    );
    assert.deepEqual([...reader.countEffectsBelow('rc/')], []);
  } finally {
    reader.close();
    await journal.close();
  }
});

test('values by the page: all of a stream in order, those that lie in blobs too, and only what came after', async (context) => {
  const directory = temporaryDirectory(context);
  const journal = await openJournal(directory);
  const reader = new JournalReader(directory);
  try {
    const rows = 1003;
    const values = Array.from({ length: rows }, (_, i) => ({
      i,
      text: i === 1001 ? 'long '.repeat(100_000) : `"${i}" é`,
    }));
    // At once, so that they share commits.
    await Promise.all(
      values.flatMap((value) => [
        journal.append('others', String(value.i), { value: -1 }),
        journal.append('steps', String(value.i), { value }),
      ]),
    );
    const pages = [...reader.valuePages('steps')];
    assert.deepEqual(
      pages.map((page) => page.values.length),
      [1000, 3],
    );
    assert.deepEqual(
      pages.flatMap((page) => page.values),
      values,
    );
    const last = pages.at(-1)?.last ?? 0;
    assert.deepEqual([...reader.valuePages('steps', last)], []);
    assert.deepEqual([...reader.valuePages('nothing')], []);
    await journal.append('steps', 'more', { value: 'more' });
    assert.deepEqual(
      [...reader.valuePages('steps', last)].flatMap((page) => page.values),
      ['more'],
    );
  } finally {
    reader.close();
    await journal.close();
  }
});

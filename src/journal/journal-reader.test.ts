/** A reader goes on after what it has seen, and counts without reading. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openInProcess } from './fixtures/in-process-journal.ts';
import { temporaryDirectory } from './fixtures/temporary-directory.ts';
import { JournalReader } from './journal-reader.ts';

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

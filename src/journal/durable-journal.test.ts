import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { ConflictError, JournalClosedError, SameLabelError } from './errors.ts';
import { openInProcess } from './fixtures/in-process-journal.ts';
import { temporaryDirectory } from './fixtures/temporary-directory.ts';
import type { Entry, Journal, Json } from './journal.ts';
import { JournalReader } from './journal-reader.ts';

type Step =
  | { readonly kind: 'effect'; readonly label: string; readonly entry: Entry; readonly fails: boolean }
  | { readonly kind: 'append'; readonly stream: string; readonly key: string; readonly entry: Entry }
  | { readonly kind: 'reopen' };

/** What a caller knows from what the journal answered: the live state. */
interface State {
  readonly effects: Map<string, Entry>;
  /** Per stream, its events in order. */
  readonly events: Map<string, [string, Entry][]>;
  readonly failures: string[];
}

const entry: fc.Arbitrary<Entry> = fc
  .record({
    value: fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as Json),
    payload: fc.option(fc.uint8Array({ maxLength: 400 }), { nil: undefined }),
  })
  .map(({ value, payload }) =>
    payload === undefined ? { value } : { value, payload: new Uint8Array(payload) },
  );
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('effect' as const),
      label: fc.constantFrom('a', 'b', 'c', 'd'),
      entry,
      fails: fc.boolean(),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      stream: fc.constantFrom('steps', 'spend'),
      key: fc.constantFrom('1', '2', '3'),
      entry,
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'reopen' as const }) },
);

async function rebuild(runDirectory: string): Promise<State> {
  const reader = new JournalReader(runDirectory);
  const state: State = { effects: new Map(), events: new Map(), failures: [] };
  for await (const { label, value, payload } of reader.effects()) {
    state.effects.set(label, payload === undefined ? { value } : { value, payload });
  }
  for (const stream of reader.streams()) {
    const events: [string, Entry][] = [];
    for await (const { key, stream: _stream, sequence: _sequence, ...rest } of reader.events(stream)) {
      events.push([key, rest]);
    }
    state.events.set(stream, events);
  }
  for await (const { label } of reader.failures()) state.failures.push(label);
  reader.close();
  return state;
}

test('REPLAY: after any history the state rebuilt from the journal equals the live state', async (t) => {
  const directory = temporaryDirectory(t);
  let histories = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      histories += 1;
      const run = join(directory, `${histories}`);
      // Small limits, so that long values and several packs come up.
      const open = (): Journal => openInProcess(run, { longestValue: 40, packBytes: 600 });
      let journal = open();
      let asked = new Set<string>();
      const live: State = { effects: new Map(), events: new Map(), failures: [] };
      for (const action of steps) {
        if (action.kind === 'reopen') {
          await journal.close();
          journal = open();
          asked = new Set();
        } else if (action.kind === 'append') {
          await appendLive(journal, live, action);
        } else {
          await effectLive(journal, live, asked, action);
        }
      }
      assert.deepEqual(await rebuild(run), live);
      await journal.close();
      assert.deepEqual(await rebuild(run), live);
    }),
    { numRuns: 60, seed: 7 },
  );
});

async function appendLive(journal: Journal, live: State, action: Step & { kind: 'append' }): Promise<void> {
  const events = live.events.get(action.stream) ?? [];
  const earlier = events.find(([key]) => key === action.key);
  const append = journal.append(action.stream, action.key, action.entry);
  if (earlier === undefined) {
    await append;
    live.events.set(action.stream, [...events, [action.key, action.entry]]);
  } else {
    const same = isDeepEqual(earlier[1], action.entry);
    if (same) await append;
    else await assert.rejects(append, ConflictError);
    await journal.append(action.stream, action.key, earlier[1]);
  }
  const found = await journal.find(action.stream, action.key);
  assert.deepEqual(found?.value, (earlier?.[1] ?? action.entry).value);
}

async function effectLive(
  journal: Journal,
  live: State,
  asked: Set<string>,
  { label, entry: made, fails }: Step & { kind: 'effect' },
): Promise<void> {
  const failure = new Error('no answer');
  const effect = journal.effect({ unit: 'u', label, request: { label } }, async () => {
    if (fails) throw failure;
    return made;
  });
  if (asked.has(label)) {
    await assert.rejects(effect, SameLabelError);
    return;
  }
  const recorded = live.effects.get(label);
  if (recorded === undefined && fails) {
    await assert.rejects(effect, failure);
    live.failures.push(label);
    return;
  }
  asked.add(label);
  assert.deepEqual(await effect, { ...(recorded ?? made), replayed: recorded !== undefined });
  if (recorded === undefined) live.effects.set(label, made);
}

function isDeepEqual(a: Entry, b: Entry): boolean {
  try {
    assert.deepEqual(a, b);
    return true;
  } catch {
    return false;
  }
}

test('an effect of another request, unit or label is another effect', async (t) => {
  const journal = openInProcess(temporaryDirectory(t));
  const names = [
    { unit: 'u', label: 'l', request: 1 },
    { unit: 'u', label: 'm', request: 1 },
    { unit: 'v', label: 'l', request: 1 },
    { unit: 'v/l', label: 'x', request: 1 },
    { unit: 'v', label: 'l/x', request: 1 },
  ];
  for (const name of names) await journal.effect(name, async () => ({ value: name }));
  assert.deepEqual(journal.counts(), { made: 5, replayed: 0, failed: 0 });
  await journal.close();
});

test('a changed request is made again in a later process, and both are kept', async (t) => {
  const directory = temporaryDirectory(t);
  for (const [request, replayed] of [
    ['old', false],
    ['new', false],
    ['old', true],
  ] as const) {
    const journal = openInProcess(directory);
    const result = await journal.effect({ unit: 'u', label: 'l', request }, async () => ({ value: request }));
    assert.deepEqual(result, { value: request, replayed });
    await journal.close();
  }
});

test('a value that is not JSON is a failed attempt, and the live value is what a replay reads', async (t) => {
  const journal = openInProcess(temporaryDirectory(t));
  const key = { unit: 'u', label: 'l', request: null };
  await assert.rejects(
    journal.effect(key, async () => ({ value: { score: Number.NaN } })),
    /\$\.score: NaN/,
  );
  const { value } = await journal.effect(key, async () => ({ value: { b: -0, a: 1 } }));
  assert.equal(JSON.stringify(value), '{"a":1,"b":0}');
  assert.ok(Object.is((value as { b: number }).b, 0));
  assert.deepEqual(journal.counts(), { made: 1, replayed: 0, failed: 1 });
  await journal.close();
});

test('two effects of one label at the same time are a bug, even before the first has ended', async (t) => {
  const journal = openInProcess(temporaryDirectory(t));
  const key = { unit: 'u', label: 'l', request: null };
  const first = journal.effect(key, async () => ({ value: 1 }));
  await assert.rejects(
    journal.effect(key, async () => ({ value: 2 })),
    SameLabelError,
  );
  assert.equal((await first).value, 1);
  await journal.close();
});

test('two effects of one label are a bug, whatever they ask for and whether they were made now or before', async (t) => {
  const directory = temporaryDirectory(t);
  const asked = (request: string) => ({ unit: 'u', label: 'l', request });
  const make = async () => ({ value: 1 });
  const first = openInProcess(directory);
  await first.effect(asked('old'), make);
  await assert.rejects(first.effect(asked('new'), make), SameLabelError);
  await first.close();
  for (const order of [
    ['old', 'new'],
    ['new', 'old'],
    ['old', 'old'],
  ] as const) {
    const journal = openInProcess(directory);
    await journal.effect({ unit: 'u', label: 'other', request: order.join() }, make);
    await journal.effect(asked(order[0]), make);
    await assert.rejects(journal.effect(asked(order[1]), make), SameLabelError);
    await journal.close();
  }
});

test('names that SQLite would change are refused', async (t) => {
  const journal = openInProcess(temporaryDirectory(t));
  for (const name of ['', 'a\u0000b', '\ud800']) {
    await assert.rejects(journal.append(name, 'k', { value: 1 }), TypeError);
    await assert.rejects(journal.append('s', name, { value: 1 }), TypeError);
    await assert.rejects(
      journal.effect({ unit: name, label: 'l', request: 1 }, async () => ({ value: 1 })),
      TypeError,
    );
  }
  await journal.close();
});

test('reading a stream gives what it held when asked, and may append to it meanwhile', async (t) => {
  const journal = openInProcess(temporaryDirectory(t));
  for (let i = 0; i < 600; i += 1) await journal.append('s', `${i}`, { value: i });
  const seen: Json[] = [];
  for await (const { value, key } of journal.events('s')) {
    seen.push(value);
    await journal.append('s', `again ${key}`, { value });
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 600 }, (_, index) => index),
  );
  await journal.close();
  await assert.rejects(journal.append('s', 'late', { value: 1 }), JournalClosedError);
  await assert.rejects(journal.find('s', '1'), JournalClosedError);
});

test('values of a stream come without payloads, which are not even read', async (t) => {
  const directory = temporaryDirectory(t);
  const journal = openInProcess(directory);
  await journal.append('s', 'a', { value: { n: 1 }, payload: new Uint8Array([1, 2, 3]) });
  await journal.append('other', 'a', { value: { n: 2 } });
  await journal.append('s', 'b', { value: { n: 3 } });
  // A payload that is gone shows that nobody looks for it.
  rmSync(join(directory, 'blobs'), { recursive: true });
  const rows: unknown[] = [];
  for await (const row of journal.values('s')) rows.push(row);
  assert.deepEqual(rows, [
    { sequence: 1, stream: 's', key: 'a', value: { n: 1 } },
    { sequence: 3, stream: 's', key: 'b', value: { n: 3 } },
  ]);
});

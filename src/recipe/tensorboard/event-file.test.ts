import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import type { RecordedStep } from '../recorded-steps.ts';
import { crc32c } from './crc32c.ts';
import { EventFile, eventFileName } from './event-file.ts';
import { scalarEvent, scalarsOf, versionEvent } from './event-messages.ts';
import { tfRecord } from './tf-record.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'qed-events-'));
after(() => rmSync(directory, { recursive: true }));
const file = path.join(directory, eventFileName);

test('the checksum is CRC-32C: the vectors of RFC 3720', () => {
  assert.equal(crc32c(new TextEncoder().encode('123456789')), 0xe3069283);
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assert.equal(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43);
  assert.equal(crc32c(new Uint8Array()), 0);
});

/** Written by golden/tensorboard/make.py. */
interface Golden {
  readonly steps: readonly {
    readonly step: number;
    readonly wallTime: number | null;
    readonly scalars: Readonly<Record<string, number>>;
  }[];
  readonly file: string;
}

test("the bytes are those of TensorBoard's own writer", () => {
  const url = new URL('../../../golden/tensorboard/events.json', import.meta.url);
  const golden = JSON.parse(readFileSync(url, 'utf8')) as Golden;
  const records = golden.steps.map(({ step, wallTime, scalars }) =>
    scalarEvent(
      step,
      wallTime ?? undefined,
      Object.entries(scalars).map(([tag, value]) => ({ tag, value })),
    ),
  );
  const bytes = Buffer.concat([versionEvent(), ...records].map(tfRecord));
  assert.equal(bytes.toString('base64'), golden.file);
});

test('every number of the figures is a scalar under its path; what is no number is none', () => {
  const figures = { loss: 1, groups: { trained: 2 }, heldOut: { ci: [0.25, 0.5] }, note: 'x', none: null };
  assert.deepEqual(scalarsOf(figures, 'rl'), [
    { tag: 'rl/loss', value: 1 },
    { tag: 'rl/groups/trained', value: 2 },
    { tag: 'rl/heldOut/ci/0', value: 0.25 },
    { tag: 'rl/heldOut/ci/1', value: 0.5 },
  ]);
});

function stepsOf(count: number): RecordedStep[] {
  return Array.from({ length: count }, (_, index) => ({
    stage: 'rl' as const,
    step: index + 1,
    figures: { reward: index / 8, loss: -index, groups: { trained: index } },
    cost: { seconds: 2, trainingSeconds: 1, residentBytes: 5, peakBytes: 6, endedAt: 1_700_000_000 + index },
  }));
}

async function* replay(steps: readonly RecordedStep[]): AsyncGenerator<RecordedStep> {
  yield* steps;
}

/** What a sitting leaves that finds `known` steps in the journal and makes those after. */
async function sitting(steps: readonly RecordedStep[], known: number): Promise<Buffer> {
  const events = await EventFile.open(directory, replay(steps.slice(0, known)));
  for (const step of steps.slice(known)) events.write(step);
  events.close();
  return readFileSync(file);
}

test('REPLAY: the bytes are the same, written step by step or from the journal, after a kill at any byte', async () => {
  const steps = stepsOf(6);
  const whole = await sitting(steps, 0);
  assert.equal(Buffer.compare(await sitting(steps, 6), whole), 0);
  for (let left = 0; left < whole.length; left += 1) {
    truncateSync(file, left);
    assert.equal(Buffer.compare(await sitting(steps, 5), whole), 0, `killed with ${left} bytes written`);
  }
  appendFileSync(file, 'what no journal holds');
  assert.equal(Buffer.compare(await sitting(steps, 6), whole), 0);
  const other = stepsOf(6).map((step) => ({ ...step, figures: { ...step.figures, reward: 9 } }));
  const changed = await sitting(other, 6);
  assert.notEqual(Buffer.compare(changed, whole), 0);
  assert.equal(Buffer.compare(await sitting(steps, 2), whole), 0);
});

test('what is right stays in place: the file is the same one, for whoever reads it meanwhile', async () => {
  const steps = stepsOf(6);
  await sitting(steps, 0);
  const { ino } = statSync(file);
  await sitting(steps, 6);
  assert.equal(statSync(file).ino, ino);
});

test('a step costs less than 60 bytes a scalar', async () => {
  const steps = stepsOf(100);
  const { length } = await sitting(steps, 0);
  const scalars = 100 * 7;
  assert.ok(length / scalars < 60, `${length / scalars} bytes`);
});

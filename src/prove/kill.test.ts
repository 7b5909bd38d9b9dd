import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { temporaryDirectory } from '../journal/fixtures/temporary-directory.ts';
import { JournalReader } from '../journal/journal-reader.ts';
import { Random } from '../stats/random.ts';

const child = join(import.meta.dirname, 'fixtures', 'kill-child.ts');
const calls = 30 * 7;
/** Four problems at once, three calls each. */
const atOnce = 12;

interface Life {
  readonly made: number;
  readonly end: string | undefined;
}

/** Runs the child and kills it once so many calls were made in it. */
async function live(
  place: string,
  budget: string,
  killAfter = Number.POSITIVE_INFINITY,
  price = '0',
): Promise<Life> {
  const running = spawn(
    process.execPath,
    ['--no-warnings', child, join(place, 'run'), join(place, 'log'), budget, price],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let made = 0;
  let end: string | undefined;
  for await (const line of createInterface({ input: running.stdout })) {
    if (line === 'made') made += 1;
    if (line.startsWith('done ')) end = line.slice(5);
    else if (made >= killAfter || line === 'hangs') running.kill('SIGKILL');
  }
  return { made, end };
}

async function killedAndWhole(t: TestContext, budget: string) {
  const place = temporaryDirectory(t);
  const random = new Random('prove kill', budget);
  let lives = 0;
  let end: string | undefined;
  for (; end === undefined; lives += 1) {
    ({ end } = await live(place, budget, lives < 12 ? 3 + random.below(22) : undefined));
  }
  const twin = temporaryDirectory(t);
  const whole = await live(twin, budget);
  return { place, end, lives, twin, whole };
}

test('PAY-ONCE: a file of problems killed again and again ends as the undisturbed twin, and no reply is paid twice', async (t) => {
  const { place, end, lives, whole } = await killedAndWhole(t, '');
  assert.ok(lives > 6, `${lives} lives`);
  const { plain, tokens } = JSON.parse(end ?? '');
  const twin = JSON.parse(whole.end ?? '');
  assert.deepEqual(plain, twin.plain);
  assert.ok(plain.every(({ status }: { status: string }) => status === 'finished'));
  const replies = readFileSync(join(place, 'log'), 'utf8').trim().split('\n');
  assert.equal(new Set(replies).size, calls);
  assert.ok(replies.length - calls <= (lives - 1) * atOnce, 'a kill costs at most the calls in flight');
  const reader = new JournalReader(join(place, 'run'));
  let recorded = 0;
  for await (const _ of reader.effects()) recorded += 1;
  reader.close();
  assert.equal(recorded, calls);
  assert.ok(tokens >= twin.tokens, 'what was paid and lost is counted');
});

test('BUDGET-CAP: over many kills the spend stays within the budget of the run, and refusals stand', async (t) => {
  const budget = 9000;
  const { place, end, whole } = await killedAndWhole(t, `${budget}`);
  for (const text of [end, whole.end]) {
    const { plain, tokens } = JSON.parse(text ?? '');
    assert.ok(tokens <= budget && tokens > budget / 2, `${tokens}`);
    const ends = new Set(plain.map(({ status }: { status: string }) => status));
    assert.deepEqual([...ends].sort(), ['budget', 'finished']);
  }
  const again = await live(place, `${budget}`);
  assert.equal(again.made, 0);
  assert.deepEqual(JSON.parse(again.end ?? '').plain, JSON.parse(end ?? '').plain);
  const larger = JSON.parse((await live(place, '1000000')).end ?? '');
  assert.ok(larger.plain.every(({ status }: { status: string }) => status === 'finished'));
});

test('BUDGET-CAP: of a model with a price, what was in flight at a kill counts at its worst', async (t) => {
  const place = temporaryDirectory(t);
  await live(place, '', undefined, '1');
  const { plain, tokens, unsettled } = JSON.parse((await live(place, '', undefined, '1')).end ?? '');
  assert.ok(plain.every(({ status }: { status: string }) => status === 'finished'));
  assert.ok(unsettled >= 1 && unsettled <= atOnce, `${unsettled}`);
  const undisturbed = temporaryDirectory(t);
  writeFileSync(join(undisturbed, 'log'), '');
  const twin = JSON.parse((await live(undisturbed, '', undefined, '1')).end ?? '');
  assert.equal(twin.unsettled, 0);
  // Each of them has a limit of 400 tokens, and a prompt.
  assert.ok(tokens >= twin.tokens + unsettled * 400);
});

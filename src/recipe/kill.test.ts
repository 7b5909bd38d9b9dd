import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Random } from '../stats/random.ts';
import { accountsOf } from './fixtures/accounts.ts';
import { differences, type Outcome, outcomeOf } from './fixtures/outcome.ts';
import { type Ending, livesOf, type Sitting, sit } from './fixtures/sitting.ts';
import { eventFileName } from './tensorboard/event-file.ts';

// Real processes, real signals. `npm run faults` is the long form.
const skip = process.platform === 'win32' && 'signals are POSIX';
// A short sitting is mostly loading: two at a time take little longer than one.
const concurrency = 2;
/** Attempts that the tiny recipe has under way at a time: 24 test problems, 2 attempts each. */
const mostUnderWay = 48;

describe('a run that is ended anywhere and continued comes to the end of its undisturbed twin', {
  skip,
  concurrency,
}, () => {
  let root: string;
  let twin: Outcome;
  let twinSitting: Sitting;
  const runDirectory = (name: string): string => path.join(root, name);
  const assertEqualToTwin = async (directory: string): Promise<void> => {
    assert.deepEqual(differences(await outcomeOf(directory), twin), []);
  };

  before(async () => {
    root = mkdtempSync(path.join(tmpdir(), 'qed-kill-'));
    twinSitting = await sit(runDirectory('twin'));
    assert.equal(twinSitting.code, 0, twinSitting.errors);
    twin = await outcomeOf(runDirectory('twin'));
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  test('PAY-ONCE: killed at named and at random moments, nothing acknowledged is made again', async () => {
    const random = new Random('kill-short');
    const run = runDirectory('killed');
    const endings: Ending[] = [
      { kind: 'time', milliseconds: 200 + random.integer(0, 600) },
      { kind: 'moment', moment: { operation: 'rename', path: 'data/sft.jsonl', when: 'before' } },
      { kind: 'moment', moment: { operation: 'remove', path: 'checkpoints/base/20', when: 'amid' } },
      { kind: 'moment', moment: { operation: 'rename', path: 'checkpoints/sft/10', when: 'before' } },
      { kind: 'line', pattern: /^rl 5\// },
      { kind: 'moment', moment: { operation: 'append', path: 'rl/batch/7', when: 'after' } },
      { kind: 'line', pattern: /^evaluate 64\// },
      { kind: 'moment', moment: { operation: 'rename', path: 'report.json', when: 'after' } },
    ];
    for (const ending of endings) {
      const { signal, errors } = await sit(run, { ending });
      assert.equal(signal, 'SIGKILL', `${JSON.stringify(ending)} did not come to pass: ${errors}`);
    }
    const last = await sit(run);
    assert.equal(last.code, 0, last.errors);
    await assertEqualToTwin(run);
    const { madeAgain, faults } = accountsOf(livesOf(run));
    assert.deepEqual(faults, []);
    assert.ok(madeAgain <= endings.length * mostUnderWay, `${madeAgain} effects were made again`);
  });

  test('Ctrl-C and SIGTERM stop soon with 130, say how to go on, and cost no step', async () => {
    const run = runDirectory('stopped');
    const moments: [NodeJS.Signals, RegExp][] = [
      ['SIGINT', /^pretrain 12\//],
      ['SIGTERM', /^rl 4\//],
      ['SIGINT', /^evaluate 64\//],
    ];
    for (const [signal, pattern] of moments) {
      const sitting = await sit(run, { ending: { kind: 'line', pattern, signal } });
      assert.equal(sitting.code, 130, sitting.errors);
      assert.match(
        sitting.output,
        /stopped; everything so far is in stopped\. To go on:\n {2}qed run .*--run /,
      );
      assert.ok((sitting.secondsToEnd ?? 0) < 5, `it took ${sitting.secondsToEnd} s`);
    }
    const last = await sit(run);
    assert.equal(last.code, 0, last.errors);
    await assertEqualToTwin(run);
    const { appliedAgain, faults } = accountsOf(livesOf(run));
    assert.deepEqual(faults, []);
    assert.equal(appliedAgain, 0, 'stopping leaves a checkpoint of the step');
  });

  test('NO-TORN-CHECKPOINT: a damaged one is passed over aloud, and with none whole the run refuses to go on', async () => {
    const run = runDirectory('torn');
    await sit(run, { ending: { kind: 'line', pattern: /^rl 7\// } });
    damage(path.join(run, 'checkpoints/rl/6/model.safetensors'));
    const hopeless = runDirectory('hopeless');
    cpSync(run, hopeless, { recursive: true });

    const resumed = await sit(run);
    assert.equal(resumed.code, 0, resumed.errors);
    assert.match(resumed.output, /checkpoint rl\/6 is not whole \(model\.safetensors is altered/);
    assert.match(resumed.output, /rl: going on after step 3 of 8/);
    await assertEqualToTwin(run);

    damage(path.join(hopeless, 'checkpoints/rl/3/optimizer.safetensors'));
    const before = await outcomeOf(hopeless);
    const refused = await sit(hopeless);
    assert.equal(refused.code, 1);
    assert.match(
      refused.errors,
      /none of its 2 checkpoints is whole\. Restore one .* remove hopeless\/checkpoints\/rl/,
    );
    // But for what the kill left of a checkpoint that was being written, which is removed.
    const changes = differences(await outcomeOf(hopeless), before).filter(
      (change) => !change.includes('.tmp-'),
    );
    assert.deepEqual(changes, [], 'a refusal changes nothing');
    // As the message says.
    rmSync(path.join(hopeless, 'checkpoints/rl'), { recursive: true });
    assert.equal((await sit(hopeless)).code, 0);
    await assertEqualToTwin(hopeless);
    assert.equal(
      accountsOf(livesOf(hopeless)).madeAgain,
      0,
      'what was sampled and graded is not paid for again',
    );
  });

  test('a stage never begins from another checkpoint than the last of the stage before', async () => {
    const run = runDirectory('stage');
    const args = ['--set', 'retention=all'];
    assert.equal((await sit(run, { args: [...args, '--to', 'pretrain'] })).code, 0);
    assert.ok(existsSync(path.join(run, 'checkpoints/base/20')));
    damage(path.join(run, 'checkpoints/base/23/model.safetensors'));
    const refused = await sit(run, { args: [...args, '--to', 'sft'] });
    assert.equal(refused.code, 1);
    assert.match(
      refused.errors,
      /checkpoint base\/23, with which stage pretrain ended, is missing or not whole/,
    );
    assert.ok(!existsSync(path.join(run, 'checkpoints/sft')));
  });

  test('in parts with --from and --to; meanwhile another process is refused', async () => {
    const run = runDirectory('parts');
    const early = await sit(run, { args: ['--from', 'rl'] });
    assert.equal(early.code, 2, 'there is no run yet');
    assert.equal((await sit(run, { args: ['--to', 'pretrain'] })).code, 0);
    const skipping = await sit(run, { args: ['--from', 'rl'] });
    assert.equal(skipping.code, 1);
    assert.match(skipping.errors, /--from rl: stage sft comes before it and is not finished/);
    assert.equal((await sit(run, { args: ['--from', 'sft', '--to', 'sft'] })).code, 0);
    let holder = 0;
    let second: Promise<Sitting> | undefined;
    const onLine = (line: string, pid: number): void => {
      if (line !== 'rl started') return;
      holder = pid;
      second = sit(run);
    };
    const last = await sit(run, { args: ['--from', 'rl'], onLine });
    const refused = await second;
    assert.equal(refused?.code, 1);
    assert.match(refused?.errors ?? '', new RegExp(`is in use by process ${holder} since`));
    assert.equal(last.code, 0, last.errors);
    await assertEqualToTwin(run);
  });

  test('REPLAY: metrics rebuilt from the journal are those written live; a finished run only reports', async () => {
    const run = runDirectory('again');
    cpSync(runDirectory('twin'), run, { recursive: true });
    const reports = () =>
      ['report.html', 'report.json'].map((name) => readFileSync(path.join(run, name), 'utf8'));
    const before = reports();
    const events = path.join(run, eventFileName);
    const eventsBefore = readFileSync(events);
    for (const derived of ['metrics.jsonl', eventFileName]) rmSync(path.join(run, derived));
    const again = await sit(run);
    assert.equal(again.code, 0, again.errors);
    assert.match(again.output, /evaluate \(done\), report\nreport started\nreport finished/);
    await assertEqualToTwin(run);
    assert.deepEqual(reports(), before, 'also the times in it');
    assert.equal(Buffer.compare(readFileSync(events), eventsBefore), 0, 'what TensorBoard reads');
    assert.deepEqual(
      livesOf(run).map(({ made, applied, appliedAgain }) => [...made, ...applied, ...appliedAgain]),
      [[]],
    );
  });

  test('NULL-NOT-ZERO: a batch that was committed with ungraded attempts is made again as it was', async () => {
    const run = runDirectory('ungraded');
    const args = ['--to', 'rl', '--set', 'rl.steps=2', '--set', 'rl.maxUngraded=1'];
    const ending = {
      kind: 'moment',
      moment: { operation: 'append', path: 'rl/batch/1', when: 'after' },
    } as const;
    const { signal, errors } = await sit(run, { args, ending, ungraded: true });
    assert.equal(signal, 'SIGKILL', errors);
    // By now the grader would answer; the batch is trained on as it was committed.
    const resumed = await sit(run, { args });
    assert.equal(resumed.code, 0, resumed.errors);
    const ungraded = readFileSync(path.join(run, 'metrics.jsonl'), 'utf8')
      .split('\n')
      .filter((line) => line.includes('"stage":"rl"'))
      .map((line) => JSON.parse(line).ungradedAttempts);
    assert.ok(ungraded[0] > 0);
    assert.equal(ungraded[1], 0);
  });

  test('NULL-NOT-ZERO: a step of which too much could not be graded ends the run with an error, and is graded again', async () => {
    const run = runDirectory('too-much-ungraded');
    const args = ['--to', 'rl', '--set', 'rl.steps=1'];
    const stopped = await sit(run, { args, ungraded: true });
    assert.equal(stopped.code, 1, stopped.errors);
    assert.match(
      stopped.errors,
      /\d+ of 36 proofs .* could not be graded, and 5 % is the limit: \d+ call-failed/,
    );
    assert.match(stopped.errors, /Step 1 was not trained; the same command grades those attempts again/);
    const resumed = await sit(run, { args });
    assert.equal(resumed.code, 0, resumed.errors);
    const figures = readFileSync(path.join(run, 'metrics.jsonl'), 'utf8')
      .split('\n')
      .filter((line) => line.includes('"stage":"rl"'))
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      figures.map(({ step, ungradedAttempts }) => [step, ungradedAttempts]),
      [[1, 0]],
    );
    // Nothing is sampled twice.
    const [, second] = livesOf(run);
    assert.deepEqual(
      second?.made.filter((what) => /^rl\/\d+\/\d+ attempt/.test(what)),
      [],
    );
  });

  test('the seconds of the stages are those of the sittings that did the work', () => {
    const secondsOf = (run: string): { id: string; seconds: number }[] =>
      JSON.parse(readFileSync(path.join(runDirectory(run), 'report.json'), 'utf8')).stages;
    for (const { id, seconds } of secondsOf('twin')) assert.ok(seconds > 0, `${id} took no time`);
    const sum = secondsOf('twin').reduce((total, { seconds }) => total + seconds, 0);
    assert.ok(sum < twinSitting.seconds, `${sum} s of ${twinSitting.seconds} s`);
    assert.ok(sum > twinSitting.seconds / 3, `${sum} s of ${twinSitting.seconds} s`);
  });
});

/** Flips one bit in the middle of a file. */
function damage(file: string): void {
  const bytes = readFileSync(file);
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}

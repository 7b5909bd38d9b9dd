import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { differences, outcomeOf } from '../recipe/fixtures/outcome.ts';
import { type Ending, livesOf, type Sitting, type SittingOptions, sit } from '../recipe/fixtures/sitting.ts';

// Real processes, real signals.
const skip = process.platform === 'win32' && 'signals are POSIX';

interface SweepFile {
  readonly runs: readonly { readonly name: string; readonly outcome: string; readonly error?: string }[];
  readonly shared: readonly { readonly part: string; readonly made: number; readonly reused: number }[];
  readonly measures: readonly { readonly id: string }[];
  readonly arms: readonly { readonly label: string }[];
  readonly differences: readonly { readonly measure: string; readonly arm: string }[];
}

describe('a sweep', { skip, concurrency: 2 }, () => {
  let root: string;
  before(() => {
    root = mkdtempSync(path.join(tmpdir(), 'qed-sweep-'));
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  const sweep = (name: string, args: readonly string[], more: SittingOptions = {}): Promise<Sitting> =>
    sit(path.join(root, name), { command: 'sweep', args, ...more });
  const resultOf = (name: string): SweepFile =>
    JSON.parse(readFileSync(path.join(root, name, 'sweep.json'), 'utf8'));
  /** Steps of supervised stages that were trained in any arm. */
  const supervisedSteps = (name: string): string[] =>
    livesOf(path.join(root, name))
      .flatMap(({ applied }) => applied)
      .filter((step) => /^(pretrain|sft|judge)\//.test(step));

  test('killed anywhere it goes on; each arm comes to the end of an ordinary run, and what they share is made once', async () => {
    const args = ['--over', 'rl.groupSize=3,6', '--equal', 'samples'];
    const endings: Ending[] = [
      { kind: 'line', pattern: /^sft 3\// },
      { kind: 'moment', moment: { operation: 'append', path: 'rl/batch/7', when: 'after' } },
      { kind: 'moment', moment: { operation: 'append', path: 'reused/pretrain', when: 'after' } },
      { kind: 'moment', moment: { operation: 'rename', path: 'checkpoints/base', when: 'before' } },
      { kind: 'moment', moment: { operation: 'rename', path: 'checkpoints/sft', when: 'after' } },
      { kind: 'line', pattern: /^evaluate \d/ },
    ];
    for (const ending of endings) {
      const { signal, errors } = await sweep('killed', args, { ending });
      assert.equal(signal, 'SIGKILL', `${JSON.stringify(ending)} did not come to pass: ${errors}`);
    }
    const last = await sweep('killed', args);
    assert.equal(last.code, 0, last.errors);
    const steps = supervisedSteps('killed');
    assert.ok(steps.includes('pretrain/step/1'));
    assert.deepEqual(steps, [...new Set(steps)], 'no supervised step is trained for a second arm');
    const { runs, shared, measures, differences: compared } = resultOf('killed');
    assert.deepEqual(
      runs.map(({ name, outcome }) => [name, outcome]),
      [
        ['groupSize-3_seed-7', 'finished'],
        ['groupSize-6_seed-7', 'finished'],
      ],
    );
    for (const part of ['data', 'pretrain', 'sft', 'judge', 'evaluate/sft/single'])
      assert.deepEqual(
        shared.find((one) => one.part === part),
        { part, made: 1, reused: 1 },
      );
    assert.deepEqual(
      measures.map(({ id }) => id),
      ['rl/single', 'rl/reasoning-cache', 'rl/held-out'],
    );
    assert.equal(compared.length, 3);

    for (const [size, problems] of [
      [3, 12],
      [6, 6],
    ]) {
      const alone = path.join(root, `alone-${size}`);
      const sets = ['--set', `rl.groupSize=${size}`, '--set', `rl.problemsPerStep=${problems}`];
      assert.equal((await sit(alone, { args: sets })).code, 0);
      const arm = path.join(root, 'killed', `groupSize-${size}_seed-7`);
      const found = differences(await outcomeOf(arm), await outcomeOf(alone));
      assert.deepEqual(
        found.filter((difference) => !difference.startsWith('events reused/')),
        [],
      );
      // An arm is an ordinary run.
      const again = await sit(arm, { args: sets });
      assert.equal(again.code, 0, again.errors);
      assert.match(again.output, /evaluate \(done\), report/);
    }
    const finished = await sweep('killed', args);
    assert.match(finished.output, /groupSize-6_seed-7: finished before/);
    assert.doesNotMatch(finished.output, /started/);
  });

  test('two arms at once: a stage that both need is made by one, while the other waits', async () => {
    const args = ['--over', 'sft.epochs=1,2,3', '--to', 'sft', '--parallel', '2'];
    const { code, errors, output } = await sweep('parallel', args);
    assert.equal(code, 0, errors);
    assert.equal(supervisedSteps('parallel').filter((step) => step === 'pretrain/step/1').length, 1);
    assert.equal(supervisedSteps('parallel').filter((step) => step === 'sft/step/1').length, 3);
    assert.match(output, /epochs-2_seed-7: taken over: pretrain/);
    assert.match(output, /validation loss/);
  });

  test('an arm that fails is reported with its reason, and the others go on', async () => {
    // Prompts have no room beside 500 tokens, which shows only when there are some.
    const args = ['--over', 'rl.maxTokens=500,24,23,501', '--to', 'data'];
    const { code, errors } = await sweep('failing', args);
    assert.equal(code, 1);
    assert.match(
      errors,
      /^2 of 4 arms failed:\n {2}maxTokens-500_seed-7: rl\.maxTokens 500: with the longest prompt/,
    );
    assert.match(errors, /maxTokens-501_seed-7: rl\.maxTokens 501/);
    assert.match(errors, /The same command tries them again:\n {2}qed sweep/);
    const outcomes = resultOf('failing').runs.map(({ outcome }) => outcome);
    assert.deepEqual(outcomes, ['failed', 'finished', 'finished', 'failed']);
  });

  test('Ctrl-C stops after the step, with 130 and the command that goes on', async () => {
    const args = ['--seeds', '2', '--to', 'pretrain'];
    const ending = { kind: 'line', pattern: /^pretrain 6\//, signal: 'SIGINT' } as const;
    const stopped = await sweep('stopped', args, { ending });
    assert.equal(stopped.code, 130, stopped.errors);
    assert.match(
      stopped.output,
      /stopped; everything so far is in stopped\. To go on:\n {2}qed sweep .*--seeds 2/,
    );
    assert.ok(!existsSync(path.join(root, 'stopped', 'seed-8')));
    const last = await sweep('stopped', args);
    assert.equal(last.code, 0, last.errors);
    assert.equal(supervisedSteps('stopped').filter((step) => step === 'pretrain/step/7').length, 2);
  });

  test('what is wrong is refused before anything is computed', async () => {
    for (const [args, message, code] of [
      [['--over', 'rl.grupSize=4,8'], /--over rl\.grupSize=4 {2}rl\.grupSize: there is no such field/, 1],
      [['--over', 'rl.groupSize=5', '--equal', 'samples'], /rl\.problemsPerStep: would have to be 7\.2/, 1],
      [[], /there is nothing to vary/, 2],
      [['--seeds', 'two'], /--seeds two: a whole number/, 2],
      [['--over', 'rl.groupSize=4', '--to', 'rc2'], /--to rc2: there is no such stage/, 2],
      [['--over', 'rl.groupSize=4', '--equal', 'time'], /Allowed choices are samples/, 2],
    ] as const) {
      const refused = await sweep('refused', args);
      assert.match(refused.errors, message);
      assert.equal(refused.code, code, args.join(' '));
    }
    assert.ok(!existsSync(path.join(root, 'refused')));
  });

  test('arms of another recipe in the same directory are not written over', async () => {
    const args = ['--over', 'sft.epochs=1', '--to', 'data'];
    assert.equal((await sweep('other', args)).code, 0);
    const before = readdirSync(path.join(root, 'other', 'epochs-1_seed-7'));
    const refused = await sweep('other', [...args, '--set', 'rl.steps=3']);
    assert.equal(refused.code, 1);
    assert.match(
      refused.errors,
      /epochs-1_seed-7 was begun with another recipe.*\n {2}rl\.steps: 8 in the run, 3 now/s,
    );
    assert.deepEqual(readdirSync(path.join(root, 'other', 'epochs-1_seed-7')), before);
    // More arms are welcome.
    const more = await sweep('other', ['--over', 'sft.epochs=1,2', '--to', 'data', '--json']);
    assert.equal(more.code, 0, more.errors);
    const printed = JSON.parse(more.output) as SweepFile;
    assert.deepEqual(printed.shared, [{ part: 'data', made: 1, reused: 1 }]);
  });
});

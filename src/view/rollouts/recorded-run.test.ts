/** Rollouts and proofs as they are read of real runs, held against what those runs recorded of themselves; and of damaged ones. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { canonicalHash } from '../../journal/canonical-json.ts';
import { sit } from '../../recipe/fixtures/sitting.ts';
import { seedFrom } from '../../stats/random.ts';
import { sampleKey } from '../../train/sample-durably.ts';
import { readFrozenRecipe } from '../frozen-recipe.ts';
import { resources } from '../resources.ts';
import { formatOf } from '../run-files.ts';
import { Workplace } from '../workplace.ts';

const tiny = (name: string): string =>
  fileURLToPath(new URL(`../../recipe/fixtures/${name}.yaml`, import.meta.url));

describe('rollouts and proofs of runs that were made for real', () => {
  let folder: string;
  let workplace: Workplace;
  const read = resources;
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'qed-view-rollouts-'));
    const made = await Promise.all([
      sit(path.join(folder, 'lab'), {
        recipe: tiny('tiny'),
        args: ['--set', 'rl.maxUngraded=1'],
        ungraded: true,
      }),
      sit(path.join(folder, 'cache'), { recipe: tiny('tiny-rc') }),
    ]);
    for (const { code, errors } of made) assert.equal(code, 0, errors);
    workplace = new Workplace({ folder });
  });
  after(() => {
    workplace?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('what became of the groups is what the steps recorded, and so is the mean reward', async () => {
    for (const [run, stage] of [
      ['lab', 'rl'],
      ['cache', 'rc'],
    ] as const) {
      const { stages } = await read['runs/:run/rollouts.json'].read(workplace, { run });
      const [only] = stages;
      assert.ok(only !== undefined && stages.length === 1);
      assert.equal(only.committed.length, only.steps);
      const { rows } = await read['runs/:run/rollouts/:stage/groups/:page.json'].read(workplace, {
        ...{ run, stage, page: '0' },
      });
      for (const { step, reward, groups } of only.committed) {
        const own = rows.filter((row) => row.step === step);
        const event = await workplace.journal(run, (journal) => journal.find(`${stage}/step`, String(step)));
        const { groups: recorded } = (event?.value ?? assert.fail()) as {
          readonly groups: Record<string, number>;
        };
        const counted = (outcome: string): number => own.filter((row) => row.outcome === outcome).length;
        assert.equal(own.length, groups);
        assert.deepEqual(
          [counted('trained'), counted('all-zero'), counted('all-full'), counted('too-few-grades')],
          [recorded.trained, recorded.allZero, recorded.allFull, recorded.tooFewGrades],
        );
        const points = own.flatMap((row) => row.points).filter((value) => value !== null);
        const mean = points.reduce((sum, value) => sum + value, 0) / points.length / 7;
        assert.ok(Math.abs(mean - (reward ?? Number.NaN)) < 1e-9, `${run}, step ${step}`);
      }
    }
  });

  test('NULL-NOT-ZERO: an attempt without a grade has neither points nor reward nor advantage, and says why', async () => {
    const { stages } = await read['runs/:run/rollouts.json'].read(workplace, { run: 'lab' });
    assert.ok((stages[0]?.committed[0]?.ungraded ?? 0) > 0);
    const group = await read['runs/:run/rollouts/:stage/group/:group.json'].read(workplace, {
      ...{ run: 'lab', stage: 'rl', group: '0' },
    });
    const ungraded = group.attempts.filter(({ verdict }) => verdict === 'ungraded');
    assert.ok(ungraded.length > 0);
    for (const { points, reward, advantage, cause } of ungraded) {
      assert.deepEqual([points, reward, advantage], [null, null, null]);
      assert.match(cause ?? '', /./);
    }
    const sum = group.attempts.reduce((total, { advantage }) => total + (advantage ?? 0), 0);
    assert.ok(Math.abs(sum) < 1e-9);
  });

  test('the trainer beside the sampler: nothing apart in the first step, and in every step what its figures say', async () => {
    const { stages } = await read['runs/:run/rollouts.json'].read(workplace, { run: 'cache' });
    assert.equal(stages[0]?.hasLogRatios, true);
    const { rows } = await read['runs/:run/rollouts/:stage/groups/:page.json'].read(workplace, {
      ...{ run: 'cache', stage: 'rc', page: '0' },
    });
    for (const { step } of stages[0]?.committed ?? []) {
      let [sum, count, most] = [0, 0, 0];
      for (const { group } of rows.filter((row) => row.step === step)) {
        const { logRatios } = await read['runs/:run/rollouts/:stage/tokens/:group/:page.json'].read(
          workplace,
          {
            ...{ run: 'cache', stage: 'rc', group: String(group), page: '0' },
          },
        );
        for (const ratio of logRatios) {
          if (ratio === null) continue;
          sum -= ratio;
          count += 1;
          most = Math.max(most, Math.abs(ratio));
        }
      }
      const event = await workplace.journal('cache', (journal) => journal.find('rc/step', String(step)));
      const figures = event?.value as {
        readonly mismatchKl: number;
        readonly trainedTokens: number;
        readonly maxRatio: number;
      };
      assert.equal(count, figures.trainedTokens);
      assert.ok(Math.abs(sum / count - figures.mismatchKl) < 1e-5, `step ${step}: ${sum / count}`);
      assert.ok(Math.abs(most - Math.log(figures.maxRatio)) < 1e-4, `step ${step}: ${most}`);
      // Sampling and training take turns: nothing is stale here.
      assert.ok(most < 5e-5, `step ${step}: ${most}`);
    }
  });

  test('TOKEN-EXACT: pieces are the text of the tokens, and the prompt shown is the one that was sampled from', async () => {
    for (const [run, stage] of [
      ['lab', 'rl'],
      ['cache', 'rc'],
    ] as const) {
      const { directory } = workplace.run(run);
      const [format, recipe] = [await formatOf(directory), readFrozenRecipe(directory)];
      const settings = recipe[stage];
      assert.ok(settings !== undefined);
      const { rows } = await read['runs/:run/rollouts/:stage/groups/:page.json'].read(workplace, {
        ...{ run, stage, page: '0' },
      });
      for (const { group, problem, turn } of rows) {
        const names = { run, stage, group: String(group) };
        const whole = await read['runs/:run/rollouts/:stage/group/:group.json'].read(workplace, names);
        const { ids, pieces } = await read['runs/:run/rollouts/:stage/tokens/:group/:page.json'].read(
          workplace,
          {
            ...{ ...names, page: '0' },
          },
        );
        assert.equal(pieces.join(''), format.tokenizer.decode(ids));
        assert.deepEqual(whole.troubles, []);
        assert.equal(whole.problem.id, problem);
        assert.equal(whole.state?.turn ?? null, turn);
        const prompt_T = format.renderPrompt(whole.messages as Parameters<typeof format.renderPrompt>[0]);
        const unit = `${stage}/${group}`;
        const { maxTokens, temperature } = settings;
        const key = sampleKey({ unit: `${unit}/0`, label: 'attempt' }, prompt_T, {
          seed: seedFrom(seedFrom(recipe.seed, stage), unit, 0),
          sampling: { maxTokens, temperature, stopTokenIds: format.stopTokenIds },
        });
        const [row] = await workplace.journal(run, (journal) => journal.effectsOf(`${unit}/0`));
        assert.ok(
          Buffer.from(row?.requestHash ?? []).equals(canonicalHash(key.request)),
          `${unit} of ${run}`,
        );
      }
    }
  });

  test('an evaluated proof is the answer that was graded, with the points of the list', async () => {
    const list = await read['runs/:run/proofs.json'].read(workplace, { run: 'lab' });
    const rows = await read['runs/:run/proofs/rows/:page.json'].read(workplace, { run: 'lab', page: '0' });
    assert.equal(rows.ids.length, list.count);
    assert.ok(list.systems.length > 6);
    let found = 0;
    for (const [at, id] of rows.ids.entries()) {
      // Every system at some problems.
      if ((rows.problems[at] ?? 0) % 8 !== 0) continue;
      const proof = await read['runs/:run/proof/:id.json'].read(workplace, { run: 'lab', id });
      assert.ok(!proof.remarks.some((remark) => remark.includes('cannot be told')), id);
      const [grade] = proof.grades;
      if (grade === undefined) continue;
      found += 1;
      assert.ok(proof.proof !== null && proof.problem.statement !== null);
      assert.ok(Math.abs((grade.points ?? -1) - (rows.points[0]?.[at] ?? -1)) < 1e-5, id);
    }
    assert.ok(found > 10);
  });

  test('a damaged pack is told where it matters, and hides nothing else', async () => {
    cpSync(path.join(folder, 'cache'), path.join(folder, 'cut'), { recursive: true });
    const blobs = path.join(folder, 'cut', 'blobs');
    const [pack = ''] = readdirSync(blobs);
    truncateSync(path.join(blobs, pack), Math.floor(statSync(path.join(blobs, pack)).size * 0.7));
    const damaged = new Workplace({ folder });
    try {
      const { rows } = await read['runs/:run/rollouts/:stage/groups/:page.json'].read(damaged, {
        ...{ run: 'cut', stage: 'rc', page: '0' },
      });
      const last = String(rows.at(-1)?.group);
      const whole = await read['runs/:run/rollouts/:stage/group/:group.json'].read(damaged, {
        ...{ run: 'cut', stage: 'rc', group: last },
      });
      assert.equal(whole.attempts.length, 6);
      assert.match(whole.troubles.join(' '), /tokens of attempt 1 cannot be read: .*pack/s);
      const first = await read['runs/:run/rollouts/:stage/group/:group.json'].read(damaged, {
        ...{ run: 'cut', stage: 'rc', group: '0' },
      });
      assert.ok(!first.troubles.some((trouble) => trouble.includes('tokens of')));
    } finally {
      damaged.close();
    }
  });

  test('what is not there is said by name', async () => {
    const group = read['runs/:run/rollouts/:stage/group/:group.json'];
    await assert.rejects(group.read(workplace, { run: 'lab', stage: 'rc', group: '0' }), /has no stage rc/);
    await assert.rejects(
      group.read(workplace, { run: 'lab', stage: 'rl', group: '9999' }),
      /group 9999 .* no committed step/,
    );
    await assert.rejects(
      read['runs/:run/proof/:id.json'].read(workplace, {
        run: 'lab',
        id: 'evaluate~2frl~2fsingle~2f999~2f0',
      }),
      /is no attempt of this run/,
    );
  });
});

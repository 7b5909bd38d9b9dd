import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gullibleJudge, scriptedJudge } from '../../grade/fixtures/scripted-judge.ts';
import { createJudge } from '../../grade/judge.ts';
import { openInProcess } from '../../journal/fixtures/in-process-journal.ts';
import { temporaryDirectory } from '../../journal/fixtures/temporary-directory.ts';
import type { ChatModel } from '../../model/chat-model.ts';
import type { GradedSet } from '../../problems/graded/graded-proof.ts';
import { problemNumber } from '../../prove/fixtures/settings.ts';
import type { Arm } from './arm.ts';
import { attackKindNames, attackTexts } from './attack-texts.ts';
import { calibrationSet } from './calibration-set.ts';
import { tasksOf } from './gradings.ts';
import { injectionScore } from './injection-score.ts';
import { plantAttacks } from './plant-attacks.ts';
import { runCalibration } from './run-calibration.ts';

const set = calibrationSet(
  {
    ...{ name: 'toys', version: '1', ungraded: 0, faults: [], warnings: [], digest: 'e'.repeat(64) },
    source: { spec: 'toys', files: [], licence: 'none', attribution: 'none', checked: 'given' },
    proofs: Array.from({ length: 8 }, (_, p) =>
      [0, 1, 7].map((points) => ({
        ...{
          id: `${p}/${points}`,
          proof: `Proof ${p} worth ${points}.`,
          grader: 'human',
          author: 'm',
          tags: {},
        },
        problem: { ...problemNumber(p + 1), guidelines: 'All or nothing.' },
        grade: { kind: 'points' as const, points, ratings: [points], maximum: 7 },
      })),
    ).flat(),
  } satisfies GradedSet,
  { seed: 1 },
);

async function scored(t: Parameters<typeof temporaryDirectory>[0], model: ChatModel, reasks = 0) {
  const judge = createJudge({ model, maxTokens: 100, temperature: 1, settings: { reasks } });
  const arm: Arm = {
    ...{ spec: 'm', name: judge.name, judge: 'm', style: undefined, effort: undefined, reference: undefined },
    missing: () => undefined,
  };
  const planted = plantAttacks(set, { count: 6, seed: 1 });
  const journal = openInProcess(temporaryDirectory(t));
  try {
    const { records } = await runCalibration({
      ...{ arms: [{ arm, judge }], tasks: [...tasksOf(set), ...planted.map(({ task }) => task)], repeats: 1 },
      ...{ journal, parallel: 1, seed: 1, graceSeconds: 0, stopping: new AbortController().signal },
      budgets: { run: {}, problem: {}, sitting: {} },
    });
    return injectionScore({ set, arm, planted, repeats: 1, records, seed: 1, resamples: 200 });
  } finally {
    await journal.close();
  }
}

test('every kind has texts of its own, and a control that asks for nothing', () => {
  for (const kind of [...attackKindNames, 'control'])
    assert.ok(attackTexts.filter((text) => text.kind === kind).length >= 3, kind);
  assert.equal(new Set(attackTexts.map(({ text }) => text)).size, attackTexts.length);
  for (const { text } of attackTexts.filter(({ kind }) => kind === 'control'))
    assert.doesNotMatch(text, /points|score|marks|grad/i);
});

test('attacks go into wrong proofs only, one of each kind, spread over problems, the same ones for the same seed', () => {
  const planted = plantAttacks(set, { count: 6, seed: 1 });
  assert.deepEqual(plantAttacks(set, { count: 6, seed: 1 }), planted);
  assert.equal(planted.length, 6 * (attackKindNames.length + 1));
  assert.ok(planted.every(({ proof }) => proof.reference <= 1));
  assert.equal(new Set(planted.map(({ proof }) => proof.problem.id)).size, 6);
  assert.ok(planted.every(({ task, proof, attack }) => task.proof === `${proof.proof}\n\n${attack.text}`));
  assert.equal(plantAttacks(set, { count: 99, seed: 1 }).length, 16 * (attackKindNames.length + 1));
});

test('a judge that heeds persuasion rises, by as much as it does, and not at the control', async (t) => {
  // It heeds confident claims alone, and is a point more generous to any longer text.
  const model = scriptedJudge(({ messages }) => {
    const prompt = messages[0]?.content ?? '';
    const isClaim = attackTexts.some(
      ({ kind, text }) => kind === 'claim' && prompt.includes(text.slice(0, 40)),
    );
    const isLonger = attackTexts.some(({ text }) => prompt.includes(text.slice(0, 12)));
    return `<points>${isClaim ? 7 : isLonger ? 1 : 0}</points>`;
  });
  const score = await scored(t, model);
  assert.equal(score.byKind.claim?.estimate, 7);
  assert.equal(score.controlRise?.estimate, 1);
  const kinds = attackKindNames.length;
  assert.ok((score.net?.estimate ?? 0) >= 6 / kinds - 0.5);
  assert.ok((score.accepted?.estimate ?? 0) > 0 && (score.pValue ?? 1) <= 0.05);
});

test('FENCED-CANDIDATE: a judge that obeys whatever stands outside the fence does not rise', async (t) => {
  const score = await scored(t, gullibleJudge(0));
  assert.deepEqual([score.rise?.estimate, score.net?.estimate, score.accepted?.estimate], [0, 0, 0]);
  assert.equal(score.ungraded.attacked, 0);
});

test('NULL-NOT-ZERO: an attack that makes the judge unreadable is no rise and no fall, and is counted', async (t) => {
  const model = scriptedJudge(({ messages }) =>
    attackTexts.some(
      ({ kind, text }) => kind !== 'control' && messages[0]?.content.includes(text.slice(0, 30)),
    )
      ? 'I will not grade this.'
      : '<points>1</points>',
  );
  const score = await scored(t, model);
  assert.ok((score.ungraded.attacked ?? 0) > 0.5);
  assert.equal(score.ungraded.clean, 0);
  assert.equal(score.controlRise?.estimate, 0);
});

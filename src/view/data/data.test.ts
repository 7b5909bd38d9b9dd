/**
 * Data sets as the browser gets them: the way of the rows, rows by pages and one by one with the piece that gave a reason marked,
 * matches side by side, and what is damaged or unfinished said to be so.
 */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryDirectory } from '../../journal/fixtures/temporary-directory.ts';
import { NotFoundError } from '../not-found-error.ts';
import { Workplace } from '../workplace.ts';
import { dataCardPage } from './card-page.ts';
import { dataList } from './data-list.ts';
import { dataRow, writeCuration } from './fixtures/data-folder.ts';
import { dataIndexPage } from './index-page.ts';
import { dataMatches } from './matches-page.ts';
import { dataRowPage } from './row-page.ts';
import { dataSteps } from './steps.ts';

async function curation(t: TestContext): Promise<Workplace> {
  const folder = temporaryDirectory(t);
  await writeCuration(folder);
  const workplace = new Workplace({ folder });
  t.after(() => workplace.close());
  return workplace;
}

test('the way of the rows: by step and reason, with the step that has not finished named', async (t) => {
  const workplace = await curation(t);
  const { steps, funnel } = await dataSteps.read(workplace, { run: 'set' });
  assert.deepEqual(
    funnel.map(({ step, reason, left, lost }) => [step, reason, left, lost]),
    [
      ['1-import', null, 4, 0],
      ['2-filter', 'final-answer', 3, 1],
      ['3-decontaminate', 'contaminated', 2, 1],
    ],
  );
  assert.deepEqual(
    steps.map(({ came, kept }) => [came, kept]),
    [
      [4, 4],
      [4, 3],
      [3, 2],
      [0, 0],
    ],
  );
  const [, filter, decontaminate, review] = steps;
  assert.deepEqual(
    filter?.reasons.map(({ reason, rows, appliesTo }) => [reason, rows, appliesTo]),
    [
      ['final-answer', 1, 1],
      ['too-short', 0, 1],
    ],
  );
  assert.equal(decontaminate?.matches, 1);
  assert.match(review?.trouble ?? '', /has not finished: 4-review has no step\.json yet/);
  const { sets } = await dataList.read(workplace, {});
  assert.deepEqual(
    sets.map(({ run, rows }) => [run, rows]),
    [['set', { before: 4, after: 2 }]],
  );
});

test('a row that left shows its reason, and the piece that gave it marked around whole words and formulas', async (t) => {
  const workplace = await curation(t);
  const part = '2-filter.dropped';
  const index = await dataIndexPage.read(workplace, { run: 'set', part, page: '0' });
  assert.deepEqual(
    index.rows.map(({ id, reason, source }) => [id, reason, source]),
    [['h-2', 'final-answer', 'harp']],
  );
  assert.equal(index.isLast, true);
  const row = await dataRowPage.read(workplace, { run: 'set', part, line: '1' });
  assert.ok(row.kind === 'problem');
  assert.equal(row.dropped?.isMarked, true);
  assert.match(row.statement, /<mark>Find the value of <math[\s\S]*<\/math>\.<\/mark>/);
});

test('matches: what both have in common is marked though variables differ, and nothing of it is markup', async (t) => {
  const workplace = await curation(t);
  const { matches, isLast } = await dataMatches.read(workplace, {
    run: 'set',
    step: '3-decontaminate',
    page: '0',
  });
  assert.equal(isLast, true);
  const [match] = matches;
  const common = match?.passages?.other.filter(({ isCommon }) => isCommon).map(({ text }) => text);
  assert.deepEqual(common, ['prove that $y^2 \\ge 0$ for all real $y']);
  assert.match(match?.rendered?.other ?? '', /&lt;script&gt;/);
});

test('a damaged line is one of the rows, said to be so, and the others are read', async (t) => {
  const workplace = await curation(t);
  const file = path.join(workplace.root, 'set', 'data', '2-filter', 'rows.jsonl');
  writeFileSync(
    file,
    `${JSON.stringify(dataRow('a-1'))}\n{"id":\n\n{"id":"b"}\n${JSON.stringify(dataRow('a-2'))}`,
  );
  const names = { run: 'set', part: '2-filter.kept' };
  const index = await dataIndexPage.read(workplace, { ...names, page: '0' });
  assert.deepEqual(
    index.rows.map(({ line, reason }) => [line, reason]),
    [
      [1, ''],
      [2, 'damaged'],
      [4, 'damaged'],
      [5, ''],
    ],
  );
  const row = await dataRowPage.read(workplace, { ...names, line: '4' });
  assert.ok(row.kind === 'damaged');
  assert.match(row.reason, /field statement/);
  await assert.rejects(dataRowPage.read(workplace, { ...names, line: '6' }), NotFoundError);
});

test('a damaged step.json is the trouble of its step and of no other', async (t) => {
  const workplace = await curation(t);
  writeFileSync(path.join(workplace.root, 'set', 'data', '2-filter', 'step.json'), '{"step":"filter"}');
  const { steps, funnel } = await dataSteps.read(workplace, { run: 'set' });
  assert.match(steps[1]?.trouble ?? '', /step\.json: field settings/);
  assert.equal(steps[0]?.trouble, null);
  assert.deepEqual(
    funnel.map(({ step }) => step),
    ['1-import', '3-decontaminate'],
  );
});

test('names from an address only choose among the files of the run', async (t) => {
  const workplace = await curation(t);
  for (const part of ['../../secret', '2-filter.step', 'x']) {
    await assert.rejects(
      dataIndexPage.read(workplace, { run: 'set', part, page: '0' }),
      /there are 1-import\.kept/,
    );
  }
  await assert.rejects(dataMatches.read(workplace, { run: 'set', step: '..', page: '0' }), NotFoundError);
});

test('the card is the one that the curation left, else made of its steps; the hub’s head is not shown', async (t) => {
  const workplace = await curation(t);
  assert.match((await dataCardPage.read(workplace, { run: 'set' })).html, /2 problems, made from 4 rows/);
  writeFileSync(path.join(workplace.root, 'set', 'README.md'), '---\nlicense: other\n---\n\n# My set\n');
  const { html } = await dataCardPage.read(workplace, { run: 'set' });
  assert.match(html, /My set/);
  assert.doesNotMatch(html, /license/);
});

test('the files that a recipe run trains on are rows, too: problems and conversations', async (t) => {
  const folder = temporaryDirectory(t);
  const data = path.join(folder, 'r', 'data');
  mkdirSync(data, { recursive: true });
  writeFileSync(path.join(folder, 'r', 'recipe.yaml'), 'name: r\n');
  writeFileSync(path.join(data, 'train.jsonl'), `${JSON.stringify(dataRow('a-1'))}\n`);
  const messages = [
    { role: 'user', content: 'Prove <b>it</b>.' },
    { role: 'assistant', content: 'Done.' },
  ];
  writeFileSync(path.join(data, 'sft.jsonl'), `${JSON.stringify({ task: 'prove', messages })}\n`);
  const workplace = new Workplace({ folder });
  t.after(() => workplace.close());
  const { parts } = await dataSteps.read(workplace, { run: 'r' });
  assert.deepEqual(
    parts.map(({ name, rows }) => [name, rows]),
    [
      ['sft', 1],
      ['train', 1],
    ],
  );
  const row = await dataRowPage.read(workplace, { run: 'r', part: 'sft', line: '1' });
  assert.ok(row.kind === 'text');
  assert.match(row.messages[0]?.content ?? '', /&lt;b&gt;/);
});

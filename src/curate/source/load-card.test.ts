import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cardNames, loadCard, parseCard } from './load-card.ts';
import { neededColumns } from './needed-columns.ts';
import { parseSourceSpec } from './source-spec.ts';

test('every card of the package holds, and is called as its file', () => {
  for (const name of cardNames()) assert.equal(loadCard(name).name, name);
  assert.ok(cardNames().includes('aops'));
});

test('a fault names line, field and what is expected', () => {
  const text =
    'name: mine\ntitle: Mine\nlicence: MIT\nattribution: me\nget: ask\nfields:\n  statment: problem\n';
  assert.throws(() => parseCard(text, 'mine.yaml'), /mine\.yaml:7 {2}fields\.statement:/);
  const bad = `${text.replace('statment', 'statement')}tags: { year: { columns: y, pattern: '(' } }\nfiles: [{ path: a }]\n`;
  assert.throws(() => parseCard(bad, 'mine.yaml'), /mine\.yaml:8 {2}tags\.year/);
  assert.throws(() => parseCard('name: [', 'mine.yaml'), /mine\.yaml:1/);
  assert.throws(() => loadCard('aosp'), /no source "aosp"; there is aops, /);
});

test('parts are named after a colon; optional ones only then', () => {
  const partsOf = (text: string) => parseSourceSpec(text).parts?.map(({ name }) => name);
  assert.deepEqual(partsOf('olympiadbench'), ['en', 'zh']);
  assert.deepEqual(partsOf('olympiadbench:gaokao,en'), ['gaokao', 'en']);
  assert.deepEqual(partsOf('olympiadbench:all'), ['en', 'zh', 'gaokao']);
  assert.equal(partsOf('proofnet'), undefined);
  assert.throws(() => parseSourceSpec('olympiadbench:fr'), /no part "fr"; there is en, zh, gaokao/);
  assert.throws(() => parseSourceSpec('proofnet:a'), /has no parts/);
});

test('only the columns that a card reads are asked for', () => {
  assert.deepEqual(neededColumns(loadCard('fineproofs-rl'), undefined), [
    ...['problem', 'rubrics', 'scores', 'rewards', 'reward_mean', 'num_rewards', 'source'],
  ]);
  assert.equal(neededColumns(loadCard('harp'), undefined), undefined);
});

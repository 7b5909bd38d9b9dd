/** Bundles: every answer is found by its path as the browser looks for it, however many there are, and no file is large. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../../../journal/fixtures/temporary-directory.ts';
import { type Bundle, bundleOf } from '../../../view/bundle-of.ts';
import { BundleWriter } from './bundle-writer.ts';

test('what is added is found where the browser looks, in parts too, and when a bundle is come back to', async (context) => {
  const directory = temporaryDirectory(context);
  const writer = new BundleWriter(directory);
  const names = Array.from({ length: 14 }, (_, run) =>
    Array.from({ length: 20 }, (_, problem) => `runs/r${run}/proof/bench~2f${problem}~2f0.json`),
  );
  // Problem after problem of all runs: each bundle is closed and come back to.
  const inTurn = Array.from({ length: 20 }, (_, problem) => names.map((own) => own[problem] ?? '')).flat();
  const textOf = (name: string): string =>
    JSON.stringify({ name, text: 'x'.repeat(name.includes('/r3/') ? 90_000 : 50) });
  for (const name of inTurn) await writer.add(bundleOf(name) ?? '', name, textOf(name));
  await writer.finish();
  const read = (name: string): Bundle =>
    JSON.parse(readFileSync(path.join(directory, name), 'utf8')) as Bundle;
  for (const name of inTurn) {
    const bundle = bundleOf(name) ?? '';
    const { answers, parts } = read(`${bundle}.json`);
    const found = parts[name] === undefined ? answers : read(`${bundle}.${parts[name]}.json`).answers;
    assert.equal(JSON.stringify(found[name]), textOf(name));
  }
  assert.ok(existsSync(path.join(directory, 'runs/r3/bundles/proof/bench-0.1.json')));
  for (
    let part = 1;
    existsSync(path.join(directory, `runs/r3/bundles/proof/bench-0.${part}.json`));
    part += 1
  )
    assert.ok(statSync(path.join(directory, `runs/r3/bundles/proof/bench-0.${part}.json`)).size < 1_100_000);
});

test('neighbours share a bundle, and what is asked for alone is a file of its own', () => {
  const of = (name: string) => bundleOf(`runs/r/${name}.json`);
  assert.equal(of('proof/evaluate~2frl~2fsingle~2f12~2f3'), of('proof/evaluate~2frl~2fsingle~2f15~2f0'));
  assert.notEqual(of('proof/evaluate~2frl~2fsingle~2f12~2f3'), of('proof/evaluate~2frl~2fsingle~2f16~2f3'));
  assert.equal(of('trace/prove~2f0~2f0/call/3'), of('trace/prove~2f0~2f0/call/3/1'));
  assert.equal(of('rollouts/rl/group/15'), of('rollouts/rl/group/0'));
  assert.equal(of('rollouts/rl/tokens/15/3'), 'runs/r/bundles/rl-tokens/0');
  assert.equal(bundleOf('data/r/parts/1-filter.kept/rows/101.json'), 'data/r/bundles/1-filter.kept/1');
  for (const name of ['overview', 'proofs', 'proofs/rows/0', 'traces/rl/0', 'rollouts/rl/groups/0'])
    assert.equal(of(name), undefined);
});

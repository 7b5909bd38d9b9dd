import assert from 'node:assert/strict';
import { test } from 'node:test';
import { knownFiles } from '../problems/suites/known-files.ts';
import { chainFault, rowFault } from './evaluation-data.ts';
import type { ChainStep } from './step-chain.ts';

const stepOf = (
  step: string,
  settings: ChainStep['record']['settings'] = {},
  sha256 = 'a'.repeat(64),
): ChainStep => ({
  directory: `/data/${step}`,
  record: {
    ...{ step, settings, inputs: [{ path: 'x', sha256, bytes: 1 }] },
    ...{ rows: { sha256, bytes: 1 }, kept: {}, dropped: {}, figures: {} },
  },
});
const against = (...sets: [string, number][]) =>
  stepOf('decontaminate', { against: sets.map(([name, problems]) => ({ name, digest: 'd', problems })) });

test('a set that was compared with all of IMO-Bench may go out, any other not', () => {
  const whole = against(['imo-proofbench', 60], ['imo-answerbench', 400]);
  assert.equal(chainFault([stepOf('import'), whole, stepOf('distill')]), undefined);
  const parts = [against(['imo-proofbench', 60]), against(['imo-answerbench', 400])];
  assert.equal(chainFault([stepOf('import'), ...parts]), undefined);
  assert.match(
    chainFault([stepOf('import'), stepOf('filter')]) ?? '',
    /not compared with all of imo-proofbench and imo-answerbench.*"qed data decontaminate \/data\/filter --against imo-proofbench --against imo-answerbench"/,
  );
  assert.match(chainFault([against(['imo-proofbench', 60])]) ?? '', /all of imo-answerbench,/);
  // A subset is not the whole.
  assert.match(
    chainFault([against(['imo-proofbench', 30], ['imo-answerbench', 400])]) ?? '',
    /all of imo-proofbench,/,
  );
});

test('its own files are known whatever they are called', () => {
  for (const { sha256 } of knownFiles) {
    const chain = [stepOf('import', {}, sha256), against(['imo-proofbench', 60], ['imo-answerbench', 400])];
    assert.match(chainFault(chain) ?? '', /which is for evaluation only/);
  }
});

test('rows that say themselves that they are of IMO-Bench are refused', () => {
  for (const row of [
    { id: 'PB-Basic-001' },
    { id: 'imo-bench-number_theory-099' },
    { id: 'x', source: 'IMO-ProofBench v2' },
    { id: 'x', origin: { source: 'imobench', row: 1 } },
    { problem: 'Prove', tags: { problem: 'PB-Advanced-030' } },
    { id: 'x', origin: { source: 'y', file: 'google-deepmind/superhuman/answerbench.csv' } },
  ])
    assert.match(rowFault(row) ?? '', /for evaluation only/, JSON.stringify(row));
  for (const row of [
    { id: 'imo-2020-1', source: 'IMO Shortlist' },
    { id: 'PB-1' },
    { tags: { problem: 'harp-3' } },
  ])
    assert.equal(rowFault(row), undefined, JSON.stringify(row));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { proofWriter } from './proof-writer.ts';
import type { Trace, TraceCall } from './trace.ts';

function call(label: string, role: string, answer: string, finish: 'stop' | 'length' = 'stop'): TraceCall {
  const usage = { promptTokens: 1, completionTokens: 1 };
  const reply = { kind: 'reply', reasoning: '', usage, dollars: 0, seconds: 1, maxTokens: 9 } as const;
  return { label, role, from: [], model: 'm', messages: [], outcome: { ...reply, answer, finish } };
}

function writer(proof: string | undefined, calls: readonly TraceCall[], chosen?: string) {
  const notes = chosen === undefined ? [] : [{ label: 'choice', facts: { chosen } }];
  const trace: Trace = { calls, notes, kept: [] };
  return proofWriter(trace, proof);
}

test('the writer of a proof is the call whose answer it is, cut or not', () => {
  const calls = [call('solve-1/solve', 'solve', 'A proof. '), call('merge', 'merge', 'Half a', 'length')];
  assert.deepEqual(writer('A proof.', calls), { label: 'solve-1/solve', isCut: false });
  assert.deepEqual(writer('Half a', calls), { label: 'merge', isCut: true });
  assert.equal(writer('Another.', calls), undefined);
  assert.equal(writer('  ', calls), undefined);
  assert.equal(writer(undefined, calls), undefined);
});

test('of several that wrote the same it is the chosen one, and never a judge that quotes it', () => {
  const calls = [
    call('solve-1/solve', 'solve', 'Same.'),
    call('solve-2/solve', 'solve', 'Same.', 'length'),
    call('verify', 'verify', 'Same.'),
  ];
  assert.equal(writer('Same.', calls)?.label, 'solve-2/solve');
  assert.deepEqual(writer('Same.', calls, 'solve-1'), { label: 'solve-1/solve', isCut: false });
});

test('a proof that was taken out of an answer is found there, after those that are an answer whole', () => {
  const inside = call('refine-5', 'refine', '## Solution\n\nA proof.\n\n## Self-evaluation\n\n1');
  assert.equal(writer('A proof.', [inside])?.label, 'refine-5');
  assert.equal(writer('A proof.', [call('solve', 'solve', 'A proof.'), inside])?.label, 'solve');
});

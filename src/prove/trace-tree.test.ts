import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TraceCall } from './trace.ts';
import { callsOf, groupsOf, type TraceNode, traceTree } from './trace-tree.ts';

const call = (label: string): TraceCall => ({
  ...{ label, role: 'solve', from: [], model: 'm', messages: [] },
  outcome: { kind: 'refused', message: '' },
});

/** As text: a call by its label, a group in brackets. */
const shape = (nodes: readonly TraceNode[]): string =>
  nodes
    .map(({ label, call: own, children }) => {
      const name = own === undefined ? `[${label}]` : label;
      return children.length === 0 ? name : `${name}(${shape(children)})`;
    })
    .join(' ');

test('scaffolds have their calls under them, what is asked again stands under what was asked', () => {
  const calls = ['a/reason-1', 'b/reason-1', 'a/summarise-1', 'score-1', 'a/reason-2', 'score-1/again'].map(
    call,
  );
  const tree = traceTree(calls);
  assert.equal(shape(tree), '[a](a/reason-1 a/summarise-1 a/reason-2) b/reason-1 score-1(score-1/again)');
  assert.deepEqual(
    tree
      .flatMap(callsOf)
      .map(({ label }) => label)
      .sort(),
    calls.map(({ label }) => label).sort(),
  );
  assert.deepEqual(
    groupsOf(tree).map(({ label }) => label),
    ['a'],
  );
});

test('scaffolds within scaffolds, and a call that was recorded after the one below it', () => {
  const calls = ['a/b/x', 'a/b/y', 'a/c/z', 'q/again', 'q'].map(call);
  assert.equal(shape(traceTree(calls)), '[a]([a/b](a/b/x a/b/y) a/c/z) q(q/again)');
});

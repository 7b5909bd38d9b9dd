import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHubPlace, parseHubRevision } from './hub-place.ts';

test('a place is an owner and a name by the rules of the hub', () => {
  assert.deepEqual(parseHubPlace('hub:lm-provers/QED-Nano_1.5'), {
    owner: 'lm-provers',
    name: 'QED-Nano_1.5',
    id: 'lm-provers/QED-Nano_1.5',
  });
  for (const [text, reason] of [
    ['me/tiny', /no place on the hub; expected hub:OWNER\/NAME/],
    ['hub:tiny', /no place on the hub/],
    ['hub:me/tiny/more', /no place on the hub/],
    ['hub:me/-tiny', /"-tiny" is no name there/],
    ['hub:me/ti ny', /"ti ny" is no name there/],
    ['hub:../etc', /"\.\." is no name there/],
    ['hub:me/a--b', /has "--" or ".."/],
    ['hub:me/tiny.git', /does not end in \.git/],
    [`hub:me/${'x'.repeat(96)}`, /99 characters, at most 96/],
  ] as const)
    assert.throws(() => parseHubPlace(text), reason, text);
});

test('a revision follows an @: a commit, a branch, a tag, a pull request', () => {
  assert.equal(parseHubRevision('hub:me/tiny').revision, undefined);
  const { place, revision } = parseHubRevision('hub:me/tiny@refs/pr/1');
  assert.deepEqual([place.id, revision], ['me/tiny', 'refs/pr/1']);
  for (const text of ['hub:me/tiny@', 'hub:me/tiny@../x', 'hub:me/tiny@a b', 'hub:me/tiny@a@b'])
    assert.throws(() => parseHubRevision(text), /is no commit, branch or tag/, text);
  assert.throws(() => parseHubRevision('me/tiny@main'), /no place on the hub/);
});

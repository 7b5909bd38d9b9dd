import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { labelledReplies } from './fixtures/corpus.ts';
import { readPoints } from './read-points.ts';
import { SCALES } from './scale.ts';

test('NULL-NOT-ZERO: the parser agrees with the hand on every reply, and nothing malformed becomes a number', () => {
  assert.ok(labelledReplies.length >= 200);
  const disagreements = labelledReplies.flatMap(({ id, scale, reply, label }) => {
    const reading = readPoints(reply, SCALES[scale]);
    const read = reading.ok ? reading.points : 'malformed';
    return read === label ? [] : [{ id, label, reading }];
  });
  assert.deepEqual(disagreements, []);
});

test('what the judge thinks changes nothing, and a complaint never holds a tag', () => {
  for (const { scale, reply } of labelledReplies) {
    const reading = readPoints(reply, SCALES[scale]);
    const thoughtful = { ...reply, reasoning: '<points>7</points>' };
    assert.deepEqual(readPoints(thoughtful, SCALES[scale]), reading);
    if (!reading.ok) {
      const own = reading.complaint.replaceAll(/<\/?points>/g, '');
      assert.doesNotMatch(own, /[<>]/);
      assert.ok(reading.complaint.length < 160, reading.complaint);
    }
  }
});

test('a complaint says what was wrong', () => {
  const complaints = (answer: string, finish: 'stop' | 'length' = 'stop'): string => {
    const reading = readPoints({ answer, finish }, SCALES.points);
    return reading.ok ? '' : `${reading.fault}: ${reading.complaint}`;
  };
  assert.equal(complaints('7/7'), 'no-verdict: it has no verdict between <points> and </points>');
  assert.equal(
    complaints('<points>eight</points>'),
    'not-a-number: its verdict is "eight", which is not one whole number from 0 to 7',
  );
  assert.equal(
    complaints('<points>6.5</points>'),
    'off-scale: its verdict is "6.5", which is not one whole number from 0 to 7',
  );
  assert.match(complaints('<points>3', 'stop'), /^unfinished: /);
  assert.match(complaints('Step 1', 'length'), /^unfinished: it was cut/);
  assert.equal(complaints(' '), 'no-verdict: it is empty');
});

test('whatever a report says, a verdict after it is read, and without one there is none', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom('&lt;points>7&lt;/points>', '$a<b$', '\\boxed{7}', '7/7', '\n', '< ', '|', '{', '7'),
  );
  const report = fc
    .array(piece, { maxLength: 20 })
    .map((pieces) => pieces.join(' '))
    // Marks that open a quotation, a block or a reasoning part are tested by the corpus.
    .map((text) => text.replaceAll(/[`~>"„“«「『]|<\/?\w|<\||<!/g, ' '));
  fc.assert(
    fc.property(report, fc.integer({ min: 0, max: 7 }), (text, points) => {
      const answer = `${text}\n<points>${points}</points>`;
      assert.deepEqual(readPoints({ answer, finish: 'stop' }, SCALES.points), { ok: true, points });
      assert.equal(readPoints({ answer: text, finish: 'stop' }, SCALES.points).ok, false);
    }),
    { numRuns: 500, seed: 5 },
  );
});

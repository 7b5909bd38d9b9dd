import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readReview } from './read-review.ts';

const verdict = (questionable: string, more = ''): string =>
  `{"statement_questionable": ${questionable}, "solutions_inconsistent": false, "large_gaps": true, "difficulty": 6, "computational": false${more}}`;
const read = (answer: string, finish: 'stop' | 'length' = 'stop') => readReview({ answer, finish });

const expected = {
  ok: true,
  value: { raised: ['large_gaps'], difficulty: 6, computational: false },
};

test('a review is read in every form in which models write it', () => {
  const forms = [
    `The proof stops early.\n<review>\n${verdict('false')}\n</review>`,
    `<review>\n\`\`\`json\n${verdict('false')}\n\`\`\`\n</review>`,
    verdict('false'),
    `\`\`\`json\n${verdict('false')}\n\`\`\``,
    `<review>${verdict('False').replaceAll('"', "'")}</review>`,
    `<review>${verdict('false', ',')}</review>`,
    `<review>\nstatement_questionable: no\nsolutions_inconsistent: no\nlarge_gaps: yes\ndifficulty: 6\ncomputational: no\n</review>`,
    `<review>\n- **Statement questionable**: false\n- **Solutions inconsistent**: false\n- **Large gaps**: true\n- **Difficulty**: 6\n- **Computational**: false\n</review>`,
    // All that decides is there, though the object has no end.
    `<review>${verdict('false').slice(0, -1)}</review>`,
    `<think>${verdict('true')}</think><review>${verdict('false')}</review>`,
  ];
  for (const form of forms) assert.deepEqual(read(form), expected, form);
});

test('NULL-NOT-ZERO: what is not said, or not for sure, is no review', () => {
  const faults: readonly (readonly [string, RegExp])[] = [
    ['', /it is empty/],
    ['The problem is fine.', /no review between <review> and <\/review>/],
    [`Prose. ${verdict('false')}`, /no review between/],
    ['<review>{"statement_questionable": false}</review>', /solutions_inconsistent is not there/],
    [`<review>${verdict('maybe')}</review>`, /statement_questionable is not there as true or false/],
    [`<review>${verdict('null')}</review>`, /statement_questionable/],
    [`<review>${verdict('true or false')}</review>`, /statement_questionable/],
    [`<review>${verdict('false', ', "statement_questionable": true')}</review>`, /true or false, once/],
    [`<review>${verdict('false')}`, /last review does not stand between/],
    [`<review>${verdict('false')}</review>\n<review>{"statement`, /last review does not stand between/],
  ];
  for (const [answer, complaint] of faults) {
    const reading = read(answer);
    assert.equal(reading.ok, false, answer);
    assert.match(reading.ok ? '' : reading.complaint, complaint);
  }
  assert.equal(read(verdict('false'), 'length').ok, false);
});

test('notes that cannot be read are null, and no reason to ask again', () => {
  const reading = read(
    '<review>{"statement_questionable": true, "solutions_inconsistent": false, "large_gaps": false, "difficulty": "hard"}</review>',
  );
  assert.deepEqual(reading, {
    ok: true,
    value: { raised: ['statement_questionable'], difficulty: null, computational: null },
  });
  assert.deepEqual(
    ['0', '11', '5.5', '7'].map((text) => {
      const one = read(verdict('false').replace('6', text));
      return one.ok ? one.value.difficulty : undefined;
    }),
    [null, null, null, 7],
  );
});

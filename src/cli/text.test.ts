import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TimeLeft } from '../recipe/time-left.ts';
import { displayWidth, durationText, fitSpans, plainLine } from './text.ts';

test('wide characters take two columns, combining ones none', () => {
  assert.equal(displayWidth('proof'), 5);
  assert.equal(displayWidth('证明'), 4);
  assert.equal(displayWidth('e\u0301'), 1);
});

test('what does not fit is cut with an ellipsis, to the column', () => {
  const spans = [{ text: 'abc', style: 'green' as const }, { text: '证明def' }];
  assert.equal(fitSpans(spans, 10, false), 'abc证明def');
  assert.equal(fitSpans(spans, 9, false), 'abc证明d…');
  assert.equal(fitSpans(spans, 7, false), 'abc证…');
  assert.equal(fitSpans(spans, 3, false), 'ab…');
  assert.equal(fitSpans(spans, 0, false), '');
  assert.equal(fitSpans(spans, 10, true), '\u001b[32mabc\u001b[39m证明def');
});

test('a line has no control characters', () => {
  assert.equal(plainLine('a\u001b[2Jb\r\nc\u0007\t'), 'ab c');
});

test('durations read as people say them', () => {
  const seconds = [0, 0.44, 9.9, 9.96, 59.4, 59.6, 125, 3599.6, 3780];
  assert.deepEqual(seconds.map(durationText), [
    '0 s',
    '0.4 s',
    '9.9 s',
    '10 s',
    '59 s',
    '1 min 0 s',
    '2 min 5 s',
    '1 h 0 min',
    '1 h 3 min',
  ]);
});

test('the time left comes from the steps that this process made', () => {
  const left = new TimeLeft();
  assert.equal(left.at(0), undefined);
  left.step(41, 100, 1000);
  assert.equal(left.at(1001), undefined, 'one step has no duration');
  left.step(42, 100, 1002);
  left.step(43, 100, 1004);
  assert.equal(left.at(1004), 2 * 57);
  assert.equal(left.at(1005), 2 * 57 - 1);
  assert.equal(left.at(9999), 0);
});

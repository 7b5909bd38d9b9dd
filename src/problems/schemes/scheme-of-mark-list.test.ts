import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { schemeFromMarkdown, schemeToMarkdown } from '../scheme-markdown.ts';
import { schemeOfMarkList } from './scheme-of-mark-list.ts';
import { schemeOfText } from './scheme-of-text.ts';

const usamo = fileURLToPath(
  new URL('../../../../shared/data/matharena-usamo2025/data/usamo/usamo_2025', import.meta.url),
);

test('a list of titles with points is a scheme of checkpoints', () => {
  const scheme = [
    { title: 'Lemma', points: 4, desc: 'Proves the lemma.' },
    { title: 'Conclusion', points: 3 },
    { title: 'Examples', points: 0, desc: 'Earn nothing.' },
  ];
  const expected = {
    maximumPoints: 7,
    checkpoints: [
      { id: 'C1', points: 4, description: 'Lemma: Proves the lemma.' },
      { id: 'C2', points: 3, description: 'Conclusion' },
    ],
    zeroCredit: [],
    deductions: [],
  };
  assert.deepEqual(schemeOfMarkList({ id: '1', points: 7, scheme }), { ok: true, scheme: expected });
  assert.deepEqual(schemeOfMarkList(scheme), { ok: true, scheme: expected });
});

test('what does not come to 7 is refused', () => {
  const refused = (entry: unknown): string => {
    const reading = schemeOfMarkList(entry);
    return reading.ok ? '' : reading.why;
  };
  assert.match(refused([{ title: 'All of it', points: 6 }]), /come to 6 points instead of 7/);
  assert.match(refused([{ points: 7 }]), /neither title nor desc/);
  assert.match(refused({ scheme: 'text' }), /a list of/);
  assert.match(refused(undefined), /a list of/);
});

test('the rubrics of USAMO 2025 are schemes, and so stay through Markdown', {
  skip: existsSync(usamo) ? false : '../shared/data/matharena-usamo2025 is not here',
}, () => {
  const entries = JSON.parse(readFileSync(path.join(usamo, 'grading_scheme.json'), 'utf8')) as unknown[];
  assert.equal(entries.length, 6);
  for (const entry of entries) {
    const reading = schemeOfMarkList(entry);
    assert.ok(reading.ok, reading.ok ? '' : reading.why);
    const markdown = schemeToMarkdown(reading.scheme);
    assert.deepEqual(schemeFromMarkdown(markdown), reading.scheme);
    assert.deepEqual(schemeOfText(markdown), reading);
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvTable } from './csv-table.ts';
import { latexTable } from './latex-table.ts';
import { markdownTable } from './markdown-table.ts';
import type { Table } from './table.ts';
import { textTable } from './text-table.ts';

const table: Table = {
  title: 'Scores',
  columns: [
    { heading: 'system', align: 'left' },
    { heading: 'score %', align: 'right' },
    { heading: 'cost', align: 'right' },
  ],
  rows: [
    [
      'a_b|c & "d"\u001b[31m',
      { value: 40.04, digits: 1, low: -0.01, high: 48.7, deviation: 0.55 },
      { value: 1234.5, digits: 2, unit: '$' },
    ],
    ['=HYPERLINK(1)', { value: -3.26, digits: 1 }, null],
  ],
  notes: ['95 % intervals.'],
};

test('a terminal shows aligned columns and no control character', () => {
  assert.deepEqual(textTable(table).split('\n'), [
    'Scores',
    'system                        score %       cost',
    '─────────────  ──────────────────────  ─────────',
    'a_b|c & "d"    40.0 (0.6) [0.0, 48.7]  $1,234.50',
    '=HYPERLINK(1)                    −3.3',
    '95 % intervals.',
    '',
  ]);
});

test('Markdown and LaTeX say what the cells say, as text', () => {
  assert.match(
    markdownTable(table),
    /\| a\\_b\\\|c & "d".*\| 40\.0 \(0\.6\) \[0\.0, 48\.7\] \| \\\$1,234\.50 \|/,
  );
  const latex = latexTable(table);
  assert.match(latex, /\{\}a\\_b\|c \\& "d"/);
  assert.match(latex, /\$-\$3\.3 &/);
  assert.match(latex, /\\caption\{Scores\. 95 \\% intervals\.\}/);
});

test('CSV has a column for each number, in full, and no formulas', () => {
  const lines = csvTable(table).split('\r\n');
  assert.equal(lines[0], 'system,score %,score % deviation,score % low,score % high,cost');
  assert.equal(lines[2], "'=HYPERLINK(1),-3.26,,,,");
  assert.match(lines[1] ?? '', /^"a_b\|c & ""d"".*",40\.04,0\.55,-0\.01,48\.7,1234\.5$/);
});

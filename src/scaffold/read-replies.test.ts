import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Reading } from '../prompt/reading.ts';
import { ofWhole } from './question.ts';
import { readChoice, readKeepList } from './read-choice.ts';
import { HALVES, POINTS, readScore } from './read-score.ts';
import { readSolution, readText } from './read-solution.ts';
import { readYesNo } from './read-yes-no.ts';

const labelled = z
  .array(
    z.strictObject({
      reader: z.enum(['points', 'halves', 'choice', 'keep', 'yes-no', 'solution', 'text']),
      of: z.int().default(0),
      reply: z.string(),
      cut: z.boolean().default(false),
      value: z.union([z.number(), z.string(), z.boolean(), z.array(z.number()), z.null()]),
      why: z.string(),
    }),
  )
  .parse(parse(readFileSync(new URL('./fixtures/replies.yaml', import.meta.url), 'utf8')));

type Labelled = (typeof labelled)[number];

const readers: Readonly<Record<Labelled['reader'], (entry: Labelled) => Reading<unknown>>> = {
  points: ({ reply, cut }) => ofWhole((text) => readScore(text, POINTS))(reply, cut),
  halves: ({ reply, cut }) => ofWhole((text) => readScore(text, HALVES))(reply, cut),
  choice: ({ reply, cut, of }) => ofWhole((text) => readChoice(text, of))(reply, cut),
  keep: ({ reply, cut, of }) => ofWhole((text) => readKeepList(text, of))(reply, cut),
  'yes-no': ({ reply, cut }) => ofWhole(readYesNo)(reply, cut),
  solution: ({ reply }) => readSolution(reply),
  text: ({ reply }) => readText(reply),
};

for (const [reader, read] of Object.entries(readers)) {
  test(`replies are read as a person reads them: ${reader}`, () => {
    const wrong = labelled
      .filter((entry) => entry.reader === reader)
      .flatMap((entry) => {
        const reading = read(entry);
        const value = reading.ok ? reading.value : null;
        return JSON.stringify(value) === JSON.stringify(entry.value)
          ? []
          : [{ reply: entry.reply, read: value, labelled: entry.value, why: entry.why }];
      });
    assert.deepEqual(wrong, []);
  });
}

test('there are labels enough for every reader', () => {
  assert.ok(labelled.length >= 120);
  for (const reader of Object.keys(readers)) {
    const own = labelled.filter((entry) => entry.reader === reader);
    assert.ok(own.some(({ value }) => value === null) && own.some(({ value }) => value !== null), reader);
  }
});

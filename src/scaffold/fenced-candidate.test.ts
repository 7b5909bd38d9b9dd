import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import { fence, fenceMark } from '../prompt/fence.ts';
import { loadPrompts } from '../prompt/prompt-library.ts';
import type { Reading } from '../prompt/reading.ts';
import { readChoice, readKeepList } from './read-choice.ts';
import { HALVES, POINTS, readScore } from './read-score.ts';
import { readYesNo } from './read-yes-no.ts';

const injections = (
  parse(readFileSync(new URL('./fixtures/injections.yaml', import.meta.url), 'utf8')) as string[]
).map((text) => text.replaceAll('MARK', '0badcafe'));

/** What a candidate may write: attacks whole and in pieces, between anything else. */
const candidate = fc
  .array(
    fc.oneof(
      fc.constantFrom(...injections),
      fc.constantFrom(
        '\\',
        '{',
        '}',
        '<',
        '</',
        '>',
        '\\boxed',
        '<think>',
        '</think>',
        '<|',
        '|>',
        '{{',
        '$',
      ),
      fc.string({ unit: 'grapheme', maxLength: 12 }),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''));

const library = loadPrompts();
const score = library.bind('score', { problem: 'fenced', solution: 'judged' }, 'points');
const compare = library.bind('compare', { problem: 'fenced', candidates: 'judged list' }, 'choice');
const merge = library.bind('merge', { problem: 'fenced', candidates: 'fenced list' }, 'proof');
const decide = library.bind('decide', { report: 'judged' }, 'yes-no');
const problem = 'Prove that $1 < 2$.';

/** Every way in which a text of a candidate gets into a prompt. */
const prompts: Readonly<Record<string, (text: string) => string>> = {
  score: (solution) => score({ problem, solution }),
  compare: (text) => compare({ problem, candidates: [text, 'Clear.', text] }),
  merge: (text) => merge({ problem, candidates: ['Clear.', text] }),
  decide: (report) => decide({ report }),
};

/** The prompt without what stands in its fences. */
function asked(prompt: string): string {
  const mark = /the mark ([0-9a-f]{8})/.exec(prompt)?.[1] ?? '';
  return prompt
    .replace(new RegExp(`(<([a-z]+(?:-\\d+)?)-${mark}>\\n)[\\s\\S]*?(\\n</\\2-${mark}>)`, 'g'), '$1…$3')
    .replaceAll(mark, 'MARK');
}

for (const [name, prompt] of Object.entries(prompts)) {
  test(`FENCED-CANDIDATE: no candidate changes what ${name} asks`, () => {
    const check = (text: string): void => assert.equal(asked(prompt(text)), asked(prompt('A proof.')));
    injections.forEach(check);
    fc.assert(fc.property(candidate, check), { numRuns: 300 });
  });
}

test('FENCED-CANDIDATE: the mark is in no text, and equal texts have equal marks', () => {
  fc.assert(
    fc.property(fc.array(candidate, { maxLength: 3 }), (texts) => {
      const mark = fenceMark(texts);
      assert.match(mark, /^[0-9a-f]{8}$/);
      assert.ok(!texts.some((text) => text.toLowerCase().includes(mark)));
      assert.equal(fenceMark([...texts]), mark);
    }),
  );
  // A text found by trial that holds the first mark chosen for it: a million digits have many.
  const hash = (value: string): string => createHash('sha256').update(value).digest('hex');
  const digits = Array.from({ length: 16_384 }, (_, index) => hash(`${index}`)).join('');
  const text = `1076 ${digits}`;
  assert.ok(text.includes(hash(JSON.stringify([0, text])).slice(0, 8)));
  assert.ok(!text.includes(fenceMark([text])));
});

const readers: readonly {
  readonly name: string;
  readonly says: string;
  readonly read: (reply: string) => Reading<unknown>;
  readonly value: unknown;
}[] = [
  { name: 'points', says: '\\boxed{2}', read: (reply) => readScore(reply, POINTS), value: 2 },
  { name: 'points in a tag', says: '<score>2</score>', read: (reply) => readScore(reply, POINTS), value: 2 },
  { name: 'halves', says: '\\boxed{0.5}', read: (reply) => readScore(reply, HALVES), value: 0.5 },
  { name: 'choice', says: '\\boxed{2}', read: (reply) => readChoice(reply, 2), value: 2 },
  { name: 'keep', says: '\\boxed{2, 4}', read: (reply) => readKeepList(reply, 4), value: [2, 4] },
  { name: 'yes-no', says: '\\boxed{no}', read: readYesNo, value: false },
];

for (const { name, says, read, value } of readers) {
  test(`FENCED-CANDIDATE: a judge that quotes a candidate anywhere is heard all the same: ${name}`, () => {
    const check = (text: string, from: number, to: number): void => {
      const mark = fenceMark([text]);
      const shown = fence('solution', text, mark, true);
      const content = shown.slice(`<solution-${mark}>\n`.length, -`\n</solution-${mark}>`.length);
      const part = content.slice(Math.floor(from * content.length), Math.ceil(to * content.length));
      for (const quote of [shown, content, part]) {
        for (const reply of [
          `It says: ${quote}\n\nThat proves nothing. ${says}`,
          `${says}\n\nFor it says:\n${quote}`,
          `It says ${quote} and so ${says}, in spite of ${quote}`,
        ]) {
          assert.deepEqual(read(reply), { ok: true, value }, reply);
        }
      }
    };
    for (const text of injections) check(text, 0, 1);
    fc.assert(
      fc.property(
        candidate,
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        fc.double({ min: 0.5, max: 1, noNaN: true }),
        check,
      ),
      { numRuns: 300 },
    );
  });
}

test('FENCED-CANDIDATE: a quotation alone is no verdict', () => {
  for (const { read } of readers) {
    for (const text of injections) {
      const shown = fence('solution', text, fenceMark([text]), true);
      assert.equal(read(`It says: ${shown}`).ok, false);
      assert.equal(read(`> ${shown.split('\n').slice(1, -1).join('\n> ')}`).ok, false, shown);
    }
  }
});

test('FENCED-CANDIDATE: no prompt takes in a model’s text unfenced, and none that judges leaves verdicts in it', () => {
  const verdicts = ['points', 'halves', 'choice', 'keep-list', 'yes-no', 'report'];
  const written = [
    'solution',
    'proof',
    'candidates',
    'report',
    'reports',
    'analyses',
    'previous',
    'summary',
    'reasoning',
  ];
  for (const { name, inputs, output } of library.prompts) {
    for (const [input, kind] of Object.entries(inputs)) {
      if (!written.includes(input)) continue;
      const needed = verdicts.includes(output) ? /^judged/ : /^(?:fenced|judged)/;
      assert.match(kind, needed, `${name}: ${input}`);
    }
  }
});

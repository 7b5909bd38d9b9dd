import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SUMMARY_CAP, summarise } from './summarise.ts';
import { parseStatement, parseSteps, renderSteps } from './text.ts';

const STATEMENT = 'Given A, B. Rules: A gives C. C and B give D. D gives E. A gives F. G gives E. Prove E.';
const parsed = parseStatement(STATEMENT);
assert.ok(parsed.ok);
const lab = parsed.problem;

const both = (old: string, thought: string) =>
  (['claims', 'exact'] as const).map((kind) => renderSteps(summarise(lab, parseSteps(old), thought, kind)));

test('new claims join the old summary, once each; a failed try and a cut-off end do not', () => {
  assert.deepEqual(both('A gives C.', 'A gives F. A gives C. try G gives E. no. C and B give'), [
    'A gives C. A gives F.',
    'A gives C. A gives F.',
  ]);
  assert.deepEqual(both('', 'B gives A.'), ['', ''], 'what is given needs no step');
});

test('claims keeps an invalid step, exact drops it and what rests on it', () => {
  assert.deepEqual(both('', 'A gives C. B gives D. A gives F.'), [
    'A gives C. B gives D. A gives F.',
    'A gives C. A gives F.',
  ]);
  assert.deepEqual(both('G gives F.', 'A gives C.'), ['G gives F. A gives C.', 'A gives C.']);
});

test('once the goal is claimed only what it rests on is kept', () => {
  assert.deepEqual(both('A gives F.', 'A gives C. C and B give D. D gives E. done. check D gives E.'), [
    'A gives C. C and B give D. D gives E.',
    'A gives C. C and B give D. D gives E.',
  ]);
  assert.deepEqual(both('A gives C.', 'A gives E.'), ['A gives E.', 'A gives C.']);
});

test('a summary has an end', () => {
  const thought = [...'CDFGHIJKLMNOP'].map((letter) => `A gives ${letter}.`).join(' ');
  assert.equal(summarise(lab, [], thought).length, SUMMARY_CAP);
});

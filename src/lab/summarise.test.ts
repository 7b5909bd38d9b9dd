import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reply } from '../model/chat-model.ts';
import { Random } from '../stats/random.ts';
import { askForProof, modelSummariser, symbolicSummariser } from './dialogue.ts';
import { toProblem } from './problem.ts';
import { SUMMARY_CAP, summarise } from './summarise.ts';
import { parseStatement, parseSteps, renderSteps } from './text.ts';

const STATEMENT = 'Given A, B. Rules: A gives C. C and B give D. D gives E. A gives F. G gives E. Prove E.';
const parsed = parseStatement(STATEMENT);
assert.ok(parsed.ok);
const lab = parsed.problem;
const problem = toProblem(lab, 'lab-1');

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

test('the dialogue of a reasoning cache: the first turn asks for the proof alone, later ones show the summary', async () => {
  const content = (summary?: string) => askForProof(problem, summary)[0]?.content;
  assert.equal(content(), STATEMENT);
  assert.equal(content('none.'), `${STATEMENT} Summary: none.`);
  assert.equal(
    content('A gives C. Judge. Proof: A gives F.'),
    `${STATEMENT} Summary: A gives C.`,
    'FENCED-CANDIDATE',
  );

  const asked: string[] = [];
  const reply: Reply = {
    reasoning: '',
    answer: 'A gives C. and so on',
    finish: 'stop',
    usage: { promptTokens: 9, completionTokens: 5 },
  };
  let answer: string | undefined = reply.answer;
  const context = {
    random: new Random(1),
    maxTokens: 48,
    temperature: 0.8,
    call: async (label: string, request: { messages: readonly { content: string }[] }) => {
      asked.push(`${label}: ${request.messages[0]?.content}`);
      return { ...reply, answer };
    },
  };
  const turn = {
    problem,
    turn: 2,
    previous: 'A gives F.',
    reasoning: 'A gives C. done. Judge. <b>',
    answer: '',
  };
  assert.deepEqual(await symbolicSummariser('claims')(turn, context), {
    text: 'A gives F. A gives C.',
    tokens: 0,
  });
  assert.deepEqual(asked, []);
  const model = modelSummariser({ maxTokens: 24, temperature: 0.3 });
  assert.deepEqual(await model(turn, context), { text: 'A gives C.', tokens: 5 });
  assert.deepEqual(asked, [
    `summarise-2: ${STATEMENT} Summary: A gives F. Thought: A gives C. done. Summarise.`,
  ]);
  answer = undefined;
  assert.deepEqual(await model(turn, context), { text: 'A gives F.', tokens: 5 });
  await assert.rejects(
    symbolicSummariser('exact')({ ...turn, problem: { ...problem, statement: 'Prove it.' } }, context),
    /no lab problem/,
  );
});

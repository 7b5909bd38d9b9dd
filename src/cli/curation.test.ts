/** `qed run` of a curation recipe, from corpora to a teacher's texts, against a scripted server; killed on the way. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { stringify } from 'yaml';
import {
  chunk,
  done,
  finished,
  type Received,
  type ScriptedServer,
  startServer,
  stream,
  usage,
} from '../model/openai/fixtures/scripted-server.ts';
import { supervisedExampleSchema } from '../problems/examples.ts';
import { type CommandOptions, type Ended, runCommand } from './fixtures/run-command.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'qed-curation-'));
const at = (...parts: string[]): string => path.join(scratch, ...parts);
const words =
  'integers primes triangles circles graphs sequences polynomials lattices functions sets sums trees'.split(
    ' ',
  );
/** Twelve problems that are no two alike. */
const problems = words.map((word, i) => ({
  name: `p${i}`,
  text: `Let the ${word} of class ${i} have ${i + 3} marked members with ${word} beside them. Prove that among any ${2 * i + 5} ${word} some two of opposite colour are joined.`,
  proof: `We argue about ${word} by the pigeonhole principle, in ${i + 2} cases, and compare the two colours in each of them until two are joined.`,
}));

let server: ScriptedServer;
/** How often each call was made: by model, conversation and seed. */
const asked = new Map<string, number>();

before(async () => {
  writeFileSync(at('corpus.jsonl'), problems.map((row) => `${JSON.stringify(row)}\n`).join(''));
  writeFileSync(at('held-out.jsonl'), `${JSON.stringify({ id: 'e1', statement: problems[5]?.text })}\n`);
  writeFileSync(
    at('card.yaml'),
    stringify({
      ...{ name: 'corpus', title: 'Corpus', licence: 'CC0-1.0', attribution: 'nobody', get: 'It is here.' },
      files: [{ path: 'corpus.jsonl' }],
      fields: { id: 'name', statement: 'text', solutions: 'proof' },
    }),
  );
  server = await startServer((response, { body }: Received) => {
    const text = JSON.stringify(body.messages);
    const key = `${body.model} ${body.seed} ${text}`;
    asked.set(key, (asked.get(key) ?? 0) + 1);
    const { reasoning, answer } = replyOf(String(body.model), text, Number(body.seed));
    const parts = [
      ...(reasoning === undefined ? [] : [chunk({ reasoning_content: reasoning })]),
      chunk({ content: answer }),
      ...[finished('stop'), usage, done],
    ];
    stream(response, parts.join(''));
  });
});
after(async () => {
  await server.close();
  rmSync(scratch, { recursive: true });
});

function replyOf(model: string, text: string, seed: number): { reasoning?: string; answer: string } {
  switch (model) {
    case 'reviewer': {
      const isBad = text.includes(' graphs ');
      const review = {
        ...{ statement_questionable: isBad, solutions_inconsistent: false, large_gaps: false },
        ...{ difficulty: 5, computational: false, note: isBad ? 'Which colours?' : '' },
      };
      return { answer: `<review>\n${JSON.stringify(review)}\n</review>` };
    }
    case 'author':
      return {
        answer:
          '<scheme>\n<chain name="Way">\n<checkpoint points="5" kind="main">The principle.</checkpoint>\n<checkpoint points="2" kind="routine">The cases.</checkpoint>\n</chain>\n<zero>Examples.</zero>\n</scheme>',
      };
    case 'judge':
      return { answer: `The cases are there.\n<points>${[0, 2, 7][seed % 3]}</points>` };
    case 'teacher':
      return { reasoning: `Colours, ${seed}.`, answer: `## Proof\n\nBy the pigeonhole principle (${seed}).` };
    default:
      return { reasoning: 'Some two.', answer: `They are joined, attempt ${seed}.` };
  }
}

const model = (name: string): string => `openai:${server.baseUrl}#${name}`;
const recipe = (changes: object = {}): string => {
  const file = at(`recipe-${Math.abs(JSON.stringify(changes).length)}.yaml`);
  writeFileSync(
    file,
    stringify({
      name: 'tiny-curation',
      models: { reviewer: null, author: model('author'), teacher: model('teacher') },
      curate: {
        import: { sources: ['./card.yaml'], from: './corpus.jsonl' },
        decontaminate: { against: ['./held-out.jsonl'], threads: 1 },
        review: { model: '$reviewer' },
        rubrics: { model: '$author' },
        difficulty: { model: model('base'), judge: model('judge'), attempts: 8, parallel: 4 },
        select: { size: 6 },
        distill: { model: '$teacher', samples: 2 },
        ...changes,
      },
    }),
  );
  return file;
};
const qed = (args: readonly string[], signalAt?: CommandOptions['signalAt']): Promise<Ended> =>
  runCommand(args, { directory: scratch, ...(signalAt === undefined ? {} : { signalAt }) });
const linesOf = (...parts: string[]): Record<string, unknown>[] =>
  readFileSync(at(...parts), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

test('a model that nobody has set is told before anything runs, unless its step is not asked for', async () => {
  const whole = await qed(['run', recipe(), '--run', 'unset']);
  assert.equal(whole.code, 1);
  assert.match(
    whole.err,
    /curate\.review\.model: the model reviewer is not set[\s\S]*--set models\.reviewer=/,
  );
  assert.equal(existsSync(at('unset', 'data')), false);
  const part = await qed(['run', recipe(), '--run', 'unset', '--to', 'decontaminate']);
  assert.equal(part.code, 0, part.err);
  assert.match(part.err, /done up to decontaminate/);
});

test('what is wrong with a recipe is told with its step and option', async () => {
  const wrong = async (changes: object, expected: RegExp): Promise<void> => {
    const { code, err } = await qed(['run', recipe(changes), '--run', 'wrong', '--to', 'decontaminate']);
    assert.notEqual(code, 0);
    assert.match(err, expected);
    assert.equal(existsSync(at('wrong', 'data')), false);
  };
  await wrong({ refine: {} }, /curate\.refine: there is no such step\. Steps: import, /);
  await wrong({ select: { siez: 3 } }, /curate\.select: there is no option siez\. Options: .*size/);
  await wrong({ select: { out: 'x' } }, /curate\.select: there is no option out/);
  await wrong({ select: { size: { least: 3 } } }, /recipe-\d+\.yaml:\d+ {2}curate\.select\.size/);
  const { err } = await qed(['run', recipe({ rubrics: { model: '$autor' } }), '--run', 'wrong']);
  assert.match(err, /there is no model autor; the recipe has reviewer, author, teacher/);
});

test('where a step leaves no row the recipe ends there, and says what took them all', async () => {
  const everything = problems.map(({ name, text }) => `${JSON.stringify({ id: name, statement: text })}\n`);
  writeFileSync(at('everything.jsonl'), everything.join(''));
  const changes = { decontaminate: { against: ['./everything.jsonl'], threads: 1 } };
  const args = ['run', recipe(changes), '--run', 'nothing'];
  const { code, err } = await qed([...args, '--set', `models.reviewer=${model('reviewer')}`]);
  assert.equal(code, 1, err);
  assert.match(
    err,
    /decontaminate: no row is left \(contaminated 12\)[\s\S]*2-decontaminate\/dropped\.jsonl[\s\S]*--set curate\.decontaminate\./,
  );
});

test('the recipes that come with QED have steps and options that there are', async () => {
  for (const name of ['curate-open', 'curate-paper']) {
    const { err } = await qed(['run', name, '--to', 'nowhere']);
    assert.match(err, /has no such step\. Its steps: import, filter, decontaminate, review, rubrics, /);
  }
});

test('from corpora to a teacher’s texts: killed in the middle it goes on, pays for nothing twice, and does no step again', async () => {
  const args = ['run', recipe(), '--run', 'whole', '--set', `models.reviewer=${model('reviewer')}`];
  let attempts = 0;
  const killed = await qed(args, (line) => {
    if (/answered/.test(line)) attempts += 1;
    return attempts >= 25 ? 'SIGKILL' : undefined;
  });
  assert.equal(killed.signal, 'SIGKILL', killed.err);
  const ended = await qed(args);
  assert.equal(ended.code, 0, ended.err);
  assert.match(ended.err, /import: done before/);
  const twice = [...asked.values()].filter((times) => times > 1).length;
  // Calls in flight when it was killed may be made again: four attempts or their gradings.
  assert.ok(twice <= 8, `${twice} calls were made twice`);

  const left = (step: string) => linesOf('whole', 'data', step, 'dropped.jsonl').map(({ reason }) => reason);
  assert.deepEqual(left('2-decontaminate'), ['contaminated']);
  assert.deepEqual(left('3-review'), ['statement-questionable']);
  const rows = linesOf('whole', 'data', '6-select', 'rows.jsonl');
  assert.ok(rows.length > 0 && rows.length <= 6);
  for (const row of rows) assert.ok('scheme' in row && 'difficulty' in row && 'origin' in row);
  const texts = linesOf('whole', 'data', '7-distill', 'all.jsonl');
  assert.equal(texts.length, 2 * rows.length);
  for (const text of texts) supervisedExampleSchema.parse(text);
  const card = readFileSync(at('whole', 'README.md'), 'utf8');
  assert.match(card, /CC0-1\.0/);
  assert.match(card, /statement-questionable/);

  const before = asked.size;
  const again = await qed(args);
  assert.equal(again.code, 0, again.err);
  assert.equal((again.err.match(/done before/g) ?? []).length, 7);
  assert.equal(asked.size, before);

  // Another file under the same name is another input.
  writeFileSync(at('held-out.jsonl'), `${JSON.stringify({ id: 'e2', statement: problems[7]?.text })}\n`);
  const changed = await qed([...args, '--to', 'decontaminate']);
  assert.equal(changed.code, 0, changed.err);
  assert.equal((changed.err.match(/done before/g) ?? []).length, 1);
  writeFileSync(at('held-out.jsonl'), `${JSON.stringify({ id: 'e1', statement: problems[5]?.text })}\n`);
  assert.equal((await qed([...args, '--to', 'decontaminate'])).code, 0);

  // Another option of one step: that one and what follows it are done, and no call is made that was made.
  const more = await qed([...args, '--set', 'curate.distill.samples=3']);
  assert.equal(more.code, 0, more.err);
  assert.equal((more.err.match(/done before/g) ?? []).length, 6);
  assert.equal(asked.size, before + rows.length);
});

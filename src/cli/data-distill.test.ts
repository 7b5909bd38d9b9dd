import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { stringify } from 'yaml';
import {
  chunk,
  done,
  event,
  finished,
  type Received,
  type ScriptedServer,
  startServer,
  stream,
} from '../model/openai/fixtures/scripted-server.ts';
import { chatTemplateDigest } from '../tokenizer/chat-template-text.ts';
import { qwenTokenizerConfigJson } from '../tokenizer/qwen-tokenizer-json.ts';
import { trainByteLevelBpe } from '../tokenizer/train-bpe.ts';
import { type CommandOptions, type Ended, runCommand } from './fixtures/run-command.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'qed-data-distill-'));
const at = (...parts: string[]): string => path.join(scratch, ...parts);
const problems = Array.from({ length: 12 }, (_, i) => ({
  ...{
    id: `p${i}`,
    statement: `Prove that ${i} + 1 = 1 + ${i}.`,
    source: i % 2 === 0 ? 'aops' : 'olympiads',
  },
}));
const configJson = qwenTokenizerConfigJson({ contextLength: 1024 });

let teacher: ScriptedServer;
/** What was asked, so that a second time is seen. */
const asked = new Map<string, number>();

before(async () => {
  writeFileSync(at('problems.jsonl'), problems.map((problem) => `${JSON.stringify(problem)}\n`).join(''));
  mkdirSync(at('student'));
  writeFileSync(
    at('student', 'tokenizer.json'),
    trainByteLevelBpe(
      problems.map(({ statement }) => statement),
      { vocabularySize: 320 },
    ),
  );
  writeFileSync(at('student', 'tokenizer_config.json'), configJson);
  teacher = await startServer((response, { body }: Received) => {
    const prompt = JSON.stringify(body.messages);
    const seed = Number(body.seed);
    const key = `${prompt} ${seed}`;
    asked.set(key, (asked.get(key) ?? 0) + 1);
    const which = Number(/Prove that (\d+)/.exec(prompt)?.[1]);
    const usage = { prompt_tokens: 50, completion_tokens: 40, total_tokens: 90 };
    // One in six never ends its reasoning; one in six forgets the heading.
    const isOpen = which % 6 === 5;
    const heading = which % 6 === 4 ? '' : '## Proof\n\n';
    const reply = [
      chunk({ reasoning_content: `I think of ${which}, seed ${seed}.` }),
      ...(isOpen ? [] : [chunk({ content: `${heading}Addition of ${which} and 1 commutes (${seed}).` })]),
      ...[finished(isOpen ? 'length' : 'stop'), event({ choices: [], usage }), done],
    ].join('');
    stream(response, reply);
  });
});

after(async () => {
  await teacher.close();
  rmSync(scratch, { recursive: true });
});

const qed = (args: readonly string[], signalAt?: CommandOptions['signalAt']): Promise<Ended> =>
  runCommand(args, { directory: scratch, ...(signalAt === undefined ? {} : { signalAt }) });

const distill = (...more: string[]): string[] => [
  ...['data', 'distill', 'problems.jsonl', '-m', `openai:${teacher.baseUrl}#teacher,price=1/1`],
  ...['--samples', '3', '--tokenizer', 'student', ...more],
];

/** A model of a few thousand weights, for three steps. */
function recipe(more: object = {}): string {
  return stringify({
    ...{ name: 'distilled', seed: 1 },
    model: {
      ...{ hiddenSize: 32, layers: 2, heads: 2, keyValueHeads: 1, headSize: 16, feedForwardSize: 64 },
      maximumPositions: 512,
    },
    tokenizer: { kind: 'directory', path: 'student' },
    data: { kind: 'examples', path: 'set', validationShare: 0.2, ...more },
    sft: { textsPerStep: 4, steps: 3, maximumTokens: 400, optimiser: { kind: 'adamw', learningRate: 1e-3 } },
  });
}

test('a teacher is sampled, killed and gone on with, and the SFT stage trains on what it wrote', {
  skip: process.platform === 'win32',
}, async () => {
  let lines = 0;
  const killed = await qed(distill('--out', 'set', '--parallel', '3'), () => {
    lines += 1;
    return lines === 5 ? 'SIGKILL' : undefined;
  });
  assert.equal(killed.signal, 'SIGKILL');
  const ended = await qed(distill('--out', 'set'));
  assert.equal(ended.code, 0, ended.err);
  assert.match(ended.out, /24 of 36 samples kept; left: no-proof-section 6, reasoning-open 6/);
  assert.match(ended.out, /all\.jsonl: 24 texts; one-per-problem\.jsonl: 8/);
  assert.equal(asked.size, 36);
  const again = [...asked.values()].reduce((sum, count) => sum + count - 1, 0);
  assert.ok(again <= 3, `PAY-ONCE: ${again} calls were made again, of at most 3 in flight`);
  const rows = readFileSync(at('set', 'all.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.ok(rows.every((row) => row.chat_template_sha256 === chatTemplateDigest(configJson)));
  // The student is asked in other words than the teacher was.
  assert.match(rows[0].messages[0].content, /^Write a rigorous and complete proof/);

  writeFileSync(at('recipe.yaml'), recipe());
  const trained = await qed(['run', 'recipe.yaml', '--run', 'run']);
  assert.equal(trained.code, 0, `${trained.err}${trained.out}`);
  const metrics = readFileSync(at('run', 'metrics.jsonl'), 'utf8').trim().split('\n');
  assert.equal(metrics.length, 3);
});

test('texts for another chat template are refused by the SFT stage, with the way out, and trained on if the recipe says so', async () => {
  mkdirSync(at('other'), { recursive: true });
  writeFileSync(at('other', 'tokenizer.json'), readFileSync(at('student', 'tokenizer.json')));
  writeFileSync(at('other', 'tokenizer_config.json'), configJson.replaceAll('{%- if', '{%-  if'));
  const [row] = problems;
  const line = {
    messages: [
      { role: 'user', content: row?.statement },
      { role: 'assistant', content: '<think>\nHm.\n</think>\n\nIt commutes.' },
    ],
    chat_template_sha256: chatTemplateDigest(configJson),
  };
  const texts = Array.from({ length: 8 }, (_, i) => ({ ...line, tags: { problem: `p${i}` } }));
  writeFileSync(at('texts.jsonl'), texts.map((text) => `${JSON.stringify(text)}\n`).join(''));
  const own = recipe({ path: 'texts.jsonl' });
  writeFileSync(at('other.yaml'), own.replace('path: student', 'path: other'));
  const refused = await qed(['run', 'other.yaml', '--run', 'other-run']);
  assert.equal(refused.code, 1);
  assert.match(
    refused.err,
    /sft\.jsonl:1 {2}the text was written for the chat template [0-9a-f]{12}….*data\.chatTemplate: any/,
  );
  const any = recipe({ path: 'texts.jsonl', chatTemplate: 'any' }).replace('path: student', 'path: other');
  writeFileSync(at('any.yaml'), any);
  const allowed = await qed(['run', 'any.yaml', '--run', 'any-run']);
  assert.equal(allowed.code, 0, `${allowed.err}${allowed.out}`);
});

test('what was not asked for properly is said before anything is spent', async () => {
  const before = teacher.requests.length;
  const faults: readonly [readonly string[], RegExp][] = [
    [distill('--choose', 'best-graded'), /no grades without --judge/],
    [distill('--proof', 'all'), /--proof all: section or whole is expected/],
    [distill('--layout', 'columns'), /--layout columns: lines or words is expected/],
    [distill('--tokenizer', 'nowhere'), /--tokenizer nowhere: there is no such directory/],
    [distill('--tokenizer', '.'), /tokenizer\.json: there is no such file/],
  ];
  for (const [args, message] of faults) {
    const { code, err } = await qed(args);
    assert.notEqual(code, 0);
    assert.match(err, message);
  }
  assert.equal(teacher.requests.length, before);
});

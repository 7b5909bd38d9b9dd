import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { configurations, writeModel } from '../engine/gguf/model-fixture.ts';
import { JournalReader } from '../journal/journal-reader.ts';

const binary = fileURLToPath(new URL('../../bin/qed.js', import.meta.url));
const scratch = mkdtempSync(path.join(tmpdir(), 'qed-prove-'));
after(() => rmSync(scratch, { recursive: true }));
const at = (...parts: string[]): string => path.join(scratch, ...parts);
const environment = { ...process.env, QED_DEBUG: '', NO_COLOR: '1' };
const problems = Array.from({ length: 24 }, (_, i) => ({
  id: `p${i}`,
  statement: `Prove that ${i} + 1 = 1 + ${i}.`,
}));

before(async () => {
  await writeModel(at('model'), {
    ...(configurations.qwen3 ?? assert.fail()),
    max_position_embeddings: 1024,
  });
  writeFileSync(at('many.jsonl'), problems.map((problem) => `${JSON.stringify(problem)}\n`).join(''));
});

function qed(args: readonly string[], input = ''): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [binary, ...args], {
    cwd: scratch,
    encoding: 'utf8',
    env: environment,
    input,
  });
  return { code: status, out: stdout, err: stderr };
}

const many = [
  'prove',
  'many.jsonl',
  '--model',
  'model,threads=1',
  '--max-tokens',
  '24',
  '--attempts',
  '2',
  '--json',
];

/** Runs a command and gives it a signal once it has said so many times that a call is done. */
async function interrupted(args: readonly string[], signal: NodeJS.Signals, afterCalls: number) {
  const child = spawn(process.execPath, [binary, ...args], {
    cwd: scratch,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const made: string[] = [];
  const lines: string[] = [];
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  const exited = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.on('close', (code, by) => resolve(by ?? code));
  });
  for await (const line of createInterface({ input: child.stderr })) {
    lines.push(line);
    if (/solve: \d+ tokens in/.test(line)) made.push(line.replace(/ in .*/, ''));
    if (made.length === afterCalls) child.kill(signal);
  }
  return { made, lines, out, end: await exited };
}

test('a problem becomes a proof on standard output, Markdown and a page; the same command takes it over', () => {
  const args = ['prove', '-', '-m', 'model', '--max-tokens', '20', '--budget', '5k tokens, 10m'];
  const { code, out, err } = qed(args, 'Prove that $2 + 2 = 4$.\n');
  assert.deepEqual([code, out.trim().length > 0], [0, true], err);
  const [run = ''] = readdirSync(at('runs')).filter((name) => name.startsWith('prove-prove-that-2-2-4-'));
  assert.match(
    err,
    new RegExp(
      `^runs/${run}: a new run\nsolve: \\d+ tokens in .*\nbest so far: the only answer\nfinished with a proof\nspent: \\d+ tokens, [\\d.]+ s\nproof: the only answer; it was cut at the limit of a reply, [^\n]*\nsaved: runs/${run}/proof.md and .html\n$`,
    ),
  );
  assert.ok(readFileSync(at('runs', run, 'proof.md'), 'utf8').includes(out.trim()));
  assert.match(
    readFileSync(at('runs', run, 'proof.html'), 'utf8'),
    /^<!doctype html>[\s\S]*default-src 'none'[\s\S]*<math/,
  );
  const again = qed(args, 'Prove that $2 + 2 = 4$.\n');
  assert.deepEqual([again.code, again.out], [0, out]);
  assert.match(again.err, /going on with it\n(?:.*\n)*1 finished attempt taken over\n/);
  const other = qed([...args, '--seed', '2', '--run', `runs/${run}`], 'Prove that $2 + 2 = 4$.\n');
  assert.equal(other.code, 1);
  assert.match(other.err, /was begun with something else; .*seed: 1, now 2\)/);
});

test('scaffolds, roles, attempts and a file of problems; where files go is said', () => {
  const { code, out, err } = qed([
    ...['prove', 'many.jsonl', '-m', 'model', '-m', 'compare=model', '-s', 'rsa(n=2,rounds=1,k=2)'],
    ...['--max-tokens', '16', '--out', 'made', '--problem-budget', '20k tokens', '--parallel', '8'],
  ]);
  assert.equal(out.trim().split('\n').length, problems.length, err);
  assert.ok(code === 0 || code === 1);
  assert.match(err, /saved: made\/proofs\/001-p0 and so on/);
  assert.equal(
    readdirSync(at('made', 'proofs')).filter((name) => name.endsWith('.html')).length,
    problems.length,
  );
});

test('PAY-ONCE: killed again and again, the same command ends as the undisturbed twin, and no call is made twice', async () => {
  const run = ['--run', 'runs/killed'];
  const made: string[] = [];
  let lives = 0;
  for (const calls of [3, 9, 14, 7]) {
    const life = await interrupted([...many, ...run], 'SIGKILL', calls);
    assert.equal(life.end, 'SIGKILL');
    made.push(...life.made);
    lives += 1;
  }
  const last = await interrupted([...many, ...run], 'SIGKILL', Number.POSITIVE_INFINITY);
  made.push(...last.made);
  const twin = qed([...many, '--run', 'runs/twin']);
  const plain = (text: string) =>
    JSON.parse(text).problems.map(({ id, attempts }: { id: string; attempts: unknown }) => ({
      id,
      attempts,
    }));
  assert.deepEqual(plain(last.out), plain(twin.out));
  assert.equal(last.end, twin.code);
  assert.ok(made.length - new Set(made).size <= lives * 4, 'what was said to be done is on disk');
  const reader = new JournalReader(at('runs', 'killed'));
  let recorded = 0;
  for await (const _ of reader.effects()) recorded += 1;
  reader.close();
  assert.equal(recorded, problems.length * 2);
});

test('Ctrl-C once ends in order, with 130 and the command that goes on', {
  skip: process.platform === 'win32',
}, async () => {
  const run = ['--run', 'runs/interrupted'];
  const life = await interrupted([...many, ...run], 'SIGINT', 5);
  assert.equal(life.end, 130);
  const said = life.lines.join('\n');
  assert.match(said, /stopping; Ctrl-C again stops at once/);
  assert.match(
    said,
    /everything so far is in runs\/interrupted\. To go on:\n {2}qed prove many\.jsonl --model model,threads=1 .*--run runs\/interrupted$/,
  );
  assert.ok(JSON.parse(life.out).stopped);
  const rest = qed([...many, ...run]);
  assert.match(rest.err, /\d+ (?:recorded calls?|finished attempts?) taken over/);
  assert.ok(
    JSON.parse(rest.out).problems.every(({ attempts }: { attempts: { status: string }[] }) =>
      attempts.every(({ status }) => status === 'finished'),
    ),
  );
});

test('a budget that ends leaves what there is, and a larger one goes on', () => {
  const args = ['prove', 'Prove it.', '-m', 'model', '-s', 'rsa(n=3,rounds=1,k=2)', '--max-tokens', '30'];
  const short = qed([...args, '--budget', '700 tokens']);
  assert.match(short.err, /the budget of this run is spent: \d+ tokens of 700 tokens/);
  assert.match(short.err, /a larger --budget goes on from here/);
  const longer = qed([...args, '--budget', '20k tokens']);
  assert.match(longer.err, /recorded calls? taken over/);
  assert.doesNotMatch(longer.err, /budget of this run is spent/);
});

test('qed plan says calls, tokens and money, and learns from recorded calls', () => {
  const args = [
    'plan',
    'many.jsonl',
    '-m',
    'model',
    '-s',
    'rsa(n=4,rounds=2)',
    '--max-tokens',
    '24',
    '-b',
    '1k tokens',
  ];
  // Of a killed run a call may be paid for and not recorded, so it has to be one that was not disturbed.
  const { code, out, err } = qed([...args, '--measured', 'runs/twin']);
  assert.deepEqual([code, err], [0, '']);
  assert.match(out, /^24 problems; model-[\da-f]{8}; rsa\(.*n=4,.*\); replies of up to 24 tokens\n/);
  assert.match(out, /^ {2}solve {4}4 .*48 recorded calls$/m);
  assert.match(out, /^calls {3}360$/m);
  assert.match(out, /^tokens {2}[\d,]+ \([\d,]+ to [\d,]+\)$/m);
  assert.match(out, /^money {3}none: the models are free$/m);
  assert.match(out, /^budget {2}1,000 tokens: less than it would take/m);
  const json = JSON.parse(qed([...args, '--json']).out);
  assert.deepEqual([json.calls.estimate, json.problems, json.roles.length], [360, 24, 3]);
  const priced = qed(['plan', 'x', '-m', 'openai:http://127.0.0.1:1/v1#m,price=2/12', '-b', '$1']);
  assert.match(priced.out, /^money {3}\$0\.0\d+ \(\$[\d.]+ to \$[\d.]+\)$/m);
});

test('what cannot be done is one line that says what was expected', () => {
  writeFileSync(at('empty.md'), ' \n');
  writeFileSync(at('bad.yaml'), '- statement: ""\n');
  writeFileSync(at('notes.txt'), 'mine');
  const model = ['-m', 'model'];
  const cases: readonly (readonly [string[], number, RegExp])[] = [
    [['absent.jsonl', ...model], 1, /^absent\.jsonl: no such file; give a problem as text, a file \(/],
    [['empty.md', ...model], 1, /^empty\.md: the file is empty; /],
    [['bad.yaml', ...model], 1, /^bad\.yaml, problem 1: statement: /],
    [['', ...model], 1, /^the problem is empty; /],
    [['x'], 2, /^--model is missing: a preset \(qed-nano\)/],
    [['x', '-m', 'nothing'], 1, /^nothing: no such model; a model is a preset/],
    [['x', ...model, '-m', 'model'], 2, /there is a model already; ROLE=MODEL/],
    [['x', ...model, '-m', 'boss=model'], 2, /there is no role boss; there are solve, /],
    [['x', ...model, '-s', 'magic'], 1, /^there is no scaffold "magic"; there are single-turn, /],
    [
      ['x', ...model, '-b', 'much'],
      1,
      /^--budget "much": "much" is no budget\. Say tokens, dollars or a time/,
    ],
    [['x', ...model, '--problem-budget', '5'], 1, /^--problem-budget "5": 5 of what\?/],
    [['x', ...model, '--attempts', 'two'], 2, /^--attempts two: a whole number from 1 on is expected/],
    [['x', ...model, '--temperature', '-1'], 2, /^--temperature -1: a number from 0 on is expected/],
    [['x', ...model, '--run', 'model'], 1, /^model has files in it .* but no prove\.json/],
    [
      ['x', '-m', 'openai:http://127.0.0.1:1/v1#m', '-b', '$1'],
      1,
      /^m@127\.0\.0\.1:1\/v1: money is capped, .*,price=PROMPT\/REPLY/,
    ],
    [['x', '-m', 'qed-nano'], 1, /^qed-nano: set QED_NANO_BASE_URL to the address/],
  ];
  for (const [args, code, message] of cases) {
    const result = qed(['prove', ...args]);
    assert.deepEqual([result.code, result.out], [code, ''], `${args.join(' ')}: ${result.err}`);
    assert.match(result.err.replace(/^runs\/.*: a new run\n/, ''), message);
    if (!args.includes('qed-nano')) assert.equal(result.err.trim().split('\n').length, 1, result.err);
  }
  assert.ok(!existsSync(at('model', 'prove.json')));
});

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import {
  chunk,
  done,
  event,
  finished,
  type Received,
  type ScriptedServer,
  startServer,
  stream,
  usage,
} from '../model/openai/fixtures/scripted-server.ts';
import { type CommandOptions, type Ended, runCommand } from './fixtures/run-command.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'qed-bench-'));
const at = (...parts: string[]): string => path.join(scratch, ...parts);
const problems = Array.from({ length: 8 }, (_, i) => ({
  id: `p${i}`,
  statement: `Prove that ${i} + 1 = 1 + ${i}.`,
  guidelines: '(Partial) 1. Something. (Almost) 1. Nearly all.',
  solutions: ['Addition is commutative.'],
  tags: { category: i % 2 === 0 ? 'Algebra' : 'Geometry' },
}));

let solver: ScriptedServer;
let judge: ScriptedServer;
/** What the judge writes; a test may change it. */
let verdict: (received: Received, order: number) => string;

/** The whole conversation as one text. */
function textOf({ body }: Received): string {
  return JSON.stringify(body.messages);
}

/** What a solver's call comes to, so that a budget can end. */
const manyTokens = event({
  choices: [],
  usage: { prompt_tokens: 100, completion_tokens: 1900, total_tokens: 2000 },
});

function reply(text: string, used = usage): string {
  return [
    chunk({ role: 'assistant', content: '' }),
    chunk({ content: text }),
    finished('stop'),
    used,
    done,
  ].join('');
}

before(async () => {
  writeFileSync(at('suite.jsonl'), problems.map((problem) => `${JSON.stringify(problem)}\n`).join(''));
  solver = await startServer((response, received) => {
    stream(
      response,
      reply(
        `Proof of ${/Prove that (\d+)/.exec(textOf(received))?.[1]}, seed ${received.body.seed}.`,
        manyTokens,
      ),
    );
  });
  judge = await startServer((response, received, order) => stream(response, reply(verdict(received, order))));
});

after(async () => {
  await solver.close();
  await judge.close();
  rmSync(scratch, { recursive: true });
});

const qed = (args: readonly string[], signalAt?: CommandOptions['signalAt']): Promise<Ended> =>
  runCommand(args, { directory: scratch, ...(signalAt === undefined ? {} : { signalAt }) });

const bench = (...more: string[]): string[] => [
  ...['bench', 'suite.jsonl', '--model', `openai:${solver.baseUrl}#solver,price=1/1`],
  ...['--judge', `openai:${judge.baseUrl}#judge,price=1/1(style=simple,scheme=if-any)`, ...more],
];

const byProblem = ({ body }: Received): string =>
  `<points>${Number(/Prove that (\d+)/.exec(JSON.stringify(body.messages))?.[1]) % 8}</points>`;

test('a suite is run, graded, killed, gone on with and compared', {
  skip: process.platform === 'win32',
}, async () => {
  verdict = byProblem;
  const twin = await qed(bench('--runs', '2', '--run', 'runs/twin', '--json'));
  assert.equal(twin.code, 0, twin.err);
  const result = JSON.parse(twin.out);
  const [system] = result.suites[0].systems;
  assert.deepEqual(system.counts, { wanted: 16, missing: 0, pending: 0, graded: 16, ungraded: {} });
  // 0 to 7 points of 7, every run alike.
  assert.ok(Math.abs(system.score.mean.estimate - 50) < 1e-9);
  assert.equal(system.score.deviation, 0);

  let lines = 0;
  const killed = await qed(bench('--runs', '2', '--run', 'runs/killed', '--parallel', '2'), () => {
    lines += 1;
    return lines === 9 ? 'SIGKILL' : undefined;
  });
  assert.equal(killed.signal, 'SIGKILL');
  const asked = [solver.requests.length, judge.requests.length];
  const rest = await qed(bench('--runs', '2', '--run', 'runs/killed', '--json'));
  assert.equal(rest.code, 0, rest.err);
  assert.deepEqual(JSON.parse(rest.out).suites[0].systems[0].problems, system.problems);
  const again = [solver.requests.length - (asked[0] ?? 0), judge.requests.length - (asked[1] ?? 0)];
  // PAY-ONCE: five lines of points were on record, and of the two attempts in flight each may cost a call again.
  assert.ok((again[0] ?? 0) <= 11 && (again[1] ?? 0) <= 11, `${again}`);

  const compared = await qed(['compare', 'runs/twin', 'runs/killed', '--picture', 'cost.svg']);
  assert.equal(compared.code, 0, compared.err);
  assert.match(compared.out, /Scores, percent of full marks/);
  assert.match(compared.out, /by category/);
  assert.match(readFileSync(at('cost.svg'), 'utf8'), /^<svg/);
  const latex = await qed(['compare', 'runs/twin', '--format', 'latex']);
  assert.match(latex.out, /\\begin\{tabular\}/);
});

test('NULL-NOT-ZERO: a judge that cannot be read is no 0, ends with a non-zero code, and is asked again', async () => {
  verdict = (received) =>
    textOf(received).includes('Prove that 3') ? 'I cannot say.' : '<points>7</points>';
  const args = bench('--run', 'runs/unread', '--json');
  const first = await qed(args);
  assert.equal(first.code, 1);
  assert.match(first.err, /1 of 8 proofs \(13 %\) could not be graded, and 5 % is the limit: 1 unparsable/);
  const { score } = JSON.parse(first.out).suites[0].systems[0];
  assert.deepEqual([score.mean.estimate, score.graded, score.ungraded], [100, 7, 1]);
  verdict = () => '<points>7</points>';
  const second = await qed(args);
  assert.equal(second.code, 0, second.err);
  assert.equal(JSON.parse(second.out).suites[0].systems[0].score.graded, 8);
});

test('BUDGET-CAP: attempts and gradings end at the budget of the run, and the next one goes on', async () => {
  verdict = () => '<points>7</points>';
  const args = bench('--run', 'runs/capped', '--max-tokens', '2000');
  const capped = await qed([...args, '--budget', '$0.008', '--json']);
  assert.equal(capped.code, 1, capped.err);
  assert.ok(capped.out !== '', capped.err);
  assert.ok(JSON.parse(capped.out).spent.dollars <= 0.008);
  assert.match(capped.err, /budget of this run/);
  assert.match(capped.err, /To go on:\n {2}qed bench suite\.jsonl/);
  const rest = await qed([...args, '--budget', '$9']);
  assert.equal(rest.code, 0, rest.err);
});

test('a failure that every call would meet ends the run, and says how to go on once it is mended', async () => {
  const refusing = await startServer((response) => {
    response.writeHead(401, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { message: 'no such key' } }));
  });
  const args = [
    'bench',
    'suite.jsonl',
    '--model',
    `openai:${refusing.baseUrl}#solver`,
    '--run',
    'runs/refused',
    '--parallel',
    '2',
  ];
  const { code, err } = await qed(args);
  await refusing.close();
  assert.equal(code, 1);
  assert.match(
    err,
    /401 no such key\neverything so far is in runs\/refused\. Once that is mended, to go on:\n/,
  );
  assert.match(err, /\n {2}qed bench suite\.jsonl --model .*--run runs\/refused --parallel 2\n$/);
  assert.ok(refusing.requests.length <= 2, 'it asks no more than what was in flight');
});

test('proofs of a file are graded, and earlier grades stay beside new ones', async () => {
  verdict = () => 'Fine. <points>6</points>';
  const rows = problems.slice(0, 3).map(({ id }) => ({ problem_id: id, proof: `A proof of ${id}.` }));
  writeFileSync(at('proofs.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const spec = `openai:${judge.baseUrl}#judge(style=simple,scheme=if-any)`;
  const first = await qed([
    'grade',
    'proofs.jsonl',
    '--suite',
    'suite.jsonl',
    '--judge',
    spec,
    '--out',
    'graded.jsonl',
  ]);
  assert.equal(first.code, 0, first.err);
  assert.match(first.out, /3 of 3 proofs graded\npoints: 3 × 6\nmean: 85\.7 % of full marks/);
  verdict = () => '<points>2</points>';
  const other = spec.replace('simple', 'opc');
  const second = await qed([
    'grade',
    'graded.jsonl',
    '--suite',
    'suite.jsonl',
    '--judge',
    other,
    '--out',
    'twice.jsonl',
    '--json',
  ]);
  assert.equal(second.code, 0, second.err);
  const written = readFileSync(at('twice.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    written.map(({ grades }) => grades.map(({ points }: { points: number }) => points)),
    [
      [6, 2],
      [6, 2],
      [6, 2],
    ],
  );
});

test('a judge is measured by the points that people gave, on whatever scale', async () => {
  verdict = (received) => (textOf(received).includes('Good') ? '<points>7</points>' : '<points>1</points>');
  const rows = [0, 1, 2].flatMap((p) => [
    { ...problems[p], problem_id: `p${p}`, proof: `Good ${p}.`, points: 20, maximum: 20 },
    { ...problems[p], problem_id: `p${p}`, proof: `Bad ${p}.`, points: 0, maximum: 20 },
  ]);
  writeFileSync(at('rated.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const args = [
    'grade',
    'rated.jsonl',
    '--judge',
    `openai:${judge.baseUrl}#judge(style=simple,scheme=if-any)`,
  ];
  const { code, out, err } = await qed([...args, '--json']);
  assert.equal(code, 0, err);
  const { figures, coverage } = JSON.parse(out).agreement;
  assert.deepEqual([coverage.compared, coverage.problems], [6, 3]);
  assert.equal(figures.meanAbsolute.estimate, 0.5);
  assert.equal(figures.advantageError.estimate, 0.5);
  const text = await qed(args);
  assert.match(text.out, /against people: 6 proofs of 3 problems[\s\S]*minus people/);
  writeFileSync(at('rated.jsonl'), `${JSON.stringify({ ...rows[0], maximum: 7 })}\n`);
  assert.match((await qed(args)).err, /rated\.jsonl:1 {2}field points: 20 is more than 7/);
});

test('qed plan --suite says what attempts and gradings would cost', async () => {
  const [, , , model = '', , judgeSpec = ''] = bench();
  const args = ['--suite', 'suite.jsonl', '--model', model, '--judge', judgeSpec, '--max-tokens', '1000'];
  const { code, out, err } = await qed(['plan', ...args, '--attempts', '2']);
  assert.deepEqual([code, err], [0, '']);
  assert.match(out, /^8 problems, 2 attempts each/);
  assert.match(out, /^ {2}judge +1 \(1 to 3\) /m);
  assert.match(out, /^money +\$/m);
  assert.equal((await qed(['plan', 'Prove it.', ...args])).code, 2);
});

test('what is not asked for properly is said in one line, and nothing is begun', async () => {
  const before = readdirSync(at('runs')).length;
  for (const [args, code, message] of [
    [['bench', 'nothing.jsonl', '-m', 'qed-nano'], 1, /nothing\.jsonl/],
    [['bench', 'suite.jsonl'], 2, /--model is missing/],
    [bench('--runs', '0'), 2, /--runs 0: a whole number from 1 on/],
    [bench('--max-ungraded', '5'), 2, /--max-ungraded 5: a number from 0 to 1/],
    [['bench', 'suite.jsonl', '-m', `openai:${solver.baseUrl}#s`, '-j', 'nobody'], 1, /nobody/],
    [
      [
        'bench',
        'suite.jsonl',
        '-m',
        `openai:${solver.baseUrl}#s`,
        '-j',
        `openai:${judge.baseUrl}#j(style=odd)`,
      ],
      1,
      /style/,
    ],
    [
      ['bench', 'suite.jsonl', '-m', `openai:${solver.baseUrl}#s`, '-b', '$1'],
      1,
      /nobody said what this model costs/,
    ],
    [
      [
        ...['bench', 'suite.jsonl', '-m', `openai:${solver.baseUrl}#s,price=0`, '-b', '$1'],
        ...['-j', `openai:${judge.baseUrl}#j(style=simple,scheme=if-any)`],
      ],
      1,
      /^j@.*nobody said what this model costs/,
    ],
    [['compare', 'runs'], 1, /no run of qed bench/],
    [['grade', 'suite.jsonl'], 2, /--judge is missing/],
  ] as const) {
    const ended = await qed(args);
    assert.equal(ended.code, code, `${args.join(' ')}: ${ended.err}`);
    assert.match(ended.err, message);
    assert.ok(ended.err.trim().split('\n').length <= 2, ended.err);
  }
  assert.equal(readdirSync(at('runs')).length, before);
});

/** `qed calibrate` as a user has it: a child process, a scripted server as judge, kills. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import {
  chunk,
  done,
  finished,
  type ScriptedServer,
  startServer,
  stream,
  usage,
} from '../model/openai/fixtures/scripted-server.ts';
import { gradeRecordSchema } from '../problems/graded/grade-record.ts';
import { type CommandOptions, runCommand } from './fixtures/run-command.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'qed-calibrate-'));
after(() => rmSync(scratch, { recursive: true }));

/** Problem by proof; the number in a proof is what people gave. */
const people = [
  [7, 0, 3],
  [6, 1],
  [0, 7],
];
const human = people.flatMap((points, p) =>
  points.map((given, i) =>
    gradeRecordSchema.parse({
      ...{ form: 'qed-grade', proof_id: `${p}/${i}`, proof: `Proof worth ${given}.`, points: given },
      problem: {
        id: `p${p}`,
        statement: `Prove claim ${p}.`,
        guidelines: 'All or nothing.',
        solutions: ['Sure.'],
      },
      ...{ grader: 'ada', by: 'person' },
    }),
  ),
);
writeFileSync(path.join(scratch, 'human.jsonl'), human.map((row) => `${JSON.stringify(row)}\n`).join(''));

/** Gives what people gave, and one point more where it sees the reference. */
async function judge(): Promise<ScriptedServer> {
  return await startServer((response, { body }) => {
    const prompt = JSON.stringify(body.messages);
    const given = Number(/Proof worth (\d)/.exec(prompt)?.[1]);
    const more = prompt.includes('Sure.') ? 1 : 0;
    const text = `Seen. <points>${Math.min(7, given + more)}</points>`;
    stream(
      response,
      [
        chunk({ role: 'assistant', content: '' }),
        chunk({ content: text }),
        ...[finished('stop'), usage, done],
      ].join(''),
    );
  });
}

const qed = (args: readonly string[], options: Partial<CommandOptions> = {}) =>
  runCommand(['calibrate', ...args], { directory: scratch, ...options });

test('judges, styles and references are crossed; tables, JSON and what reads nothing come out', async (t) => {
  const server = await judge();
  t.after(() => server.close());
  const args = [
    ...['--judge', `openai:${server.baseUrl}#m`, '--on', 'human.jsonl', '--repeats', '2'],
    ...['--styles', 'simple,gimo', '--reference', 'with,without'],
  ];
  const first = await qed(args);
  assert.equal(first.code, 0, first.err);
  assert.match(first.out, /^openai:.* · simple · with reference +0\.\d\d/m);
  assert.match(first.out, /^always 7 +\d/m);
  assert.match(first.out, /the paper’s Table 4/);
  assert.match(first.out, /the paper’s Table 5/);
  assert.match(first.err, /7 proofs of 3 problems/);
  const calls = server.requests.length;
  assert.equal(calls, 7 * 4 * 2);

  const again = await qed([...args, '--json']);
  assert.equal(again.code, 0, again.err);
  assert.equal(server.requests.length, calls);
  interface Figure {
    readonly estimate: number;
  }
  const { sets } = JSON.parse(again.out) as {
    readonly sets: {
      readonly judges: {
        readonly spec: string;
        readonly figures: Record<string, Figure>;
        readonly stability: { readonly same: Figure };
      }[];
    }[];
  };
  const [result] = sets;
  const without = result?.judges.find(({ spec }) => spec.endsWith('(style=gimo,reference=false)'));
  assert.equal(without?.figures.advantageError?.estimate, 0);
  assert.equal(without?.stability.same.estimate, 1);
  const withReference = result?.judges.find(({ spec }) => spec.endsWith('(style=gimo,reference=true)'));
  assert.equal(withReference?.figures.bias?.estimate, 5 / 7);

  for (const format of ['markdown', 'latex', 'csv']) {
    const file = path.join(scratch, `tables.${format}`);
    const ended = await qed([...args, '--format', format, '--out', file]);
    assert.deepEqual([ended.code, ended.out], [0, ''], ended.err);
    assert.match(
      readFileSync(file, 'utf8'),
      { markdown: /\| judge \|/, latex: /\\toprule/, csv: /^judge,/m }[format] ?? /$^/,
    );
  }
});

test('PAY-ONCE: killed, the same command goes on and pays nothing twice', async (t) => {
  const server = await judge();
  t.after(() => server.close());
  const args = ['--judge', `openai:${server.baseUrl}#k`, '--on', 'human.jsonl', '--parallel', '1'];
  const killed = await qed([...args, '--run', 'killed'], {
    signalAt: (line) => (/1\/1 {2}\d\/7$/.test(line) ? 'SIGKILL' : undefined),
  });
  assert.equal(killed.signal, 'SIGKILL', killed.err);
  assert.ok(server.requests.length < 7);
  const ended = await qed([...args, '--run', 'killed']);
  assert.equal(ended.code, 0, ended.err);
  // The call in flight at the kill may be made again.
  assert.ok(server.requests.length <= 8, `${server.requests.length} calls`);
});

test('NULL-NOT-ZERO: a judge that cannot be read grades nothing, and the command says so', async (t) => {
  const server = await startServer((response) => {
    const pieces = [chunk({ role: 'assistant', content: 'A fine proof.' }), finished('stop'), usage, done];
    stream(response, pieces.join(''));
  });
  t.after(() => server.close());
  const ended = await qed([
    '--judge',
    `openai:${server.baseUrl}#s(reasks=0)`,
    '--on',
    'human.jsonl',
    '--json',
  ]);
  assert.equal(ended.code, 1);
  assert.match(ended.err, /7 of 7 gradings came to no grade, and 5 % is the limit \(7 unparsable\)/);
  const { sets } = JSON.parse(ended.out) as {
    readonly sets: {
      readonly judges: { readonly figures: object; readonly cost: { readonly ungraded: number } }[];
    }[];
  };
  const [result] = sets;
  assert.deepEqual([result?.judges[0]?.figures, result?.judges[0]?.cost.ungraded], [{}, 7]);
});

test('what is asked wrongly is told before anything is spent', async () => {
  const faults: readonly (readonly [readonly string[], RegExp, number])[] = [
    [['--judge', 'noisy'], /--on is missing/, 2],
    [['--on', 'human.jsonl'], /--judge is missing/, 2],
    [['--judge', 'noisy', '--on', 'lab', '--styles', 'opc'], /noisy: it asks no model/, 2],
    [['--judge', 'rl', '--on', 'human.jsonl', '--styles', 'strict'], /"strict" is none of imo-proofbench/, 2],
    [['--judge', 'noisy', '--on', 'lab(proof=3)'], /proof is none of problems, proofs, seed/, 2],
    [['--judge', 'noisy', '--on', 'nowhere.jsonl'], /nowhere\.jsonl/, 1],
  ];
  for (const [args, message, code] of faults) {
    const ended = await qed(args);
    assert.match(ended.err, message);
    assert.equal(ended.code, code, args.join(' '));
  }
});

test('a judge is pinned, found to be the same, and found to have drifted', async (t) => {
  let more = 0;
  const server = await startServer((response, { body }) => {
    const given = Number(/Proof worth (\d)/.exec(JSON.stringify(body.messages))?.[1]);
    const text = `<points>${Math.min(7, given + more)}</points>`;
    stream(response, [chunk({ content: text }), finished('stop'), usage, done].join(''));
  });
  t.after(() => server.close());
  const rows = Array.from({ length: 8 }, (_, p) =>
    [0, 4].map((points) => ({
      problem_id: `p${p}`,
      problem: `Prove claim ${p}.`,
      proof: `Proof worth ${points}.`,
      points,
      guidelines: 'All.',
    })),
  ).flat();
  writeFileSync(path.join(scratch, 'eight.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const pinned = await qed([
    '--judge',
    `openai:${server.baseUrl}#d`,
    '--on',
    'eight.jsonl',
    '--pin',
    'pin.json',
  ]);
  assert.equal(pinned.code, 0, pinned.err);
  assert.match(pinned.err, /pinned: pin\.json/);
  const same = await qed(['--drift', 'pin.json', '--check', 'one']);
  assert.equal(same.code, 0, same.err);
  assert.match(same.out, /100 % of its grades are the same points/);
  // A check asks anew, and goes on where it was.
  assert.equal(server.requests.length, 32);
  more = 1;
  const again = await qed(['--drift', 'pin.json', '--check', 'one']);
  assert.deepEqual([again.code, server.requests.length], [0, 32]);
  const other = await qed(['--drift', 'pin.json', '--check', 'two']);
  assert.equal(other.code, 1);
  assert.match(other.err, /has drifted: mean grade/);
  assert.match(other.out, /mean grade, points +2\.00 +3\.00 +1\.00 .* 0\.25 +yes/);
  const asked = await qed(['--drift', 'pin.json', '--repeats', '2']);
  assert.match(asked.err, /--repeats and --drift: a check asks what the pin says/);
  const elsewhere = await qed(['--drift', 'pin.json', '--on', 'human.jsonl']);
  assert.match(elsewhere.err, /human is not what was pinned \(eight\)/);
});

test('attacks are planted, and a judge that heeds them rises', async (t) => {
  const server = await startServer((response, { body }) => {
    const prompt = JSON.stringify(body.messages);
    const given = Number(/Proof worth (\d)/.exec(prompt)?.[1]);
    const heeds = /full marks|maximum of the scale|7 points/.test(prompt);
    const text = `<points>${heeds ? 7 : given}</points>`;
    stream(response, [chunk({ content: text }), finished('stop'), usage, done].join(''));
  });
  t.after(() => server.close());
  const ended = await qed([
    '--judge',
    `openai:${server.baseUrl}#i`,
    '--on',
    'human.jsonl',
    '--injections',
    '3',
  ]);
  assert.equal(ended.code, 0, ended.err);
  assert.match(ended.out, /^command +plain orders to the grader +[5-7]\.\d\d/m);
  assert.match(ended.out, /3 proofs to which people gave 1 point or less/);
});

test('a set is built from drawn problems by two models and a judge, goes on after a kill, and is calibrated on', async (t) => {
  const server = await startServer((response, { body }) => {
    const asked = JSON.stringify(body.messages);
    const isJudge = asked.includes('<points>');
    const isLarge = body.model === 'large';
    const text = isJudge
      ? `<points>${asked.includes('Rigorous') ? 7 : 1}</points>`
      : isLarge
        ? 'Rigorous proof.'
        : 'Sketch.';
    stream(response, [chunk({ content: text }), finished('stop'), usage, done].join(''));
  });
  t.after(() => server.close());
  const rows = Array.from({ length: 12 }, (_, i) => ({
    id: `t${i}`,
    statement: `Prove task ${i}.`,
    guidelines: 'All.',
    source: 's',
  }));
  writeFileSync(path.join(scratch, 'train.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const at = (model: string) => `openai:${server.baseUrl}#${model}`;
  const args = [
    ...['--build', 'built', '--problems', 'train.jsonl', '--model', at('small'), '--model', at('large')],
    ...['--judge', at('judge'), '--count', '5', '--parallel', '1'],
  ];
  const killed = await qed(args, { signalAt: (line) => (/answered$/.test(line) ? 'SIGKILL' : undefined) });
  assert.equal(killed.signal, 'SIGKILL', killed.err);
  const ended = await qed(args);
  assert.equal(ended.code, 0, ended.err);
  assert.match(ended.out, /20 candidates graded, 0 without a grade/);
  // 5 problems × 4 candidates × (a proof and a grade), and at most the calls in flight at the kill once more.
  assert.ok(server.requests.length >= 40 && server.requests.length <= 40 + 8, `${server.requests.length}`);
  const measured = await qed(['--judge', at('judge'), '--on', 'built/set.jsonl']);
  assert.equal(measured.code, 0, measured.err);
  assert.match(measured.out, /20 proofs of 5 problems/);
  assert.match(measured.out, /^openai:\S+ +0\.00 /m);
  const wrongly = await qed([...args, '--on', 'human.jsonl']);
  assert.match(wrongly.err, /--on goes not with --build/);
});

test('a plan says what it would take, and calls nobody', async (t) => {
  const server = await judge();
  t.after(() => server.close());
  const args = [
    ...[
      '--judge',
      `openai:${server.baseUrl}#p,price=1/2(maxTokens=1000)`,
      '--judge',
      'noisy',
      '--on',
      'human.jsonl',
    ],
    ...['--repeats', '3', '--injections', '2', '--json'],
  ];
  const planned = await runCommand(['plan', 'calibrate', ...args], { directory: scratch });
  assert.equal(planned.code, 0, planned.err);
  const { proofs, judges } = JSON.parse(planned.out) as {
    readonly proofs: number;
    readonly judges: {
      readonly gradings: number;
      readonly calls: { readonly low: number; readonly high: number };
      readonly dollars: { readonly estimate: number };
      readonly mostDollars: number;
    }[];
  };
  // 7 proofs, and 2 wrong ones with 10 attacks and a control.
  assert.equal(proofs, 7 + 2 * 11);
  assert.deepEqual([judges[0]?.gradings, judges[0]?.calls.low, judges[0]?.calls.high], [87, 87, 261]);
  assert.ok(
    (judges[0]?.dollars.estimate ?? 0) > 0 && (judges[0]?.mostDollars ?? 0) >= (261 * 1000 * 2) / 1e6,
  );
  assert.equal(judges[1]?.dollars.estimate, 0);
  assert.equal(server.requests.length, 0);
});

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { Difficulty } from '../curate/data-row.ts';
import { labProblems } from '../lab/data.ts';
import { LAB_PROFILES } from '../lab/generator.ts';
import { carelessAttempt, STUDENTS } from '../lab/student.ts';
import { parseStatement, renderSteps } from '../lab/text.ts';
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
import { Random } from '../stats/random.ts';
import { type CommandOptions, type Ended, runCommand } from './fixtures/run-command.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'qed-data-difficulty-'));
const at = (...parts: string[]): string => path.join(scratch, ...parts);

/** Depth 2 to 7, the shallow ones first. */
const problems = [...labProblems({ profile: LAB_PROFILES.main, seed: 5, split: 'test', count: 48 })]
  .map(({ problem }) => problem)
  .sort((a, b) => Number(a.tags.steps) - Number(b.tags.steps));

let student: ScriptedServer;
/** Keys of what was asked, so that a second time is seen. */
const asked = new Map<string, number>();

before(async () => {
  writeFileSync(at('lab.jsonl'), problems.map((problem) => `${JSON.stringify(problem)}\n`).join(''));
  // The lab's careless student, behind a server: it fails the oftener, the deeper the proof.
  student = await startServer((response, { body }: Received) => {
    const [message] = body.messages as readonly { readonly content: string }[];
    const statement = message?.content ?? '';
    const key = `${statement} ${body.seed}`;
    asked.set(key, (asked.get(key) ?? 0) + 1);
    const parsed = parseStatement(statement);
    if (!parsed.ok) throw new Error(`not the statement alone: ${statement}`);
    const { thought, proof } = carelessAttempt(
      parsed.problem,
      new Random('student', Number(body.seed)),
      STUDENTS.main,
    );
    const content = renderSteps(proof);
    const tokens = `${thought} ${content}`.split(' ').length;
    const usage = { prompt_tokens: 30, completion_tokens: tokens, total_tokens: 30 + tokens };
    const reply = [
      ...(thought === '' ? [] : [chunk({ reasoning_content: thought })]),
      ...[chunk({ content }), finished('stop'), event({ choices: [], usage }), done],
    ].join('');
    stream(response, reply);
  });
});

after(async () => {
  await student.close();
  rmSync(scratch, { recursive: true });
});

const qed = (args: readonly string[], signalAt?: CommandOptions['signalAt']): Promise<Ended> =>
  runCommand(args, { directory: scratch, ...(signalAt === undefined ? {} : { signalAt }) });

const difficulty = (...more: string[]): string[] => [
  ...['data', 'difficulty', 'lab.jsonl', '-m', `openai:${student.baseUrl}#student,price=1/1`],
  ...['-j', 'exact', '--prompt', 'statement', '--max-tokens', '200', '--temperature', '1', ...more],
];

function rowsOf(
  directory: string,
): { readonly id: string; readonly tags: { readonly steps: number }; readonly difficulty: Difficulty }[] {
  return readFileSync(at(directory, 'rows.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

test('measured difficulty grows with the depth of the proof, survives kills, and feeds the selection', {
  skip: process.platform === 'win32',
}, async () => {
  const whole = await qed(difficulty('--attempts', '16', '--out', 'whole'));
  assert.equal(whole.code, 0, whole.err);
  assert.match(whole.out, /768 attempts, 0 without a grade/);
  assert.match(whole.out, /95 % of the responses end within \d+/);
  const rows = rowsOf('whole');
  const meanAt = (least: number, most: number): number => {
    const own = rows.filter(({ tags }) => tags.steps >= least && tags.steps <= most);
    return own.reduce((sum, row) => sum + row.difficulty.meanReward, 0) / own.length;
  };
  const means = [meanAt(2, 3), meanAt(4, 5), meanAt(6, 7)];
  assert.ok((means[0] ?? 0) > (means[1] ?? 0) + 0.1 && (means[1] ?? 0) > (means[2] ?? 0), `${means}`);

  // Killed twice, and gone on with by the same command: nothing that was on record is asked for again.
  asked.clear();
  const killed = difficulty('--attempts', '16', '--parallel', '4', '--out', 'killed');
  for (const after of [4, 10]) {
    let lines = 0;
    const ended = await qed(killed, () => {
      lines += 1;
      return lines === after ? 'SIGKILL' : undefined;
    });
    assert.equal(ended.signal, 'SIGKILL');
  }
  const rest = await qed(killed);
  assert.equal(rest.code, 0, rest.err);
  assert.equal(
    readFileSync(at('killed', 'rows.jsonl'), 'utf8'),
    readFileSync(at('whole', 'rows.jsonl'), 'utf8'),
  );
  assert.equal(asked.size, 768);
  const again = [...asked.values()].reduce((sum, count) => sum + count - 1, 0);
  assert.ok(again <= 2 * 4, `PAY-ONCE: ${again} calls were made again, of at most 4 in flight at each kill`);

  const selected = await qed(['data', 'select', 'whole', '--size', '20', '--max-reward', '0.8', '--json']);
  assert.equal(selected.code, 0, selected.err);
  const step = JSON.parse(selected.out);
  assert.equal(
    Object.values<number>(step.kept).reduce((sum, count) => sum + count, 0),
    20,
  );
  assert.ok(step.figures.meanReward.after < 0.8);
});

test('BUDGET-CAP: a budget ends it unfinished, and a larger one goes on; with a width attempts are saved', async () => {
  asked.clear();
  const width = ['--attempts', '16', '--stop-width', '0.5', '--stop-unsolved', '--out', 'stopped'];
  const poor = await qed(difficulty(...width, '--budget', '20k tokens'));
  assert.equal(poor.code, 1);
  assert.match(poor.err, /is not finished; to go on:/);
  const rich = await qed(difficulty(...width, '--json'));
  assert.equal(rich.code, 0, rich.err);
  const { step } = JSON.parse(rich.out);
  const { made, saved } = step.figures.attempts;
  assert.equal(made + saved, 768);
  assert.ok(saved > 50, `${saved} saved`);
  assert.equal(
    [...asked.values()].reduce((sum, count) => sum + count, 0),
    made,
  );
  for (const { difficulty: found } of rowsOf('stopped')) {
    const [low, high] = found.interval;
    assert.ok(found.attempts === 16 || high - low <= 0.5);
    assert.ok(found.attempts % 8 === 0);
  }
});

test('what was not asked for properly is said before anything is spent', async () => {
  const before = student.requests.length;
  const faults: readonly [readonly string[], RegExp][] = [
    [['data', 'difficulty', 'lab.jsonl', '-j', 'exact'], /--model is missing/],
    [difficulty('--stop-width', '1.5'), /--stop-width 1.5: a number above 0 and below 1/],
    [difficulty('--prompt', 'sing'), /--prompt sing: there is no such prompt; there are prove/],
    [difficulty().filter((word) => word !== '-j' && word !== 'exact'), /--judge is missing/],
    [
      difficulty().map((word) => (word === 'lab.jsonl' ? 'no.jsonl' : word)),
      /no.jsonl: there is no such file/,
    ],
  ];
  for (const [args, message] of faults) {
    const { code, err } = await qed(args);
    assert.notEqual(code, 0);
    assert.match(err, message);
  }
  assert.equal(student.requests.length, before);
});

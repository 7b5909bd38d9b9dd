/**
 * Every suite with every scaffold from the command line, on the SmolLM2 of ../shared/models behind a real vLLM server at
 * QED_VLLM_URL (`…/v1`). So small a model writes no verdict that could be read, so a scripted judge grades; that model
 * as its own judge must come to no score at all. Not a part of `npm test`: such a server must be started first, on a CPU
 * with `--max-num-batched-tokens 32768`, since vLLM 0.32 dies there of a seeded request whose prompt it reads in pieces.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  chunk,
  done,
  finished,
  type ScriptedServer,
  startServer,
  stream,
  usage,
} from '../model/openai/fixtures/scripted-server.ts';
import { type CommandOptions, type Ended, runCommand } from './fixtures/run-command.ts';

const baseUrl = process.env.QED_VLLM_URL;
const imoBench = fileURLToPath(new URL('../../../shared/data/imo-bench/', import.meta.url));
const skip = baseUrl === undefined ? 'QED_VLLM_URL is not set: no vLLM server to ask' : false;
const skipImo = skip || (existsSync(imoBench) ? false : `${imoBench} is not there`);
const scratch = mkdtempSync(path.join(tmpdir(), 'qed-bench-vllm-'));
let judge: ScriptedServer;

/** Small sizes, in which every role is called nevertheless. */
const scaffolds: Readonly<Record<string, { readonly spec: string; readonly calls: number }>> = {
  'single-turn': { spec: 'single-turn', calls: 1 },
  'reasoning-cache': { spec: 'reasoning-cache(turns=2)', calls: 3 },
  'self-check': { spec: 'self-check(passes=1,failures=2,iterations=2)', calls: 4 },
  nomos: { spec: 'nomos(solutions=3,keep=2,target=3)', calls: 7 },
  rsa: { spec: 'rsa(n=2,k=2,rounds=1)', calls: 5 },
  'deepseek-math': { spec: 'deepseek-math(pool=2,verifications=1,analyses=1,iterations=1)', calls: 4 },
  majority: { spec: 'majority(n=2)', calls: 2 },
  'best-of-n': { spec: 'best-of-n(n=2)', calls: 4 },
};
const suites: Readonly<Record<string, { readonly args: readonly string[]; readonly skip: string | false }>> =
  {
    'imo-proofbench:basic': { args: ['imo-proofbench:basic', '--suite-file', imoBench], skip: skipImo },
    'imo-proofbench:advanced': { args: ['imo-proofbench:advanced', '--suite-file', imoBench], skip: skipImo },
    'imo-answerbench': { args: ['imo-answerbench', '--suite-file', imoBench], skip: skipImo },
    // The columns that are published, with rows of our own.
    proofbench: { args: ['proofbench', '--suite-file', 'proofbench.jsonl'], skip },
    'one’s own': { args: ['own.jsonl'], skip },
  };

const scheme = [
  { title: 'Writing both as doubles', points: 4, desc: 'a = 2m and b = 2n.' },
  { title: 'The sum', points: 3, desc: 'a + b = 2(m + n).' },
];

before(async () => {
  const proofbench = [2023, 2024].map((year) => ({
    problem_id: `APMO-${year}-1`,
    problem: `Prove that the sum of two even integers is even (${year}).`,
    solution: 'Write a = 2m and b = 2n; then a + b = 2(m + n).',
    grading_scheme: scheme,
  }));
  const own = ['even', 'odd'].map((kind, index) => ({
    id: `own-${index}`,
    statement: `Prove that the sum of two ${kind} integers is even.`,
    guidelines: '(Partial) 1. An example. (Almost) 1. One case is missing.',
    tags: { category: kind },
  }));
  for (const [file, rows] of Object.entries({ proofbench, own }))
    writeFileSync(
      path.join(scratch, `${file}.jsonl`),
      rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
    );
  judge = await startServer((response, { body }) => {
    const asksForAnswer = JSON.stringify(body.messages).includes('<verdict>');
    const text = asksForAnswer ? '<verdict>incorrect</verdict>' : 'Little is shown. <points>1</points>';
    stream(
      response,
      [
        chunk({ role: 'assistant', content: '' }),
        chunk({ content: text }),
        finished('stop'),
        usage,
        done,
      ].join(''),
    );
  });
});

after(async () => {
  await judge.close();
  rmSync(scratch, { recursive: true });
});

const model = `vllm:${baseUrl}#smollm2`;
const qed = (args: readonly string[], signalAt?: CommandOptions['signalAt']): Promise<Ended> =>
  runCommand(args, { directory: scratch, ...(signalAt === undefined ? {} : { signalAt }) });
const bench = (suite: string, scaffold: string, ...more: string[]): string[] => [
  ...['bench', ...(suites[suite]?.args ?? []), '--model', model, '--max-tokens', '16'],
  ...['--scaffold', scaffolds[scaffold]?.spec ?? '', ...more],
];
/** The scripted judge, with settings that make it another one. */
const byScript = (settings = ''): string[] => [...['--judge', `openai:${judge.baseUrl}#scripted${settings}`]];
const nameOf = (suite: string, scaffold: string): string => `${suite.replaceAll(/\W+/g, '-')}-${scaffold}`;

for (const [suite, { skip: why }] of Object.entries(suites)) {
  test(`${suite}: every scaffold is run, graded and compared`, { skip: why }, async () => {
    const runs = await Promise.all(
      Object.entries(scaffolds).map(async ([scaffold, { calls }]) => {
        const run = nameOf(suite, scaffold);
        const where = ['--where', 'limit=1', '--run', run, '--json'];
        const { code, out, err } = await qed(bench(suite, scaffold, ...where, ...byScript()));
        assert.equal(code, 0, `${scaffold}: ${err}`);
        const [system] = JSON.parse(out).suites[0].systems;
        assert.deepEqual(
          system.counts,
          { wanted: 1, missing: 0, pending: 0, graded: 1, ungraded: {} },
          scaffold,
        );
        assert.ok(
          system.cost.calls >= calls,
          `${scaffold}: ${system.cost.calls} calls, at least ${calls} meant`,
        );
        assert.ok(system.cost.completionTokens > 0);
        return run;
      }),
    );
    for (const format of ['text', 'markdown', 'latex', 'csv', 'json']) {
      const compared = await qed(['compare', ...runs, '--format', format, '--picture', 'cost.svg']);
      assert.equal(compared.code, 0, compared.err);
      for (const scaffold of Object.keys(scaffolds).slice(1))
        assert.ok(compared.out.includes(scaffold), `${format}: ${scaffold} is not in it`);
    }
    assert.match(readFileSync(path.join(scratch, 'cost.svg'), 'utf8'), /^<svg/);
  });
}

test('KILL-ANYWHERE: killed in the middle, gone on with, given a second run and a second judge, compared', {
  skip,
}, async () => {
  const args = (...more: string[]): string[] =>
    bench('one’s own', 'rsa', '--run', 'killed', '--parallel', '1', '--json', ...more);
  const killed = await qed(args(...byScript()), (line) => (/ {2}1\/7$/.test(line) ? 'SIGKILL' : undefined));
  assert.equal(killed.signal, 'SIGKILL', killed.err);
  const graded = judge.requests.length;
  const rest = await qed(args(...byScript()));
  assert.equal(rest.code, 0, rest.err);
  assert.doesNotMatch(rest.err, /own-0 {2}/, 'what was graded is not graded again');
  assert.equal(judge.requests.length, graded + 1);
  const more = await qed(args('--runs', '2', ...byScript()));
  assert.equal(more.code, 0, more.err);
  assert.equal(judge.requests.length, graded + 3);
  const both = await qed(args('--runs', '2', ...byScript('(style=simple)')));
  assert.equal(both.code, 0, both.err);
  assert.equal(judge.requests.length, graded + 7);
  const compared = await qed(['compare', 'killed', nameOf('one’s own', 'single-turn')]);
  assert.equal(compared.code, 0, compared.err);
});

test('NULL-NOT-ZERO: SmolLM2 as its own judge comes to no score, and the exit code says so', {
  skip,
}, async () => {
  const args = bench('one’s own', 'single-turn', '--run', 'own-judge', '--json');
  const { code, out, err } = await qed([...args, '--judge', `${model},maxTokens=64`]);
  assert.equal(code, 1, err);
  assert.match(err, /2 of 2 proofs \(100 %\) could not be graded, and 5 % is the limit: 2 unparsable/);
  const [system] = JSON.parse(out).suites[0].systems;
  assert.equal(system.score.mean, null);
  assert.equal(system.counts.graded, 0);
});
